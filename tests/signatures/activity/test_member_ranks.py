from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import rankdata

from stratify.signatures.activity.member_ranks import member_ranks


@pytest.mark.parametrize("decimals", [6, 0])
def test_ranks_are_those_of_whole_rows(decimals):
    levels = np.random.default_rng(1).normal(0, 3, size=(12, 40)).round(decimals)
    columns = np.array([0, 7, 8, 39])
    ranks = member_ranks(levels, columns)
    mean = np.array([rankdata(row) for row in levels])
    order = np.array([np.argsort(np.argsort(-row, kind="stable"), kind="stable") for row in levels]) + 1
    np.testing.assert_array_equal(ranks.mean_rank(), mean[:, columns])
    np.testing.assert_array_equal(ranks.descending(), order[:, columns])
    lowest = np.array([rankdata(row, "min") for row in levels])
    np.testing.assert_array_equal(ranks.lower + 1, lowest[:, columns])


def test_a_protein_without_a_level_takes_no_rank():
    levels = np.array([[3.0, np.nan, 1.0, 3.0], [np.nan] * 4])
    ranks = member_ranks(levels, np.array([0, 1, 3]))
    without = member_ranks(levels[:1, [0, 2, 3]], np.array([0, 2]))
    np.testing.assert_array_equal(ranks.descending()[0, [0, 2]], without.descending()[0])
    np.testing.assert_array_equal(ranks.measured, [[True, False, True], [False] * 3])
    np.testing.assert_array_equal(ranks.count.ravel(), [3, 0])


def test_no_rows_and_no_columns():
    assert member_ranks(np.zeros((0, 4)), np.array([1])).descending().shape == (0, 1)
    assert member_ranks(np.zeros((2, 4)), np.zeros(0, dtype=np.intp)).mean_rank().shape == (2, 0)
