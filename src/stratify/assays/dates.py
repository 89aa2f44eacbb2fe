"""Dates as laboratories and clinics write them, read for a whole column at once or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

_SLASHED = re.compile(r"\s*(\d{1,2})\s*([/.-])\s*(\d{1,2})\s*[/.-]\s*(\d{4}|\d{2})(?:[ T,]+(.*))?\s*")
_LARGEST_MONTH = 12


def parse_days(cells: Iterable[object]) -> np.ndarray:
    """Read dates as days since 1970.

    ISO dates are taken as they are. Of dates such as ``3/4/2021`` the whole column decides which number is
    the day: one of them must exceed 12 somewhere, and the other never; with points (``3.4.2021``) the day
    is first. What cannot be decided is not guessed.

    Parameters
    ----------
    cells : iterable
        Words, or dates of a workbook; "" or NaN where unknown.

    Returns
    -------
    ndarray of float64
        NaN where there is no date, or where the column leaves open which one it is.

    Examples
    --------
    >>> parse_days(["1970-01-02", "", "1970-01-03 12:00"]).tolist()
    [1.0, nan, 2.5]
    >>> parse_days(["13/01/1970", "02/01/1970"]).tolist(), parse_days(["01/02/1970"]).tolist()
    ([12.0, 1.0], [nan])
    """
    words = pd.Series(list(cells), dtype=object)
    text = words.where(words.notna(), "").astype(str)
    parts = [_SLASHED.fullmatch(word) for word in text]
    days_first = _days_first([part for part in parts if part])
    written = [_iso(part, days_first) if part else word for part, word in zip(parts, text, strict=True)]
    dates = pd.to_datetime(pd.Series(written, dtype=object), errors="coerce", utc=True, format="ISO8601")
    return ((dates.dt.tz_localize(None) - pd.Timestamp(0)) / pd.Timedelta(days=1)).to_numpy(dtype=float)


def _days_first(parts: list[re.Match[str]]) -> bool | None:
    """Whether the day comes first; None where the column does not tell."""
    first = any(int(part[1]) > _LARGEST_MONTH for part in parts)
    second = any(int(part[3]) > _LARGEST_MONTH for part in parts)
    if first != second:
        return first
    return True if parts and not first and all(part[2] == "." for part in parts) else None


def _iso(part: re.Match[str], days_first: bool | None) -> str:
    if days_first is None or len(part[4]) != 4:
        return ""
    day, month = (part[1], part[3]) if days_first else (part[3], part[1])
    time = f" {part[5].strip()}" if part[5] else ""
    return f"{part[4]}-{int(month):02d}-{int(day):02d}{time}"
