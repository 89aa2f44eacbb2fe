from __future__ import annotations

from datetime import date, datetime

import pytest

from stratify.assays.files.cell_faults import cell_fault


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("high", "text"),
        (True, "text"),
        ("<LOD", "a mark in place of a level"),
        (">10000", "a mark in place of a level"),
        ("OOR <", "a mark in place of a level"),
        ("1e31", "a number beyond any instrument"),
        (float("inf"), "a number beyond any instrument"),
        ("1,234", "a comma that may be a decimal mark or group thousands"),
        ("1.234.567", "a number with marks between its thousands"),
        ("1 234.5", "a number with marks between its thousands"),
        ("#DIV/0!", "the spreadsheet's error #DIV/0!"),
        ("#NAME?", "the spreadsheet's error #NAME?"),
        ("=", "a formula that was never computed"),
        (date(2024, 5, 1), "a date"),
        (datetime(2024, 5, 1), "a date"),
    ],
)
def test_kind_is_named(cell, found):
    assert cell_fault(cell).found == found


@pytest.mark.parametrize("cell", ["positive", "17,5 mg", "Smith", "<3.217", "1,234"])
def test_content_is_never_shown(cell):
    fault = cell_fault(cell)
    assert cell not in fault.found + fault.do
    assert fault.do
