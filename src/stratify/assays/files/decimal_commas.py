"""Numbers written with a decimal comma, read only where nothing else can be meant."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from stratify.assays.refusal import refuse

_EXPONENT = r"([eE][-+]?\d+)?"
_SIGN = r"\s*[-+]?"
_SURE = re.compile(rf"{_SIGN}(0,\d+|\d+,\d{{1,2}}|\d+,\d{{4,}}|\d{{4,}},\d+|,\d+){_EXPONENT}\s*")
_EITHER = re.compile(rf"{_SIGN}[1-9]\d{{0,2}},\d{{3}}\s*")
_POINTED = re.compile(rf"{_SIGN}\d*\.\d+{_EXPONENT}\s*")
_GROUPING_POINT = re.compile(rf"{_SIGN}[1-9]\d{{0,2}}\.\d{{3}}\s*")


@dataclass(frozen=True)
class _Marks:
    """What the numbers of a column are written with."""

    sure: bool  # a comma that can only be a decimal one
    either: bool  # a comma that may also group thousands
    pointed: bool
    grouping: bool  # points, each of which may group thousands

    @property
    def comma(self) -> bool:
        return (self.sure or self.either) and not self.pointed


def point_decimals(frame: pd.DataFrame, where: str, *, semicolons: bool = False) -> pd.DataFrame:
    """Write decimal commas as points, in a table whose numbers surely have decimal commas.

    "1,5" can only be a decimal number, "1,234" may also be a thousand and more. A table has decimal commas
    when more of its columns hold numbers of the first kind than hold numbers with points (as many, where the
    fields are separated by semicolons); then both kinds are read in each column without points. In any other
    table commas stay, and a protein's column with them is refused by its reader.

    Parameters
    ----------
    frame : DataFrame
        Cells of a table.
    where : str
        Its name, for the message.
    semicolons : bool, default False
        Whether semicolons separate the fields, as they do where the comma is taken.

    Returns
    -------
    DataFrame
        The same cells, in a copy where a comma was replaced.

    Raises
    ------
    AssayFileError
        A column such as "1.234" between columns with decimal commas.

    Examples
    --------
    >>> point_decimals(pd.DataFrame({"IL6": ["1,5", "1,234"]}), "x.csv")["IL6"].tolist()
    ['1.5', '1.234']
    """
    if not any(_has_sure(frame.iloc[:, j]) for j in range(frame.shape[1])):
        return frame
    marks = [_marks(frame.iloc[:, j]) for j in range(frame.shape[1])]
    with_comma = sum(column.sure and not column.pointed for column in marks)
    with_point = sum(column.pointed and not column.sure for column in marks)
    if with_comma + semicolons <= with_point or not with_comma:
        return frame
    grouped = [name for name, column in zip(frame.columns, marks, strict=True) if column.grouping]
    if grouped:
        raise refuse(
            where,
            f"column {grouped[0]!r} has points that may group thousands, beside columns with decimal commas",
            "write all numbers with one kind of decimal mark and without marks between thousands",
        )
    cells = frame.to_numpy(dtype=object, copy=True)
    for j in np.flatnonzero([column.comma for column in marks]):
        cells[:, j] = [_pointed(cell) for cell in cells[:, j]]
    return pd.DataFrame(cells, frame.index, frame.columns, dtype=object)


def _has_sure(column: pd.Series) -> bool:
    return any(isinstance(cell, str) and "," in cell and _SURE.fullmatch(cell) for cell in column)


def _marks(column: pd.Series) -> _Marks:
    words = [cell for cell in column if isinstance(cell, str) and ("," in cell or "." in cell)]
    points = [word for word in words if _POINTED.fullmatch(word)]
    return _Marks(
        sure=any(_SURE.fullmatch(word) for word in words),
        either=any(_EITHER.fullmatch(word) for word in words),
        pointed=bool(points),
        grouping=bool(points) and all(_GROUPING_POINT.fullmatch(word) for word in points),
    )


def _pointed(cell: object) -> object:
    if isinstance(cell, str) and (_SURE.fullmatch(cell) or _EITHER.fullmatch(cell)):
        return cell.replace(",", ".")
    return cell
