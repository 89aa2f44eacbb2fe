"""Tables with one row a sample: their cells, and the column that names the samples."""

from __future__ import annotations

import pandas as pd

from stratify.assays.files.container import open_parts
from stratify.assays.files.delivered import Source, as_file
from stratify.assays.layouts.footers import footer_kind
from stratify.assays.proteins.columns import is_protein_name
from stratify.assays.refusal import refuse
from stratify.assays.schema import as_text, parse_numbers, rename_columns


def read_cells(path: Source) -> pd.DataFrame:
    """Read a text table or the first sheet of a workbook, each cell as delivered.

    Parameters
    ----------
    path : str, Path or Delivered
        The file.

    Returns
    -------
    DataFrame
        Text cells, or what the workbook holds; named by the first row.

    Raises
    ------
    AssayFileError
        A file that holds no table, or a column name that occurs twice.
    """
    file = as_file(path)
    parts = [part for part in open_parts(file) if part.kind == "text" or len(part.rows) > 1]
    if not parts:
        raise refuse(file.name, "a workbook without a table")
    return parts[0].frame


def sample_column(frame: pd.DataFrame) -> str | None:
    """Find the column of sample ids: a declared spelling, else a first column of unique words.

    Rows that repeat the names of the columns, and rows below the samples (``LOD``), are not looked at.

    Parameters
    ----------
    frame : DataFrame
        Cells of a table.

    Returns
    -------
    str or None

    Examples
    --------
    >>> sample_column(pd.DataFrame({"": ["A-1", "A-2"], "IL6": ["1.5", "2.5"]}))
    ''
    """
    declared = [name for name, canonical in rename_columns(frame.columns).items() if canonical == "sample_id"]
    if declared:
        return declared[0]
    if not len(frame.columns) or not len(frame):
        return None
    first = frame.columns[0]
    if (frame.columns == first).sum() > 1:
        return None
    words = frame[first].map(as_text)
    words = words[(words != first) & (words.map(footer_kind) == "")]
    unique = words.is_unique and not words.isin([""]).any() and len(words) > 0
    numbers = ~parse_numbers(words)[1]
    return first if unique and (first == "" or not numbers.any()) and not is_protein_name(first) else None
