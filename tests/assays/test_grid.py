from __future__ import annotations

import pytest

from stratify.assays.grid import cells_frame, delimiter, text_frame, text_rows
from stratify.errors import AssayFileError


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_delimiter_is_found(mark):
    assert (
        delimiter(f'id{mark}name{mark}x\nA{mark}"b, c; d"{mark}1\nB{mark}d{mark}2\nC{mark}e{mark}3\n') == mark
    )


def test_cells_stay_as_delivered():
    frame = text_frame("id,IL6\n007,1.10\nNA,\n", "x.csv")
    assert frame.to_dict("list") == {"id": ["007", "NA"], "IL6": ["1.10", ""]}


def test_row_names_without_a_name():
    assert text_frame("IL6,TNF\nA,1,2\n", "x.csv").to_dict("list") == {
        "": ["A"],
        "IL6": ["1"],
        "TNF": ["2"],
    }


def test_repeated_columns_and_ragged_lines_are_refused():
    with pytest.raises(AssayFileError, match="several columns named IL6"):
        text_frame("id,IL6,IL6\nA,1,2\n", "x.csv")
    with pytest.raises(AssayFileError, match="no table"):
        text_frame("id,IL6\nA,1\nB,1,2,3\n", "x.csv")


def test_fields_beyond_all_limits_are_no_rows():
    assert text_rows('"' + "x" * 200_000, 1) == []


def test_cells_of_a_sheet_are_named_by_the_first_row():
    frame = cells_frame([["SampleID", "IL6"], ["S1", 1.5]], "x.xlsx")
    assert frame.to_dict("list") == {"SampleID": ["S1"], "IL6": [1.5]}
    with pytest.raises(AssayFileError, match=r"x\.xlsx: a sheet without a table"):
        cells_frame([["SampleID", "IL6"]], "x.xlsx")
