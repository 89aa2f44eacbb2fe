"""Which columns that describe samples may hide behind a label: batches and covariates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.assays.clinical import require_columns
from stratify.assays.dates import parse_days

Array = NDArray[np.float64]

FEWEST_PATIENTS = 20
FEWEST_IN_CLASS = 5
_BATCHES = (
    "plate",
    "site",
    "collection_datetime",
    "freezer_time",
    "matrix",
    "hours_to_spin",
    "freeze_thaw",
)
_COVARIATES = ("sex", "age", "age_band", "bmi")
_NAMES = ("plate", "site", "matrix")  # numbers in them are names
_HANDLED = frozenset("batch run lot chip laboratory operator instrument freezer rack box day".split())
_MOST_CODES = 30
_UNREAD_DATE = "dates that cannot be read with certainty; write them as 2026-01-31"
_DATE = "collection_datetime"


@dataclass(frozen=True)
class ProbeColumn:
    """One column as classes or as numbers.

    Parameters
    ----------
    name : str
        In ``obs``.
    role : {"batch", "covariate"}
        How a sample was handled, or who the person is.
    values : array of shape (n,)
        float64 with NaN, or words with "" where unknown; a class of too few patients is unknown.
    """

    name: str
    role: Literal["batch", "covariate"]
    values: NDArray[Any]

    @property
    def numeric(self) -> bool:
        """Whether the values are numbers."""
        return self.values.dtype != object

    @property
    def known(self) -> NDArray[np.bool_]:
        """Rows with a value."""
        return np.isfinite(self.values) if self.numeric else self.values != ""

    def design(self) -> Array:
        """Write the column as numbers: itself, or one column a class."""
        if self.numeric:
            return np.asarray(self.values[:, None], dtype=np.float64)
        return (self.values[:, None] == np.unique(self.values[self.known])).astype(float)

    def write(self, value: float) -> str:
        """Write a number of the column for a reader, a date as a date."""
        if self.name == _DATE:
            return f"{pd.Timestamp(value, unit='D'):%Y-%m-%d}"
        return f"{value:g}"

    def take(self, rows: NDArray[Any], patients: NDArray[Any]) -> ProbeColumn:
        """Keep some rows, of these patients (len(rows),); a class that became rare is unknown."""
        values = self.values[rows]
        return ProbeColumn(self.name, self.role, values if self.numeric else common_classes(values, patients))


def probe_columns(
    obs: pd.DataFrame, patients: NDArray[Any], extra: Sequence[str] = ()
) -> tuple[list[ProbeColumn], dict[str, str]]:
    """Find the columns that can be probed.

    Parameters
    ----------
    obs : DataFrame
        One row a sample, in canonical names.
    patients : array of shape (n,)
        Patient of each row.
    extra : sequence of str
        Columns to probe beside the usual ones: batches where their names say how samples were handled (a
        word such as batch, run, lot or operator), else covariates.

    Returns
    -------
    columns : list of ProbeColumn
    skipped : dict of str to str
        Column to the reason why it tells nothing.

    Raises
    ------
    ClinicalTableError
        An extra column that is not there.

    Examples
    --------
    >>> obs = pd.DataFrame({"site": ["A", "B"] * 12, "sex": ["F"] * 24})
    >>> columns, skipped = probe_columns(obs, np.arange(24))
    >>> [column.name for column in columns], skipped
    (['site'], {'sex': 'one class of at least 5 patients'})
    """
    names = dict.fromkeys([*_usual(obs), *require_columns(obs, extra)])
    found, skipped = [], {}
    for name in names:
        column = ProbeColumn(name, _role(name), _values(obs[name], name, patients))
        reason = _useless(column, patients)
        if reason is None:
            found.append(column)
        elif reason != "no value":
            skipped[name] = reason
        elif name == _DATE and obs[name].astype(str).str.contains(r"\d", na=False).any():
            skipped[name] = _UNREAD_DATE
    return found, skipped


def _role(name: str) -> Literal["batch", "covariate"]:
    words = re.split(r"[^a-z]+", name.lower())
    return "batch" if name.split("@")[0] in _BATCHES or _HANDLED & set(words) else "covariate"


def _usual(obs: pd.DataFrame) -> list[str]:
    names = [name for name in (*_BATCHES, *_COVARIATES) if name in obs]
    panels = [str(name) for name in obs if str(name).startswith("plate@")]
    if panels and obs["plate"].nunique() > max(obs[name].nunique() for name in panels):
        names = [*panels, *(name for name in names if name != "plate")]
    if "age" in names and pd.api.types.is_numeric_dtype(obs["age"]) and obs["age"].notna().any():
        names = [name for name in names if name != "age_band"]
    return names


def _values(cells: pd.Series, name: str, patients: NDArray[Any]) -> NDArray[Any]:
    if name == _DATE:
        return parse_days(cells)
    if pd.api.types.is_numeric_dtype(cells) and not _is_code(cells, name, patients):
        return cells.to_numpy(dtype=float)
    words = cells.astype(object).where(cells.notna(), "").astype(str).to_numpy(dtype=object)
    return common_classes(words, patients)


def _is_code(cells: pd.Series, name: str, patients: NDArray[Any]) -> bool:
    """Whether numbers stand for classes: names of plates, or whole numbers that many patients share."""
    known = cells.dropna()
    if known.nunique() <= 2 or name.split("@")[0] in _NAMES:
        return True
    if name in (*_BATCHES, *_COVARIATES) or known.nunique() > _MOST_CODES or (known % 1 != 0).any():
        return False
    shared = pd.Series(patients[cells.notna()]).groupby(known.to_numpy()).nunique()
    return bool(shared.min() >= FEWEST_IN_CLASS)


def common_classes(words: NDArray[Any], patients: NDArray[Any]) -> NDArray[Any]:
    """Blank the classes of too few patients.

    Parameters
    ----------
    words : array of shape (n,)
        Class of each row, "" where unknown.
    patients : array of shape (n,)
        Patient of each row.

    Returns
    -------
    array of shape (n,)

    Examples
    --------
    >>> common_classes(np.array(["a"] * 5 + ["b"], dtype=object), np.arange(6)).tolist()
    ['a', 'a', 'a', 'a', 'a', '']
    """
    count = pd.Series(patients).groupby(words).nunique()
    rare = count.index[count < FEWEST_IN_CLASS]
    return np.where(np.isin(words, list(rare)), "", words).astype(object)


def _useless(column: ProbeColumn, patients: NDArray[Any]) -> str | None:
    known = column.known
    n_patients, n_values = len(np.unique(patients[known])), len(np.unique(column.values[known]))
    if not known.any() and column.numeric:
        return "no value"
    if n_patients < FEWEST_PATIENTS:
        return f"fewer than {FEWEST_PATIENTS} patients in classes of at least {FEWEST_IN_CLASS}"
    if n_values < 2:
        return "one value" if column.numeric else f"one class of at least {FEWEST_IN_CLASS} patients"
    return None
