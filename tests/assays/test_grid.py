from __future__ import annotations

import gzip
import hashlib
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from stratify.assays.grid import (
    delimiter,
    digest,
    file_kind,
    parquet_frame,
    read_text,
    text_frame,
    text_rows,
    workbook_rows,
)
from stratify.errors import AssayFileError


def written(tmp_path, data):
    path = tmp_path / "file"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"a,b\n1,2\n", "text"),
        (b"PK\x03\x04rest", "workbook"),
        (b"\x89HDF\r\n\x1a\n", "hdf5"),
        (b"PAR1..", "parquet"),
    ],
)
def test_kind_is_read_from_the_content(tmp_path, data, kind):
    assert file_kind(written(tmp_path, data)) == kind


@pytest.mark.parametrize(
    "data", [b"", b" \n\n", b"\x00\x01\x02" * 99, bytes(range(1, 32)) * 9, b"\x7fELF\x02\x01\x01\x00"]
)
def test_other_content_is_refused_in_three_lines(tmp_path, data):
    with pytest.raises(AssayFileError) as caught:
        file_kind(written(tmp_path, data))
    assert [line.partition(":")[0] for line in str(caught.value).splitlines()] == ["expected", "found", "do"]


def test_absent_file_and_folder_are_refused(tmp_path):
    with pytest.raises(AssayFileError, match="no such file"):
        file_kind(tmp_path / "absent.csv")
    with pytest.raises(AssayFileError, match="a folder"):
        file_kind(tmp_path)


@pytest.mark.parametrize(
    "encode",
    [
        str.encode,
        lambda t: t.encode("utf-16"),
        lambda t: t.encode("latin-1"),
        lambda t: gzip.compress(t.encode()),
    ],
)
def test_text_is_decoded(tmp_path, encode):
    assert read_text(written(tmp_path, encode("Größe,IL6\n"))) == "Größe,IL6\n"


def test_damaged_gzip_is_refused(tmp_path):
    with pytest.raises(AssayFileError, match="damaged gzip"):
        read_text(written(tmp_path, gzip.compress(b"a,b\n" * 99)[:-12]))


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_delimiter_is_found(mark):
    assert (
        delimiter(f'id{mark}name{mark}x\nA{mark}"b, c; d"{mark}1\nB{mark}d{mark}2\nC{mark}e{mark}3\n') == mark
    )


def test_cells_stay_as_delivered():
    frame = text_frame("id,IL6\n007,1.10\nNA,\n", Path("x.csv"))
    assert frame.to_dict("list") == {"id": ["007", "NA"], "IL6": ["1.10", ""]}


def test_row_names_without_a_name():
    assert text_frame("IL6,TNF\nA,1,2\n", Path("x.csv")).to_dict("list") == {
        "": ["A"],
        "IL6": ["1"],
        "TNF": ["2"],
    }


def test_repeated_columns_and_ragged_lines_are_refused():
    with pytest.raises(AssayFileError, match="several columns named IL6"):
        text_frame("id,IL6,IL6\nA,1,2\n", Path("x.csv"))
    with pytest.raises(AssayFileError, match="no table"):
        text_frame("id,IL6\nA,1\nB,1,2,3\n", Path("x.csv"))


def test_fields_beyond_all_limits_are_no_rows():
    assert text_rows('"' + "x" * 200_000, 1) == []


def test_archive_that_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "letters.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("letter.txt", "dear reader")
    for damaged in (path, written(tmp_path, path.read_bytes()[:40])):
        with pytest.raises(AssayFileError, match="no workbook"):
            workbook_rows(damaged)


def test_digest_is_sha256(tmp_path):
    assert digest(written(tmp_path, b"abc")) == hashlib.sha256(b"abc").hexdigest()


def test_lists_in_a_parquet_table_are_refused(tmp_path):
    pytest.importorskip("pyarrow")
    pd.DataFrame({"SampleID": [["S1"], ["S2"]], "NPX": [1.0, 2.0]}).to_parquet(tmp_path / "x.parquet")
    with pytest.raises(AssayFileError, match="lists in the cells of SampleID"):
        parquet_frame(tmp_path / "x.parquet")
