"""Text split into cells, and cells named by their first row."""

from __future__ import annotations

import csv
import io
import re
from itertools import islice
from typing import Any

import pandas as pd

from stratify.assays.refusal import refuse
from stratify.assays.schema import as_text
from stratify.errors import AssayFileError, listed

_SNIFFED = 1_000_000  # characters from which the layout of a text is guessed
_COMMA_NUMBER = re.compile(r'(^|;)"?-?\d+,\d+"?(;|$)', re.MULTILINE)


def delimiter(text: str) -> str:
    r"""Guess the delimiter of a table from its first lines: the one that splits them alike into most fields.

    Parameters
    ----------
    text : str
        Beginning of a table.

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


def _regularity(lines: list[str], mark: str) -> tuple[bool, int]:
    """Say whether all lines have one number of fields, and how many the first has."""
    widths = [len(row) for row in csv.reader(lines, delimiter=mark)]
    return len(set(widths)) == 1 and widths[0] > 1, widths[0] if widths else 0


def text_frame(text: str, where: str) -> pd.DataFrame:
    r"""Parse a delimited table, each cell as the text that was delivered.

    A header that is one field short (row names without a name) gets "" as its first name. In a table with
    semicolons a decimal comma becomes a point.

    Parameters
    ----------
    text : str
        The table; its first line names the columns.
    where : str
        Name of the table, for messages.

    Returns
    -------
    DataFrame of str

    Raises
    ------
    AssayFileError
        No table, or two columns of one name.

    Examples
    --------
    >>> text_frame("Sample;IL6\nA;1,5\n", "x.csv").to_dict("list")
    {'Sample': ['A'], 'IL6': ['1.5']}
    """
    first = text_rows(text, 2)
    if not first:
        raise refuse(where, "text that is no table: it cannot be split into fields")
    mark = delimiter(text)
    names = [str(cell).strip() for cell in first[0]]
    names = [""] * (len(first[-1]) == len(names) + 1) + names
    check_header(names, where)
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            sep=mark,
            header=None,
            skiprows=1,
            names=range(len(names)),
            dtype=str,
            na_filter=False,
            index_col=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, pd.errors.ParserWarning) as error:
        raise refuse(where, "text that is no table: its lines have different numbers of fields") from error
    frame.columns = pd.Index(names, dtype=object)
    if mark == ";" and _COMMA_NUMBER.search(text[:_SNIFFED]):
        return frame.replace(r"^(-?\d+),(\d+)$", r"\1.\2", regex=True)
    return frame


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
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    if repeated:
        raise AssayFileError(
            "each column of a table has its own name",
            f"{where}: several columns named {listed(repeated)}",
            "rename or remove the repeated columns",
        )


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
    try:
        return [list(row) for row in islice(csv.reader(io.StringIO(part), delimiter=delimiter(text)), limit)]
    except csv.Error:
        return []


def cells_frame(rows: list[list[Any]], where: str) -> pd.DataFrame:
    """Name cells by their first row.

    Parameters
    ----------
    rows : list of list
        Cells of a sheet.
    where : str
        Its name, for messages.

    Returns
    -------
    DataFrame
        What the cells hold.

    Raises
    ------
    AssayFileError
        No row below the first, or two columns of one name.

    Examples
    --------
    >>> cells_frame([["Sample", "IL6"], ["A", 1.5]], "x.xlsx").to_dict("list")
    {'Sample': ['A'], 'IL6': [1.5]}
    """
    if len(rows) < 2:
        raise refuse(where, "a sheet without a table")
    names = [as_text(cell) for cell in rows[0]]
    check_header(names, where)
    return pd.DataFrame(rows[1:], columns=pd.Index(names, dtype=object), dtype=object)
