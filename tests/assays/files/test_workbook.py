from __future__ import annotations

import zipfile

import openpyxl
import pytest

from stratify.assays.files.workbook import sheets
from stratify.errors import AssayFileError


def saved(tmp_path, **content):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in content.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


def read(path):
    return {name: rows() for name, rows in sheets(lambda: path.open("rb"), path.name)}


def test_empty_sheets_are_no_parts(tmp_path):
    path = saved(tmp_path, Data=[["SampleID", "IL6"], ["S1", 1.5]], Sheet2=[])
    assert read(path) == {"book.xlsx": [["SampleID", "IL6"], ["S1", 1.5]]}


def test_several_sheets_are_named(tmp_path):
    path = saved(tmp_path, A=[["a"]], B=[["b"]])
    assert list(read(path)) == ["book.xlsx, sheet A", "book.xlsx, sheet B"]


def test_workbook_without_cells_is_refused(tmp_path):
    with pytest.raises(AssayFileError, match="without a table"):
        read(saved(tmp_path, Data=[]))


def test_cell_far_outside_the_table_is_refused(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = "SampleID"
    book.active["XFD1048576"] = 1
    book.save(tmp_path / "far.xlsx")
    with pytest.raises(AssayFileError, match="far outside its table"):
        read(tmp_path / "far.xlsx")


def test_workbook_that_grows_beyond_all_measure_is_refused(tmp_path):
    path = saved(tmp_path, Data=[["SampleID", "IL6"], ["S1", 1.5]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("xl/media/huge.bin", "w", force_zip64=True) as member:
            for _ in range(501):
                member.write(bytes(1_000_000))
    with pytest.raises(AssayFileError, match="larger than any"):
        read(path)


def test_damaged_workbook_is_refused(tmp_path):
    path = saved(tmp_path, Data=[["SampleID", "IL6"], ["S1", 1.5]])
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(AssayFileError, match="damaged"):
        read(path)


def test_a_workbook_with_a_password_is_called_so(tmp_path):
    path = tmp_path / "locked.xlsx"
    container = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
    path.write_bytes(container + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(AssayFileError, match="locked by a password"):
        read(path)
    path.write_bytes(container)
    with pytest.raises(AssayFileError, match="a damaged or locked one"):
        read(path)
