from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stratify.assays.layouts.concentrations import find_unit, parse_concentrations, without_unit


@pytest.mark.parametrize(
    ("cell", "value", "side", "limit", "extrapolated"),
    [
        ("12.3", 12.3, 0, None, False),
        (7, 7, 0, None, False),
        ("1.2e3", 1200, 0, None, False),
        ("<3.2", None, -1, 3.2, False),
        ("< 3.2", None, -1, 3.2, False),
        ("≤ 3,25", None, -1, 3.25, False),
        (">10000", None, 1, 10000, False),
        ("OOR <", None, -1, None, False),
        ("OOR>", None, 1, None, False),
        ("<LLOQ", None, -1, None, False),
        (">ULOQ", None, 1, None, False),
        ("Below Fit Curve Range", None, -1, None, False),
        ("above detection range", None, 1, None, False),
        ("BLQ", None, -1, None, False),
        ("*12.3", 12.3, 0, None, True),
        ("12.3*", 12.3, 0, None, True),
        ("---", None, 0, None, False),
        ("***", None, 0, None, False),
        ("Low bead count", None, 0, None, False),
        ("NaN", None, 0, None, False),
        ("", None, 0, None, False),
    ],
)
def test_marks(cell, value, side, limit, extrapolated):
    column = parse_concentrations([cell])
    np.testing.assert_equal(column.value[0], math.nan if value is None else value)
    np.testing.assert_equal(column.limit[0], math.nan if limit is None else limit)
    assert (column.side[0], column.extrapolated[0], column.wrong[0]) == (side, extrapolated, False)
    assert column.marked == (side != 0 or extrapolated)


@pytest.mark.parametrize(
    "cell", ["high", "1,234", "<1,234", "> 3 cells", "1_5", "inf", "=A1", True, "12.3.4", "n.d.", 1e300]
)
def test_what_is_neither_level_nor_mark_is_told(cell):
    column = parse_concentrations([cell])
    assert column.wrong.all()
    assert np.isnan(column.value).all()


@given(
    st.lists(
        st.one_of(st.text(max_size=12), st.floats(allow_nan=False), st.integers(), st.none(), st.booleans())
    )
)
def test_any_cells_are_read_without_a_number_that_is_not_there(cells):
    column = parse_concentrations(cells)
    assert len(column.value) == len(cells)
    assert np.isnan(column.value[(column.side != 0) | column.wrong]).all()
    assert np.isfinite(column.value[~np.isnan(column.value)]).all()


@pytest.mark.parametrize(
    ("text", "picograms", "base"),
    [
        ("IL-6 (pg/mL)", 1, 0),
        ("IL6_pg_ml", 1, 0),
        ("ng/ml", 1e3, 0),
        ("CRP [mg/L]", 1e6, 0),
        ("CRP mg/dL", 1e7, 0),
        ("µg/mL", 1e6, 0),
        ("fg/mL", 1e-3, 0),
        ("t-tau [ng/L]", 1, 0),
        ("log2(pg/mL)", 1, 2),
        ("IL-6 log10 ng/mL", 1e3, 10),
    ],
)
def test_units(text, picograms, base):
    unit = find_unit(text)
    assert unit.picograms == pytest.approx(picograms)
    assert unit.base == base


@pytest.mark.parametrize("text", ["IL-6", "Length", "Weight (kg)", "mg", "IU/mL", "Eng_ln", ""])
def test_no_unit(text):
    assert find_unit(text) is None


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Hu IL-1b (39)", "IL-1b"),
        ("IL-17A_pg_ml", "IL-17A"),
        ("TNF (human) pg/mL", "TNF"),
        ("FGF (basic)", "FGF (basic)"),
    ],
)
def test_names_without_units(name, bare):
    assert without_unit(name) == bare
