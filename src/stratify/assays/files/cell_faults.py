"""What a cell of a protein's column holds in place of a level, said without showing it."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import NamedTuple

from stratify.assays.schema import LARGEST_NUMBER

_COMMA = re.compile(r"[-+]?\d*,\d+([eE][-+]?\d+)?")
_GROUPS = re.compile(r"[-+]?\d{1,3}([,.'\s\u2019]\d{3})+([.,]\d*)?")
_ERROR = re.compile(r"#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|GETTING_DATA|SPILL!|CALC!)")
_MARK = re.compile(r"[<>\u2264\u2265*]|oor|out of range|below|above|b\.?d\.?l|n\.?d\.?$", re.IGNORECASE)
_LEAVE_EMPTY = "replace the text by the delivered level, or leave the cell empty"


class Fault(NamedTuple):
    """What is wrong with a cell, and what to do."""

    found: str
    do: str


def cell_fault(cell: object) -> Fault:
    """Say what a cell holds that is no level.

    Parameters
    ----------
    cell : object
        A cell that cannot be read as a number.

    Returns
    -------
    Fault
        Words that name the kind of content, never the content.

    Examples
    --------
    >>> cell_fault("1,234").found, cell_fault("#DIV/0!").found, cell_fault("high").found
    ('a comma that may be a decimal mark or group thousands', "the spreadsheet's error #DIV/0!", 'text')
    """
    if isinstance(cell, date | time | timedelta):
        return Fault(
            "a date", "format the column as numbers before they are entered, and export the table again"
        )
    number = _number(cell)
    if number is not None and not abs(number) <= LARGEST_NUMBER:
        return Fault("a number beyond any instrument", "look at how the table was exported")
    return _fault_of_text(str(cell).strip())


def _fault_of_text(word: str) -> Fault:
    if word.startswith("="):
        return Fault(
            "a formula that was never computed", "open the workbook in the spreadsheet program and save it"
        )
    if error := _ERROR.match(word):
        return Fault(f"the spreadsheet's error {error[0]}", "mend the formula, or leave the cell empty")
    if _COMMA.fullmatch(word) or _GROUPS.fullmatch(word):
        return Fault(
            "a comma that may be a decimal mark or group thousands"
            if "," in word
            else "a number with marks between its thousands",
            "write numbers with a decimal point and without marks between thousands",
        )
    if _MARK.match(word):
        return Fault("a mark in place of a level", "leave the cell empty, or ask for the measured level")
    return Fault("text", _LEAVE_EMPTY)


def _number(cell: object) -> float | None:
    try:
        return float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
