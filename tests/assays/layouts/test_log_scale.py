from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stratify.assays.layouts.log_scale import intensities, is_logged, log2_levels
from stratify.errors import AssayFileError

RAW = np.array([[2.0**18, 0.0], [2.0**31, np.nan]])


def test_logarithm_is_taken_exactly_once():
    once, facts = intensities(RAW, "x.csv")
    again, facts_again = intensities(once, "x.csv")
    assert facts == {"scale": "log2 intensity", "zero_levels": 1}
    assert facts_again == {"scale": "log2 intensity", "zero_levels": 0}
    np.testing.assert_array_equal(once, [[18, np.nan], [31, np.nan]])
    np.testing.assert_array_equal(again, once)


@given(st.lists(st.floats(-2, 40), min_size=1), st.floats(13, 40))
def test_levels_that_are_log2_already_are_never_changed(levels, largest):
    table = np.array([*levels, largest])
    same, facts = intensities(table, "x.csv")
    assert facts["scale"] == "log2 intensity"
    np.testing.assert_array_equal(same, table)


@given(st.lists(st.floats(0, 1e12), min_size=1), st.floats(65, 1e12))
def test_raw_levels_come_back(levels, largest):
    table = np.array([*levels, largest])
    logged, facts = intensities(table, "x.csv")
    assert facts["zero_levels"] == (table == 0).sum()
    np.testing.assert_allclose(np.where(np.isnan(logged), 0, 2**logged), table, rtol=1e-13)


def test_ratios_and_standardised_levels_have_an_unknown_scale():
    ratios = np.array([-1.5, 0.0, 2.5])
    same, facts = intensities(ratios, "x.csv")
    assert facts["scale"] == "unknown"
    np.testing.assert_array_equal(same, ratios)


def test_a_table_without_any_level_is_not_logged():
    assert not is_logged(np.full(3, np.nan))


def test_negative_raw_levels_are_refused():
    with pytest.raises(AssayFileError, match=r"x\.csv: levels below 0"):
        log2_levels(np.array([1e6, -1.0]), "x.csv")
