"""Cells of a clinical table as answers that rules can be asked of: known, missing, or not understood."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from stratify.assays.schema import as_text
from stratify.screening.eligibility.rules import CHOICE, DATE, NUMBER, YES_NO, Column

NEVER = "never"
_YES, _NO = frozenset({"yes", "y", "true", "1"}), frozenset({"no", "n", "false", "0"})
_MISSING = frozenset({"", "na", "n/a", "nan", "nat", "null", "none", ".", "-", "?", "unknown", "not known"})
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_NO_DATE = frozenset({"never", "no"})

Value = bool | float | date | str


@dataclass(frozen=True)
class Answer:
    """What is known of one column of a person.

    Parameters
    ----------
    value : bool, float, date or str, optional
        None where nothing is known; ``"never"`` for a date that never was.
    problem : str
        Why a cell that is not empty counts as unknown; "" otherwise. It never holds the cell itself.
    """

    value: Value | None = None
    problem: str = ""


def read_answer(cell: object, column: Column) -> Answer:
    """Read a cell; what cannot be read counts as unknown.

    Parameters
    ----------
    cell : object
        As the table has it.
    column : Column
        How to read it.

    Returns
    -------
    Answer

    Examples
    --------
    >>> read_answer("Yes", Column(type="yes-no", question="?"))
    Answer(value=True, problem='')
    >>> read_answer("perhaps", Column(type="yes-no", question="?"))
    Answer(value=None, problem='is neither yes nor no')
    """
    if cell != cell:  # NaN, or not a time
        return Answer()
    if isinstance(cell, datetime | date):
        return _date_of(cell, column)
    text = as_text(cell).strip()
    if text.casefold() in _MISSING:
        return Answer()
    return _READERS[column.type](text, column)


def _date_of(cell: date, column: Column) -> Answer:
    if column.type != DATE:
        return Answer(problem="is a date")
    return Answer(cell.date() if isinstance(cell, datetime) else cell)


def _yes_no(text: str, _: Column) -> Answer:
    word = text.casefold().removesuffix(".0")
    return Answer(word in _YES) if word in _YES | _NO else Answer(problem="is neither yes nor no")


def _number(text: str, column: Column) -> Answer:
    if not _NUMBER.fullmatch(text):
        return Answer(problem=f"is no number (in {column.unit}, with a decimal point, without words)")
    value = float(text)
    if column.plausible and not column.plausible[0] <= value <= column.plausible[1]:
        low, high = column.plausible
        return Answer(problem=f"is not between {low:g} and {high:g} {column.unit}: check the unit")
    return Answer(value)


def _date(text: str, _: Column) -> Answer:
    if text.casefold() in _NO_DATE:
        return Answer(NEVER)
    try:
        return Answer(datetime.fromisoformat(text).date())
    except ValueError:
        return Answer(problem="is no date (write 2026-03-31, or never)")


def _choice(text: str, column: Column) -> Answer:
    known = {word.casefold(): word for word in column.values}
    if text.casefold() not in known:
        return Answer(problem=f"is none of {', '.join(column.values)}")
    return Answer(known[text.casefold()])


_READERS: Mapping[str, Callable[[str, Column], Answer]] = {
    YES_NO: _yes_no,
    NUMBER: _number,
    DATE: _date,
    CHOICE: _choice,
}
