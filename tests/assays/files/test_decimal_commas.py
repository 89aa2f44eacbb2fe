from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stratify.assays.files.decimal_commas import point_decimals
from stratify.errors import AssayFileError


def read(columns, **options):
    return point_decimals(pd.DataFrame(columns, dtype=object), "x.csv", **options).to_dict("list")


@pytest.mark.parametrize("cell", ["1,5", "0,125", "-0,1", "12,3456", "1234,567", "1,5E-03", " 2,25 ", ",5"])
def test_sure_commas_become_points(cell):
    assert read({"IL6": [cell]}) == {"IL6": [cell.replace(",", ".")]}


@pytest.mark.parametrize("cell", ["1,234", "12,345", "999,999", "1,234,567", "a, b", "1,5 mg", "2,3;4"])
def test_what_may_mean_something_else_stays(cell):
    assert read({"IL6": [cell, "2"]}) == {"IL6": [cell, "2"]}


def test_doubtful_commas_follow_sure_ones_of_the_table():
    assert read({"IL6": ["1,234"], "TNF": ["1,5"]}) == {"IL6": ["1.234"], "TNF": ["1.5"]}


def test_a_list_of_codes_in_a_table_with_points_stays():
    table = {"codes": ["1,3", "2,4"], "IL6": ["1.5", "2.5"]}
    assert read(table) == table


def test_semicolons_break_the_tie():
    table = {"IL6": ["1,5"], "age": ["45.5"]}
    assert read(table) == table
    assert read(table, semicolons=True) == {"IL6": ["1.5"], "age": ["45.5"]}


def test_both_marks_in_one_column_are_left_to_its_reader():
    table = {"IL6": ["1,5", "1.5"], "TNF": ["2,5", "1,5"]}
    assert read(table) == {"IL6": ["1,5", "1.5"], "TNF": ["2.5", "1.5"]}


def test_points_that_may_group_thousands_are_refused():
    with pytest.raises(AssayFileError, match="column 'CRP' has points that may group thousands"):
        read({"IL6": ["1,5"], "TNF": ["2,5"], "CRP": ["1.234"]})


def test_values_of_a_workbook_are_no_evidence():
    assert read({"IL6": [1.5, 2.5], "TNF": ["1,5", 2.0]}) == {"IL6": [1.5, 2.5], "TNF": ["1.5", 2.0]}


@given(st.lists(st.integers(-(10**6), 10**6).map(lambda n: n / 100), min_size=2))
def test_numbers_survive_a_decimal_comma(numbers):
    cells = [f"{number:.2f}".replace(".", ",") for number in numbers]
    assert [float(cell) for cell in read({"IL6": cells})["IL6"]] == numbers
