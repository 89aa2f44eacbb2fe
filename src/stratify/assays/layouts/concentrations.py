"""Cells of immunoassay tables: concentrations, and the marks of those outside the measured range."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from stratify.assays.schema import LARGEST_NUMBER, is_missing

_NUMBER = r"(\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|\d+,\d{1,2})"
_LIMIT = re.compile(rf"([<>≤≥])\s*=?\s*{_NUMBER}")
_EXTRAPOLATED = re.compile(rf"\*\s*{_NUMBER}|{_NUMBER}\s*\*")
_BELOW = re.compile(r"oor\s*<|<\s*oor|<|<\s*l?lo[dq]|below\b.*|bdl|b?lloq|bl[dq]|blo[dq]", re.IGNORECASE)
_ABOVE = re.compile(r"oor\s*>|>\s*oor|>|>\s*ulo[dq]|above\b.*|a?uloq|al[dq]|alo[dq]", re.IGNORECASE)
_REJECTED = re.compile(r"-{2,}|\*{2,}|(insufficient|low|no)\s+beads?(\s+count)?", re.IGNORECASE)
_UNIT = re.compile(
    r"(?<![a-z])(?P<log>log\s*_?(?P<base>2|10)\W*)?(?P<mass>[fpnuµμm]g)\s*(?:/|_|\s+per\s+)\s*(?P<volume>[dµμum]?l)(?![a-z])",
    re.IGNORECASE,
)
_PICOGRAMS = {"fg": 1e-3, "pg": 1.0, "ng": 1e3, "ug": 1e6, "mg": 1e9}
_PER_MILLILITRE = {"ul": 1e3, "ml": 1.0, "dl": 1e-2, "l": 1e-3}


class Unit(NamedTuple):
    """Unit of concentrations.

    Parameters
    ----------
    name : str
        As delivered.
    picograms : float
        How many pg/mL one unit is.
    base : int
        2 or 10 where the levels are logarithms, else 0.
    """

    name: str
    picograms: float
    base: int


@dataclass(frozen=True, eq=False)
class Concentrations:
    """A column of concentrations.

    Parameters
    ----------
    value : ndarray of float64
        As delivered; NaN where missing, or outside the measured range.
    side : ndarray of float64
        -1 below the measured range, +1 above it, else 0.
    limit : ndarray of float64
        The limit that stands beside a mark ("<3.2"), NaN where none does.
    extrapolated : ndarray of bool
        Values that the software took from beyond its standards ("*12.3").
    wrong : ndarray of bool
        Cells that are nothing of all this.
    """

    value: np.ndarray
    side: np.ndarray
    limit: np.ndarray
    extrapolated: np.ndarray
    wrong: np.ndarray

    @property
    def marked(self) -> bool:
        """Whether any cell holds a mark of an immunoassay's software with a number, or of its range."""
        return bool((self.side != 0).any() or self.extrapolated.any())


def parse_concentrations(cells: Iterable[object]) -> Concentrations:
    """Read the cells of one analyte.

    Parameters
    ----------
    cells : iterable of object
        Numbers or text: ``12.3``, ``<3.2``, ``>10000``, ``OOR <``, ``Below fit curve range``, ``*12.3``
        (extrapolated), ``---`` and ``***`` (rejected by the operator or the instrument).

    Returns
    -------
    Concentrations

    References
    ----------
    Marks of the software Bio-Plex Manager, xPONENT and MSD Discovery Workbench.

    Examples
    --------
    >>> column = parse_concentrations([12.3, "<3.2", "OOR >", "*1.5", "---"])
    >>> column.value.tolist(), column.side.tolist()
    ([12.3, nan, nan, 1.5, nan], [0.0, -1.0, 1.0, 0.0, 0.0])
    """
    parsed = np.array([_parse(cell) for cell in cells], dtype=float).reshape(-1, 5)
    value, side, limit, extrapolated, wrong = parsed.T
    return Concentrations(value, side, limit, extrapolated > 0, wrong > 0)


_MISSING = (np.nan, 0, np.nan, 0, 0)


def _parse(cell: object) -> tuple[float, float, float, float, float]:
    if is_missing(cell):
        return _MISSING
    number = _number(cell)
    if number is not None:
        return number, 0, np.nan, 0, 0
    word = str(cell).strip()
    if found := _LIMIT.fullmatch(word):
        return np.nan, -1 if found[1] in "<≤" else 1, _point(found[2]), 0, 0
    if found := _EXTRAPOLATED.fullmatch(word):
        return _point(found[1] or found[2]), 0, np.nan, 1, 0
    for mark, side in ((_BELOW, -1), (_ABOVE, 1)):
        if mark.fullmatch(word):
            return np.nan, side, np.nan, 0, 0
    return _MISSING if _REJECTED.fullmatch(word) else (np.nan, 0, np.nan, 0, 1)


def _number(cell: object) -> float | None:
    try:
        value = float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return None if isinstance(cell, bool) or "_" in str(cell) or not abs(value) <= LARGEST_NUMBER else value


def _point(number: str) -> float:
    return float(number.replace(",", "."))


def find_unit(text: str) -> Unit | None:
    """Find a unit of mass per volume in a name, a title or a cell.

    Parameters
    ----------
    text : str
        For example "IL-6 (pg/mL)".

    Returns
    -------
    Unit or None

    Examples
    --------
    >>> find_unit("CRP [mg/L]").picograms, find_unit("IL-6 log2(pg/mL)").base, find_unit("Length")
    (1000000.0, 2, None)
    """
    found = _UNIT.search(text)
    if found is None:
        return None
    mass, volume = (found[part].lower().replace("µ", "u").replace("μ", "u") for part in ("mass", "volume"))
    return Unit(
        f"{found['mass']}/{found['volume']}",
        _PICOGRAMS[mass] * _PER_MILLILITRE[volume],
        int(found["base"] or 0),
    )


def without_unit(name: str) -> str:
    """Take unit, bead region and species out of an analyte's name.

    Parameters
    ----------
    name : str
        As delivered.

    Returns
    -------
    str

    Examples
    --------
    >>> without_unit("Hu IL-6 (19)"), without_unit("TNF [pg/mL]"), without_unit("IL-6 log2(pg/mL)")
    ('IL-6', 'TNF', 'IL-6')
    """
    bare = _UNIT.sub("", name).strip()
    bare = (
        bare.rstrip(")]") if bare.count("(") + bare.count("[") < bare.count(")") + bare.count("]") else bare
    )
    bare = re.sub(r"[(\[]\s*(\d{1,3}|human)?\s*[)\]]\s*$", "", bare.strip(), flags=re.IGNORECASE)
    bare = re.sub(r"^(hu|human)[\s_-]+", "", bare.strip(), flags=re.IGNORECASE)
    return bare.strip(" _,;:-")
