from __future__ import annotations

import gzip

import openpyxl
import pytest

from stratify.assays.files import row_batches as module
from stratify.assays.files.container import open_parts
from stratify.assays.files.row_batches import names_row, row_batches
from stratify.errors import AssayFileError


def part(tmp_path, content, name="x.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return open_parts(path)[0]


def cells(rows):
    return [list(row.values()) for batch in rows.batches for row in batch.to_pylist()]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_cells_keep_their_meaning(tmp_path, mark, end):
    lines = [["SampleID", "Assay", "NPX"], ["007", "NA", "1.50"], [" S2 ", '"a b"', ""]]
    rows = row_batches(part(tmp_path, "".join(mark.join(line) + end for line in lines)))
    assert (rows.names, rows.delimiter) == (["SampleID", "Assay", "NPX"], mark)
    assert cells(rows) == [["007", "NA", "1.50"], [" S2 ", "a b", ""]]


def test_repeated_names_and_blank_rows_are_left_out(tmp_path):
    text = "SampleID,NPX,\nS1,1,\n,,\nSampleID,NPX,\n\nS2,2,\nSampleID,3,\n"
    rows = row_batches(part(tmp_path, text))
    assert rows.names == ["SampleID", "NPX"]
    assert cells(rows) == [["S1", "1"], ["S2", "2"], ["SampleID", "3"]]


def test_row_names_without_a_name(tmp_path):
    assert cells(row_batches(part(tmp_path, "SampleID,NPX\n1,S1,0.5\n2,S2,1.5\n"))) == [
        ["S1", "0.5"],
        ["S2", "1.5"],
    ]


def test_names_below_a_title(tmp_path):
    source = part(tmp_path, "Export of a study,\nSampleID,NPX\nS1,2.5\n")
    at = names_row(source, lambda names: "NPX" in names)
    assert at == 1
    assert cells(row_batches(source, at)) == [["S1", "2.5"]]
    assert names_row(source, lambda names: "Ct" in names) is None


def test_many_blocks_give_the_same_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", 64)
    text = "SampleID,NPX\n" + "".join(f"S{i},{i / 4}\n" for i in range(500))
    rows = row_batches(part(tmp_path, gzip.compress(text.encode()), "x.gz"))
    batches = list(rows.batches)
    assert len(batches) > 10
    assert [row["SampleID"] for batch in batches for row in batch.to_pylist()] == [
        f"S{i}" for i in range(500)
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_encodings(tmp_path, encoding):
    source = part(tmp_path, "SampleID,NPX\nMüller,1\n".encode(encoding))
    assert cells(row_batches(source)) == [["Müller", "1"]]


def test_a_late_western_letter(tmp_path, monkeypatch):
    monkeypatch.setattr("stratify.assays.files.part.HEAD", 100)
    text = "SampleID,NPX\n" + "S,1\n" * 100 + "Müller,2\n"
    assert cells(row_batches(part(tmp_path, text.encode("latin-1"))))[-1] == ["Müller", "2"]


def test_a_sheet_gives_the_same_words(tmp_path):
    book = openpyxl.Workbook()
    for row in (["SampleID", "NPX"], ["S1", 0.1], [7.0, None], [None, None]):
        book.active.append(row)
    book.save(tmp_path / "x.xlsx")
    assert cells(row_batches(open_parts(tmp_path / "x.xlsx")[0])) == [["S1", "0.1"], ["7", ""]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("SampleID,NPX\nS1,1\nS2\n", "1 in one line, 2 in the line of names"),
        ("SampleID,NPX\nS1,1\nS2,2,3\n", "3 in one line, 2 in the line of names"),
        ("SampleID,NPX\nS1,1\nS2,2.5", "a last line without an end"),
        ("SampleID,SampleID\nS1,1\n", "several columns named SampleID"),
        ("SampleID,NPX\nMü,1\n".encode() + b"S\xff,2\n" * 300_000, "some of it is no UTF-8"),
        (gzip.compress(b"SampleID,NPX\n" + b"S1,1\n" * 5000, mtime=0)[:-20], "damaged gzip"),
    ],
)
def test_damaged_texts_are_refused(tmp_path, monkeypatch, content, message):
    monkeypatch.setattr("stratify.assays.files.part.HEAD", 20)
    with pytest.raises(AssayFileError, match=message):
        cells(row_batches(part(tmp_path, content)))
