"""Rows of a large table, batch by batch: never the whole text in memory."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stratify.assays.files.grid import check_header, delimiter
from stratify.assays.files.parquet import parquet_batches, parquet_head
from stratify.assays.files.part import Part
from stratify.assays.refusal import refuse
from stratify.assays.schema import as_text

if TYPE_CHECKING:
    import pyarrow as pa

_BLOCK = 1 << 22  # bytes of text that are split at once
_HEAD = 1 << 16  # bytes from which the delimiter is guessed
_NAMES_DEPTH = 10  # rows among which the names of columns are sought
_FIELDS = re.compile(r"Expected (\d+) columns, got (\d+)")
_AGAIN = "copy the file again from its source, or export the table again"
_Batches = Iterator["pa.RecordBatch"]


@dataclass(frozen=True, eq=False)
class RowBatches:
    """A table that is read once, from its first to its last row.

    Parameters
    ----------
    names : list of str
        Columns; those without a name are left out.
    batches : iterator of RecordBatch
        Cells as delivered: text, or the types of a parquet file.
    metadata : dict of str to str
        What the file says about the whole table.
    delimiter : str
        Between the cells of a line; "" where the file has no lines.
    """

    names: list[str]
    batches: _Batches
    metadata: dict[str, str]
    delimiter: str = ""


def names_row(part: Part, fits: Callable[[list[str]], bool]) -> int | None:
    """Find the row that names the columns.

    Parameters
    ----------
    part : Part
        Cells or text.
    fits : callable
        Says whether names are those of the wanted layout.

    Returns
    -------
    int or None
        Its position among the first rows.
    """
    head = part.top[:_NAMES_DEPTH]
    return next((i for i, row in enumerate(head) if fits([as_text(cell) for cell in row])), None)


def row_batches(part: Part, names_at: int = 0) -> RowBatches:
    """Read a table batch by batch.

    Rows without any cell and rows that repeat the names are left out.

    Parameters
    ----------
    part : Part
        Cells, text or parquet.
    names_at : int, default 0
        Row of the names (`names_row`).

    Returns
    -------
    RowBatches

    Raises
    ------
    AssayFileError
        Two columns of one name, a damaged file, a text whose last line has no end; while rows are read: lines
        with other numbers of fields.
    """
    if part.kind == "parquet":
        names, metadata = parquet_head(part)
        check_header(names, part.where)
        return RowBatches(names, parquet_batches(part), metadata)
    rows = part.top if part.kind == "text" else part.rows
    names = [as_text(cell) for cell in rows[names_at]]
    below = rows[names_at + 1 : names_at + 2]
    if part.kind == "text" and below and len(below[0]) == len(names) + 1:
        names = ["", *names]
    check_header(names, part.where)
    named = [name for name in names if name]
    if part.kind == "cells":
        return RowBatches(named, _tidy(_of_cells(part.rows[names_at + 1 :], len(names)), names), {})
    encoding = _encoding(part)
    with part.open() as stream:
        mark = delimiter(stream.read(_HEAD).decode(encoding, errors="replace"))
    batches = _of_text(part, len(names), names_at + 1, mark, encoding)
    return RowBatches(named, _tidy(batches, names), {}, mark)


def _of_cells(rows: Sequence[Sequence[Any]], width: int) -> _Batches:
    import pyarrow as pa

    columns = [[as_text(row[j]) if j < len(row) else "" for row in rows] for j in range(width)]
    arrays = [pa.array(column, pa.string()) for column in columns]
    yield pa.RecordBatch.from_arrays(arrays, names=[str(j) for j in range(width)])


def _of_text(part: Part, width: int, skipped: int, mark: str, encoding: str) -> _Batches:
    from pyarrow import ArrowException, csv, string

    columns = [str(j) for j in range(width)]
    reading = csv.ReadOptions(
        block_size=_BLOCK,
        skip_rows=skipped,
        column_names=columns,
        encoding="utf8" if encoding == "utf-8-sig" else encoding,
    )
    types = csv.ConvertOptions(column_types=dict.fromkeys(columns, string()), strings_can_be_null=False)
    with part.open() as stream:
        try:
            with closing(csv.open_csv(stream, reading, csv.ParseOptions(delimiter=mark), types)) as batches:
                yield from batches
        except ArrowException as error:
            fields = _FIELDS.search(str(error))
            counts = f": {fields[2]} in one line, {fields[1]} in the line of names" if fields else ""
            found = f"text that is no table: its lines have different numbers of fields{counts}"
            raise refuse(part.where, found, _AGAIN) from error


def _tidy(batches: _Batches, names: list[str]) -> _Batches:
    """Name the columns; leave out rows without a cell and rows that repeat the names."""
    import pyarrow as pa
    from pyarrow import compute

    kept = [j for j, name in enumerate(names) if name]
    for batch in batches:
        for words in ([""] * len(names), names):
            hit = compute.equal(batch.column(kept[0]), words[kept[0]])
            if not compute.any(hit).as_py():
                continue
            for j in kept:
                hit = compute.and_(hit, compute.equal(batch.column(j), words[j]))
            batch = batch.filter(compute.invert(hit))
        yield pa.RecordBatch.from_arrays([batch.column(j) for j in kept], names=[names[j] for j in kept])


def _encoding(part: Part) -> str:
    """Say how the whole text is written; refuse one that was cut within a line.

    What begins as UTF-8 must stay so; plain letters may be followed by those of an old Western code page.
    """
    encoding = part.encoding
    decoder = codecs.getincrementaldecoder("utf-8")()
    plain, last = True, b""
    with part.open() as stream:
        while block := stream.read(_BLOCK):
            last = block
            if encoding != "utf-8-sig" or (block.isascii() and not decoder.getstate()[0]):
                continue
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                if not (plain and block[: error.start].isascii()):
                    raise refuse(part.where, "a damaged text: some of it is no UTF-8", _AGAIN) from error
                encoding = "latin-1"
            plain = plain and block.isascii()
    if not last.rstrip(b"\0").endswith((b"\n", b"\r")):
        raise refuse(
            part.where,
            "a last line without an end, as in a file that was cut",
            "copy the file again from its source, or end its last line if the file is whole",
        )
    return encoding
