from __future__ import annotations

import pytest

from stratify.assays.wide_sheet import is_wide, locate
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


def test_parts_are_located():
    sheet = locate([*HEAD, ["S1", 1.0, "P", 2.0], ["S2", 1.5, "P", 2.5], ["", "", "", ""], ["LOD", 0.1]], "x")
    assert (sheet.assay, sheet.first, sheet.last) == (3, 7, 9)
    assert sheet.panels[1:] == ["Inflammation", "Inflammation", "Neurology"]
    assert sheet.columns("plate id") == [2]
    assert sheet.footer("lod") == [["LOD", 0.1, "", ""]]


def test_footer_may_follow_the_samples_at_once():
    assert locate([*HEAD, ["S1", 1.0, "P", 2.0], ["LOD", 0.1, "", 0.2]], "x").last == 8


def test_sheet_without_samples_is_refused():
    with pytest.raises(AssayFileError, match="no sample"):
        locate([*HEAD, ["LOD", 0.1, "", 0.2]], "x.xlsx")


def test_layout_is_recognised():
    assert is_wide(HEAD)
    assert not is_wide([["SampleID", "IL8"], ["S1", 1.0]])
    assert not is_wide([])


def test_sheet_that_ends_with_its_accessions_is_refused():
    with pytest.raises(AssayFileError, match="no sample"):
        locate(HEAD[:5], "x.xlsx")
