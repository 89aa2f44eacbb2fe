from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from stratify.screening.eligibility.answers import NEVER, read_answer
from stratify.screening.eligibility.rules import Column

YES_NO = Column(type="yes-no", question="?")
AGE = Column(type="number", unit="years", plausible=(0, 120), question="?")
DAY = Column(type="date", question="?")
SEX = Column(type="choice", values=("F", "M"), question="?")


@pytest.mark.parametrize("cell", ["", " ", None, np.nan, pd.NaT, "NA", "unknown", "?", "not known", "-"])
@pytest.mark.parametrize("column", [YES_NO, AGE, DAY, SEX])
def test_what_is_missing_is_unknown_and_no_problem(cell, column):
    answer = read_answer(cell, column)
    assert answer.value is None
    assert not answer.problem


@pytest.mark.parametrize(
    ("cell", "column", "value"),
    [
        *[(cell, YES_NO, True) for cell in ("yes", "Y", "TRUE", True, 1, 1.0, "1")],
        *[(cell, YES_NO, False) for cell in ("no", "N", "false", False, 0, 0.0, "0")],
        ("45", AGE, 45.0),
        (45, AGE, 45.0),
        ("0.5", AGE, 0.5),
        ("2026-03-31", DAY, date(2026, 3, 31)),
        ("2026-03-31 10:00", DAY, date(2026, 3, 31)),
        (datetime(2026, 3, 31, 9), DAY, date(2026, 3, 31)),
        (pd.Timestamp("2026-03-31"), DAY, date(2026, 3, 31)),
        ("Never", DAY, NEVER),
        ("no", DAY, NEVER),
        ("f", SEX, "F"),
    ],
)
def test_what_is_understood(cell, column, value):
    answer = read_answer(cell, column)
    assert answer.value == value
    assert type(answer.value) is type(value)


@pytest.mark.parametrize(
    ("cell", "column"),
    [
        ("perhaps", YES_NO),
        ("2", YES_NO),
        ("45 years", AGE),
        ("45,5", AGE),
        ("1e3", AGE),
        ("121", AGE),
        ("-1", AGE),
        ("inf", AGE),
        ("31/03/2026", DAY),
        ("2026-02-30", DAY),
        ("45", DAY),
        ("other", SEX),
        (datetime(2026, 3, 31), AGE),
    ],
)
def test_what_is_not_understood_is_unknown_and_the_cell_is_not_repeated(cell, column):
    answer = read_answer(cell, column)
    assert answer.value is None
    assert answer.problem
    assert str(cell) not in answer.problem
