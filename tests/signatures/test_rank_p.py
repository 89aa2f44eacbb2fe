from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from stratify.signatures.adjusted_rows import Effects
from stratify.signatures.association import associate_scores
from stratify.signatures.rank_p import rank_p_values


def effects_of(correlation, n):
    df = np.full(len(correlation), n - 2.0)
    slope = correlation * np.sqrt(df / np.maximum(1 - correlation**2, 1e-12))
    return Effects(correlation, slope, np.ones(len(correlation)), df, slope)


def test_far_out_it_holds_its_level_where_the_t_distribution_does_not():
    ranks = np.arange(25) - 12.0
    shuffled = np.random.default_rng(0).permuted(np.tile(ranks, (400_000, 1)), axis=1)
    found = effects_of(shuffled @ ranks / (ranks @ ranks), 25)
    share = (rank_p_values(found, repeated=False) <= 1e-3).mean()
    assert share == pytest.approx(1e-3, rel=0.15)
    assert (rank_p_values(found, repeated=False) <= 1e-4).mean() <= 1.1e-4
    assert (found.p_value <= 1e-3).mean() > 1.15e-3


@pytest.mark.parametrize("level", [0.01, 0.001])
def test_with_eight_people_it_is_on_the_safe_side(level):
    ranks = np.arange(8) - 3.5
    every = np.array(list(permutations(ranks))) @ ranks / (ranks @ ranks)
    assert (rank_p_values(effects_of(every, 8), repeated=False) <= level).mean() <= level


def test_visits_keep_the_robust_t_and_columns_that_do_not_vary_stay_unknown():
    found = effects_of(np.array([0.5]), 20)
    assert rank_p_values(found, repeated=True) == found.p_value
    assert np.isnan(rank_p_values(Effects.unknown(2), repeated=False)).all()


def test_the_table_shows_it():
    rng = np.random.default_rng(3)
    scores = pd.DataFrame(rng.normal(size=(25, 4)), columns=list("abcd"))
    result = associate_scores(scores, pd.Series(rng.normal(size=25), name="madrs"))
    expected = np.sort(rank_p_values(result.rank, repeated=False))
    np.testing.assert_array_equal(result.table()["p_value"], expected)


def test_a_stronger_correlation_is_never_less_sure():
    for n in (8, 25, 300):
        p = rank_p_values(effects_of(np.linspace(0, 1, 101), n), repeated=False)
        assert (np.diff(p) < 0).all()
        assert 0 < p[-1] < 0.01
