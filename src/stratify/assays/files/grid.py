"""Text split into cells, and cells named by the row above them."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

from stratify.assays.files.decimal_commas import point_decimals
from stratify.assays.refusal import refuse
from stratify.assays.schema import as_text, parse_numbers
from stratify.errors import AssayFileError, listed

_SNIFFED = 1_000_000  # characters from which the layout of a text is guessed
_MOST = 0.6  # share of lines that must agree on a number of fields
_EXPORT = (
    "export the table again; a number with a decimal comma needs semicolons or tabulators between the fields"
)


def delimiter(text: str) -> str:
    r"""Guess the delimiter of a table from its first lines: the one that splits them alike into most fields.

    Parameters
    ----------
    text : str
        Beginning of a table; some lines above it may have fewer fields.

    Returns
    -------
    str
        ``","``, ``";"`` or a tabulator.

    Examples
    --------
    >>> delimiter("SampleID;NPX\nA;1,5\n")
    ';'
    """
    lines = text[:_SNIFFED].splitlines()[:20]
    return max(("\t", ";", ","), key=lambda mark: _regularity(lines[: max(1, len(lines) - 1)], mark))


def _regularity(lines: list[str], mark: str) -> tuple[bool, bool, int]:
    """Say whether all, or most, lines have one number of fields, and how many these are."""
    try:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=mark) if row)
    except csv.Error:
        return False, False, 0
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    alike = count / max(1, sum(widths.values()))
    return width > 1 and alike == 1, width > 1 and alike >= _MOST, width


def text_rows(text: str, limit: int | None = None) -> list[list[object]]:
    r"""Cells of a text file, line by line.

    Parameters
    ----------
    text : str
        The table.
    limit : int, optional
        Only so many lines.

    Returns
    -------
    list of list of str
        Empty where the text cannot be split into fields.

    Examples
    --------
    >>> text_rows("SampleID,IL6\nA,1.5\n", 1)
    [['SampleID', 'IL6']]
    """
    part = text if limit is None else text[:_SNIFFED]
    reader = csv.reader(io.StringIO(part, newline=""), delimiter=delimiter(text), strict=limit is None)
    try:
        return [list(row) for row in islice(reader, limit)]
    except csv.Error:
        return []


def text_frame(text: str, where: str) -> pd.DataFrame:
    r"""Parse a delimited table, each cell as the text that was delivered.

    Lines with a single field above the names, blank lines, and columns without a name or a cell are left
    out. Names that are one field short of every line (row names without a name) get "" as the first.
    Decimal commas become points where they are sure (`point_decimals`).

    Parameters
    ----------
    text : str
        The table.
    where : str
        Name of the table, for messages.

    Returns
    -------
    DataFrame of str

    Raises
    ------
    AssayFileError
        No table, a line with another number of fields, or two columns of one name.

    Examples
    --------
    >>> text_frame("Sample;IL6\nA;1,5\n", "x.csv").to_dict("list")
    {'Sample': ['A'], 'IL6': ['1.5']}
    """
    mark = delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    rows: list[list[Any]] = []
    lines: list[int] = []
    try:
        for row in reader:
            if any(cell and not cell.isspace() for cell in row):
                rows.append(row)
                lines.append(reader.line_num)
    except csv.Error as error:
        found = f"text that is no table: the quotation marks around line {reader.line_num} do not match"
        raise refuse(where, found) from error
    if not rows:
        raise refuse(where, "text that is no table: it cannot be split into fields")
    first = _names_row(rows)
    rows, lines = rows[first:], lines[first:]
    if len(rows) > 1 and all(len(row) == len(rows[0]) + 1 for row in rows[1:]):
        rows[0] = ["", *rows[0]]
    for row, line in zip(rows, lines, strict=True):
        if len(row) != len(rows[0]):
            counts = f"line {line} has {len(row)} fields, the line of names {len(rows[0])}"
            raise refuse(where, f"text that is no table: {counts}", _EXPORT)
    frame = _named(rows, where)
    return point_decimals(frame, where, semicolons=mark == ";") if mark != "," or '"' in text else frame


def cells_frame(rows: list[list[Any]], where: str) -> pd.DataFrame:
    """Name cells by the row above them.

    Parameters
    ----------
    rows : list of list
        Cells of a sheet; what `text_frame` leaves out of a text is left out of it too.
    where : str
        Its name, for messages.

    Returns
    -------
    DataFrame
        What the cells hold.

    Raises
    ------
    AssayFileError
        No row below the names, or two columns of one name.

    Examples
    --------
    >>> cells_frame([["Sample", "IL6"], ["A", 1.5]], "x.xlsx").to_dict("list")
    {'Sample': ['A'], 'IL6': [1.5]}
    """
    filled = [row for row in rows if any(as_text(cell) for cell in row)]
    filled = filled[_names_row(filled) :]
    if len(filled) < 2:
        raise refuse(where, "a sheet without a table")
    return point_decimals(_named(filled, where), where)


def _names_row(rows: Sequence[Sequence[object]]) -> int:
    """Find the row of names: the first, or the first of several words below rows with a single cell."""
    for i, row in enumerate(rows):
        if any(as_text(cell) for cell in row[1:]):
            words = [as_text(cell) for cell in row[1:]]
            return i if parse_numbers(words)[1].any() or not i else 0
    return 0


def _named(rows: list[list[Any]], where: str) -> pd.DataFrame:
    names = [_column_name(cell) for cell in rows[0]]
    check_header(names, where)
    frame = pd.DataFrame(rows[1:], columns=range(len(names)), dtype=object)
    kept = [j for j, name in enumerate(names) if name or any(as_text(cell) for cell in frame[j])]
    return frame[kept].set_axis(pd.Index([names[j] for j in kept], dtype=object), axis=1)


def _column_name(cell: object) -> str:
    """Name of a column; a date is written as the spreadsheet shows it (the gene SEPTIN2 became "2-Sep")."""
    return f"{cell.day}-{cell:%b}" if isinstance(cell, date) else as_text(cell)


def check_header(names: list[str], where: str) -> None:
    """Refuse a table in which two columns have one name.

    Parameters
    ----------
    names : list of str
        Its columns.
    where : str
        Name of the table.

    Raises
    ------
    AssayFileError
        Naming the repeated columns.
    """
    words, counts = np.unique([name for name in names if name], return_counts=True)
    if (counts > 1).any():
        raise AssayFileError(
            "each column of a table has its own name",
            f"{where}: several columns named {listed(words[counts > 1])}",
            "rename or remove the repeated columns",
        )


def rough_frame(rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """Name the first cells of a table without asking whether they are sound, to recognise its layout.

    Parameters
    ----------
    rows : sequence of sequence
        Its first rows.

    Returns
    -------
    DataFrame
        Rows cut or filled to the number of names; columns without a name are kept, of equal names the first.

    Examples
    --------
    >>> rough_frame([["id", "IL6"], ["A"]]).to_dict("list")
    {'id': ['A'], 'IL6': ['']}
    """
    filled = [list(row) for row in rows if any(as_text(cell) for cell in row)]
    filled = filled[_names_row(filled) :]
    names = [_column_name(cell) for cell in filled[0]] if filled else []
    if len(filled) > 1 and all(len(row) == len(names) + 1 for row in filled[1:]):
        names = ["", *names]
    body = [[*row[: len(names)], *[""] * (len(names) - len(row))] for row in filled[1:]]
    frame = pd.DataFrame(body, columns=range(len(names)), dtype=object).set_axis(
        pd.Index(names, dtype=object), axis=1
    )
    return frame.loc[:, ~frame.columns.duplicated()]


def is_rectangular(rows: Sequence[Sequence[object]]) -> bool:
    """Say whether the rows of a table have as many cells as its names.

    Parameters
    ----------
    rows : sequence of sequence
        First rows of a part; titles above the names and blank rows are not looked at.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_rectangular([["Title"], ["id", "x"], ["A", "1"]]), is_rectangular([["id", "x"], ["A"]])
    (True, False)
    """
    filled = [row for row in rows if any(as_text(cell) for cell in row)]
    widths = [len(row) for row in filled[_names_row(filled) :]]
    return len(set(widths[1:])) == 1 and widths[1] - widths[0] in (0, 1)
