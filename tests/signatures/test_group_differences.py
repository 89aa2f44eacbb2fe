"""Welch's test between groups of people, against SciPy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from stratify.signatures.group_differences import COLUMNS, group_differences


def people(seed=0, sizes=(9, 14, 6)):
    rng = np.random.default_rng(seed)
    groups = pd.Series(np.repeat(["A", "B", "C"], sizes))
    scores = pd.DataFrame(rng.normal(size=(len(groups), 2)), columns=["leak", "clotting"])
    scores.loc[groups == "B", "leak"] += 3.0
    return scores, groups


def test_each_pair_is_welchs_test():
    scores, groups = people()
    table = group_differences(scores, groups)
    assert len(table) == 6
    for row in table.itertuples():
        one, other = (scores.loc[groups == name, row.score] for name in (row.higher, row.lower))
        wanted = stats.ttest_ind(one, other, equal_var=False)
        interval = wanted.confidence_interval()
        found = [row.difference, row.p, row.low, row.high, row.n_higher, row.n_lower]
        expected = [one.mean() - other.mean(), wanted.pvalue, *interval, len(one), len(other)]
        np.testing.assert_allclose(found, expected)
        assert row.difference >= 0
    np.testing.assert_allclose(table["q"], stats.false_discovery_control(table["p"]))
    assert table["p"].is_monotonic_increasing


def test_visits_of_a_patient_are_one_person():
    scores, groups = people()
    twice = pd.concat([scores, scores + 0.1], ignore_index=True)
    patients = pd.Series([f"P{i}" for i in range(len(scores))] * 2)
    table = group_differences(twice, pd.concat([groups, groups], ignore_index=True), patients)
    pd.testing.assert_frame_equal(table, group_differences(scores + 0.05, groups))


def test_unknown_groups_small_groups_and_unknown_scores_are_left_out():
    scores, groups = people(sizes=(9, 14, 2))
    groups[0], groups[1] = "", None
    scores.loc[2, "leak"] = np.nan
    table = group_differences(scores, groups).set_index("score")
    assert set(table["higher"]) | set(table["lower"]) == {"A", "B"}
    assert table.loc["leak", ["n_higher", "n_lower"]].tolist() == [14, 6]
    assert table.loc["clotting", ["n_higher", "n_lower"]].sum() == 21


@pytest.mark.parametrize("groups", [["A"] * 5, [""] * 5, [None] * 5, ["A", "A", "B", "B", "B"]])
def test_nothing_to_compare_gives_an_empty_table(groups):
    table = group_differences(pd.DataFrame({"leak": np.arange(5.0)}), pd.Series(groups, dtype=object))
    assert table.empty
    assert table.columns.tolist() == list(COLUMNS)


def test_order_of_rows_plays_no_part():
    scores, groups = people()
    order = np.random.default_rng(1).permutation(len(scores))
    pd.testing.assert_frame_equal(
        group_differences(scores.iloc[order], groups.iloc[order]), group_differences(scores, groups)
    )


def test_groups_without_any_spread_are_told_apart():
    table = group_differences(pd.DataFrame({"leak": [0.0] * 4 + [1.0] * 4}), pd.Series(list("AAAABBBB")))
    assert table.loc[0, "p"] < 1e-6
    assert table.loc[0, "difference"] == 1.0
