from __future__ import annotations

from datetime import date

import pytest

from stratify.assays.files.grid import cells_frame, delimiter, rough_frame, text_frame, text_rows
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


def test_delimiter_is_found_below_titles():
    assert delimiter("Study of cytokines, 2024\n\nSample;IL6;TNF\nA;1,5;2,5\nB;1;2\nC;3;4\n") == ";"


def test_titles_blank_lines_and_empty_columns_are_left_out():
    text = "Cohort one\n\nid;IL6;;TNF;\nA;1,5;;2,5;\n;;;;\nB;1,25;;3,5;\n"
    expected = {"id": ["A", "B"], "IL6": ["1.5", "1.25"], "TNF": ["2.5", "3.5"]}
    assert text_frame(text, "x.csv").to_dict("list") == expected
    rows = [["Cohort one", "", ""], ["", "", ""], ["id", "IL6", ""], ["A", 1.5, ""]]
    assert cells_frame(rows, "x.xlsx").to_dict("list") == {"id": ["A"], "IL6": [1.5]}


def test_a_first_row_of_one_name_above_numbers_names_them():
    assert text_frame("IL6\nA,1\nB,2\n", "x.csv").to_dict("list") == {"": ["A", "B"], "IL6": ["1", "2"]}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("id,IL6,TNF\nA,1,2\nB,1\n", "line 3 has 2 fields, the line of names 3"),
        ("id,IL6,TNF\nA,1,5,2,5\n", "line 2 has 5 fields, the line of names 3"),
        ('id,IL6\nA,"1\nB,2\n', "quotation marks"),
        ('id,IL6\nA,"1"5\n', "quotation marks"),
    ],
)
def test_lines_that_lost_their_shape_are_refused_by_number(text, found):
    with pytest.raises(AssayFileError, match=found) as caught:
        text_frame(text, "x.csv")
    assert caught.value.do


def test_dates_among_the_names_are_written_as_the_spreadsheet_shows_them():
    frame = cells_frame([["id", date(2024, 9, 2)], ["A", 1.5]], "x.xlsx")
    assert list(frame.columns) == ["id", "2-Sep"]


def test_rough_frame_takes_whatever_comes():
    assert rough_frame([]).shape == (0, 0)
    assert rough_frame([["id", "IL6", "IL6"], ["A"], ["B", "1", "2", "3"]]).to_dict("list") == {
        "id": ["A", "B"],
        "IL6": ["", "1"],
    }
    assert rough_frame([["IL6"], ["A", "1"]]).to_dict("list") == {"": ["A"], "IL6": ["1"]}
