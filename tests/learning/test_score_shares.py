"""Shares of a score's variance that go with columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.learning.score_shares import TOGETHER, detectable_r2, score_shares


def people(n=60, seed=0):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "site": rng.choice(["A", "B", "C"], n),
            "age": rng.uniform(20, 60, n),
            "sex": rng.choice(["F", "M"], n),
        }
    )
    return table, rng


def test_what_was_planted_is_shown_and_nothing_else():
    table, rng = people()
    score = 0.05 * table["age"] + 1.5 * (table["site"] == "A") + 0.5 * rng.normal(size=60)
    found = {one.column: one for one in score_shares(score.to_numpy(), table)}
    assert list(found) == ["site", "age", "sex", TOGETHER]
    assert [found[name].shown for name in found] == [True, True, False, True]
    assert found[TOGETHER].share > 0.7
    assert found["age"].low < found["age"].share < found["age"].high


def test_adjusted_r2_is_that_of_the_textbook():
    table, rng = people(30)
    score = rng.normal(size=30) + 0.03 * table["age"].to_numpy()
    r2 = np.corrcoef(score, table["age"])[0, 1] ** 2
    (found,) = score_shares(score, table[["age"]], draws=49)
    assert found.share == pytest.approx(1 - (1 - r2) * 29 / 28)


def test_chance_is_shown_as_seldom_as_it_says():
    shown = []
    for seed in range(25):
        table, rng = people(25, seed)
        shown.append(any(one.shown for one in score_shares(rng.normal(size=25), table, draws=59)[:-1]))
    assert np.mean(shown) <= 0.16


def test_unknown_constant_and_free_columns():
    table, rng = people()
    table = table.assign(medication="none", name=[f"x{i}" for i in range(60)], bmi=np.nan)
    table.loc[:9, "age"] = np.nan
    table.loc[:4, "sex"] = ""
    found = {one.column: one.n for one in score_shares(rng.normal(size=60), table, draws=19)}
    assert found == {"site": 60, "age": 50, "sex": 55, TOGETHER: 50}


def test_one_score_for_everybody_goes_with_nothing():
    table, _ = people()
    found = score_shares(np.ones(60), table, draws=19)
    assert not any(one.shown for one in found)
    assert np.isnan([one.share for one in found]).all()


def test_a_study_that_could_see_more_sees_less_of_a_share():
    assert detectable_r2(25, 1) > detectable_r2(100, 1) > 0.05
    assert np.isnan(detectable_r2(2, 1))
