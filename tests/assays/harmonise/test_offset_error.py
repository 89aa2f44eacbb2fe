from __future__ import annotations

import numpy as np
import pytest

from stratify.assays.harmonise.offset_error import (
    VENDOR_ERROR,
    column_means,
    median_and_error,
    median_error,
    planned_error,
    shrunken_variance,
)


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 8, 40])
def test_error_of_a_median_is_its_spread(rows):
    values = np.random.default_rng(rows).normal(0, 1, (4000, rows))
    found = np.median(values, axis=1).std()
    assert 0.97 < median_error(np.ones(1), np.array([rows]))[0] / found < 1.16  # errs to the large side


def test_order_of_rows_changes_no_bit():
    rng = np.random.default_rng(1)
    rows = np.where(rng.random((9, 30)) < 0.2, np.nan, rng.normal(0, 1, (9, 30)))
    for ordered, shuffled in zip(
        median_and_error(rows, 0.5), median_and_error(rng.permutation(rows), 0.5), strict=True
    ):
        np.testing.assert_array_equal(ordered, shuffled)


def test_assays_with_few_rows_borrow_from_the_others():
    rng = np.random.default_rng(2)
    shrunk = shrunken_variance(rng.chisquare(2, 500), np.full(500, 2))
    assert shrunk.std() < 0.5 * (rng.chisquare(2, 500) / 2).std()
    assert shrunk.mean() == pytest.approx(1.0, abs=0.1)
    assert shrunken_variance(np.zeros(2), np.zeros(2)).tolist() == [VENDOR_ERROR**2] * 2


def test_more_planned_rows_leave_less_error():
    errors = [planned_error(rows) for rows in (1, 2, 8, 16)]
    assert errors == sorted(errors, reverse=True)
    assert errors[0] == VENDOR_ERROR


def test_means_leave_out_what_is_missing():
    assert column_means(np.array([[np.nan, 1.0], [2.0, 3.0]])).tolist() == [2.0, 2.0]
