from __future__ import annotations

import pytest

from stratify.assays.layouts.wide_sheet import is_wide, locate
from stratify.errors import AssayFileError

HEAD = [
    ["Study", "Olink NPX Manager", "", ""],
    ["NPX data", "", "", ""],
    ["Panel", "Olink Target 96 Inflammation(v.3022)", "", "Olink Target 96 Neurology(v.8013)"],
    ["Assay", "IL8", "Plate ID", "GDNF"],
    ["Uniprot ID", "P10145", "", "P39905"],
    ["OlinkID", "OID00471", "", "OID00999"],
    ["", "", "", ""],
]
FIRST, SECOND, LOD = ["S1", 1.0, "P", 2.0], ["S2 ", 1.5, "P", 2.5], ["LOD", 0.1, "", 0.2]
GAP = ["", "", "", ""]


def test_parts_are_located():
    (sheet,) = locate([*HEAD, FIRST, SECOND, GAP, LOD], "x")
    assert (sheet.assay, sheet.samples, sheet.names) == (3, (7, 8), ["S1", "S2"])
    assert sheet.panels[1:3] == ["Olink Target 96 Inflammation(v.3022)"] * 2
    assert sheet.columns("plate id") == [2]
    assert sheet.footer("lod") == [LOD]
    assert "NPX data" in sheet.titles


def test_order_of_samples_and_footers_does_not_matter():
    (sheet,) = locate([*HEAD, LOD, FIRST, GAP, SECOND], "x")
    assert sheet.samples == (8, 10)
    assert sheet.footer("lod") == [LOD]


def test_a_summary_between_panels_and_assays():
    rows = [
        *HEAD[:3],
        GAP,
        ["# Plates", 3.0, "", ""],
        ["Normalization Method", "Intensity", "", ""],
        *HEAD[3:],
    ]
    (sheet,) = locate([*rows, FIRST], "x")
    assert sheet.panels[3] == "Olink Target 96 Neurology(v.8013)"
    assert sheet.footers == ()


def test_blocks_below_each_other():
    below = [["Second run", "", "", ""], *HEAD[1:]]
    first, second = locate([*HEAD, FIRST, LOD, GAP, *below, SECOND, LOD], "x")
    assert (first.names, second.names) == (["S1"], ["S2"])
    assert len(first.footer("lod")) == len(second.footer("lod")) == 1
    assert "Second run" in second.titles
    assert "Second run" not in first.titles


def test_columns_of_a_panel():
    rows = [list(row) for row in HEAD]
    for row, cell in zip(rows, ["", "", "", "Plate ID", "", "", ""], strict=True):
        row.append(cell)
    (sheet,) = locate([*rows, [*FIRST, "Q"]], "x")
    assert sheet.by_panel([2, 4], ["Inflammation", "Neurology"]) == {"Inflammation": 2, "Neurology": 4}
    assert sheet.by_panel([4], ["Inflammation", "Neurology"]) == {"Inflammation": 4, "Neurology": 4}
    assert sheet.by_panel([3, 4], ["Inflammation", "Neurology"]) == {"Inflammation": 3, "Neurology": 4}


def test_remarks_are_left_out_and_told():
    (sheet,) = locate([*HEAD, FIRST, GAP, ["measured in March", "", "", ""]], "x")
    assert sheet.samples == (7,)
    assert sheet.notes == ("remark: x: row 10 below the samples was left out",)


def test_a_footer_of_an_unknown_kind_is_no_sample():
    with pytest.raises(AssayFileError, match="row 10 below the samples is neither"):
        locate([*HEAD, FIRST, GAP, ["LOE", 0.1, "", 0.2]], "x")


def test_sheet_without_samples_is_refused():
    for rows in ([*HEAD, LOD], HEAD[:5]):
        with pytest.raises(AssayFileError, match="no sample"):
            locate(rows, "x.xlsx")
    with pytest.raises(AssayFileError, match="no row of assays"):
        locate([["SampleID", "IL8"]], "x.xlsx")


def test_layout_is_recognised():
    assert is_wide(HEAD)
    assert not is_wide([["SampleID", "IL8"], ["S1", 1.0]])
    assert not is_wide([])


@pytest.mark.parametrize("row", [[*FIRST[:-1]], [*FIRST, 1.5]])
def test_a_row_of_another_length_is_refused(row):
    with pytest.raises(AssayFileError, match=r"row 9 has \d fields, the row of assays 4"):
        locate([*HEAD, FIRST, row], "x.csv")
    with pytest.raises(AssayFileError, match="row 10 has 3 fields"):
        locate([*HEAD, FIRST, LOD, LOD[:3]], "x.csv")
