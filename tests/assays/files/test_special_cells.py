from __future__ import annotations

import zipfile

import openpyxl
import pytest

from stratify.assays.files.special_cells import UNCOMPUTED, special_cells


@pytest.fixture
def path(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["id", "IL6", "TNF"])
    second = book.create_sheet("levels & more")
    for row in (["id", "IL6", "TNF"], ["S1", "=1+1", 2.5], ["S2", 1.5, None]):
        second.append(row)
    for place, error in (("C3", "#DIV/0!"), ("B4", "#N/A")):
        second[place] = error
        second[place].data_type = "e"
    book.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


def found(path):
    with zipfile.ZipFile(path) as archive:
        return special_cells(archive)


def test_errors_and_uncomputed_formulas_are_found_on_their_sheet(path):
    assert found(path) == [{}, {(1, 1): UNCOMPUTED, (2, 2): "#DIV/0!", (3, 1): "#N/A"}]


def test_computed_formulas_are_values(path, tmp_path):
    computed = tmp_path / "computed.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(computed, "w") as target:
        for name in source.namelist():
            data = source.read(name).replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>")
            target.writestr(name, data.replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>"))
    assert (1, 1) not in found(computed)[1]


def test_archive_of_another_kind_has_none(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.ods", "w") as archive:
        archive.writestr("content.xml", "<office/>")
    assert found(tmp_path / "x.ods") == []
