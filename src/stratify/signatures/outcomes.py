"""Severity scales and other outcomes, read as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.assays.schema import Column, as_text, canonical_column, parse_numbers, rename_columns
from stratify.errors import ClinicalTableError, CohortError, listed, nearest

Array = NDArray[np.float64]

SCALES = (
    Column(
        "madrs",
        "Montgomery-Asberg depression rating scale, 0 to 60",
        (
            "madrstotal",
            "madrsscore",
            "madrstotalscore",
            "madrssum",
            "totalmadrs",
            "montgomeryasberg",
            "montgomeryasbergdepressionratingscale",
        ),
        numeric=True,
    ),
    Column(
        "hamd",
        "Hamilton depression rating scale, 17 items, 0 to 52",
        (
            "hdrs",
            "hrsd",
            "hamd17",
            "hdrs17",
            "hrsd17",
            "hamdtotal",
            "hdrstotal",
            "hamd17total",
            "hdrs17total",
            "hamdscore",
            "hamilton",
            "hamiltondepressionratingscale",
        ),
        numeric=True,
    ),
    Column(
        "qids",
        "quick inventory of depressive symptomatology, 0 to 27",
        (
            "qidstotal",
            "qidsscore",
            "qidssr",
            "qidssr16",
            "qids16sr",
            "qidsc",
            "qidsc16",
            "qids16c",
            "qids16",
            "qidssrtotal",
            "qidsctotal",
        ),
        numeric=True,
    ),
    Column(
        "hads",
        "hospital anxiety and depression scale, both halves, 0 to 42",
        ("hadstotal", "hadsscore", "hadstotalscore", "hospitalanxietyanddepressionscale"),
        numeric=True,
    ),
    Column(
        "hads_depression",
        "hospital anxiety and depression scale, depression half, 0 to 21",
        ("hadsd", "hadsdep", "hadsdtotal", "hadsdepressiontotal", "hadsdepressionscore"),
        numeric=True,
    ),
)
LARGEST = {"madrs": 60.0, "hamd": 52.0, "qids": 27.0, "hads": 42.0, "hads_depression": 21.0}
STEPS = (
    ("none", "minimal", "mild", "moderate", "severe", "very severe", "extreme"),
    ("absent", "mild", "moderate", "severe"),
    ("no", "yes"),
    ("inactive", "active"),
    ("low", "medium", "high"),
)
FEWEST_PERSONS, FEWEST_OFF_THE_COMMONEST = 8, 3


@dataclass(frozen=True, eq=False)
class Outcome:
    """An outcome as numbers.

    Parameters
    ----------
    name : str
        Canonical name of a scale, or the column's own.
    column : str
        Column in which it was found.
    values : Series of float64
        One a sample; NaN where not known.
    steps : tuple of str
        Words of an ordinal outcome, lowest first; their positions are the values.
    notes : tuple of str
        What a reader must know of it.
    """

    name: str
    column: str
    values: pd.Series
    steps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_outcome(obs: pd.DataFrame, name: str, *, steps: Sequence[str] = ()) -> Outcome:
    """Find an outcome by the name of its scale or column, and read it as numbers.

    Parameters
    ----------
    obs : DataFrame
        Samples with their clinical columns.
    name : str
        A scale in any usual spelling (MADRS, HAM-D, HDRS-17, QIDS-SR16, HADS-D), or a column.
    steps : sequence of str
        Words of an ordinal outcome, lowest first. An ordered category carries them itself; mild, moderate,
        severe and a few other scales are known.

    Returns
    -------
    Outcome

    Raises
    ------
    ClinicalTableError
        No such column, or text that is no number and no known step, by sample.

    Examples
    --------
    >>> obs = pd.DataFrame({"MADRS_total": ["31", "NA", 24]}, index=["S1", "S2", "S3"])
    >>> outcome = read_outcome(obs, "madrs")
    >>> outcome.name, outcome.values.tolist()
    ('madrs', [31.0, nan, 24.0])
    """
    column = _find(obs, name)
    scale = rename_columns([column], SCALES).get(column, column)
    cells = obs[column]
    if isinstance(cells.dtype, pd.CategoricalDtype) and cells.cat.ordered and not steps:
        steps = [as_text(word) for word in cells.cat.categories]
        if not parse_numbers(steps)[1].any():
            steps = ()
    numbers, wrong = parse_numbers(cells)
    used: tuple[str, ...] = ()
    if steps or wrong.any():
        numbers, used = _by_steps(cells, column, wrong, steps)
    values = pd.Series(numbers, index=obs.index, name=scale)
    return Outcome(scale, column, values, used, tuple(_notes(scale, values)))


def _find(obs: pd.DataFrame, name: str) -> str:
    if name in obs:
        return name
    scales = rename_columns(map(str, obs.columns), SCALES)
    asked = rename_columns([name], SCALES).get(name)
    known = [column for column, scale in scales.items() if scale == asked]
    known += [c for c in obs.columns if str(c).lower() == name.lower() or c == canonical_column(name)]
    if not known:
        columns = [str(word) for word in obs.columns]
        raise ClinicalTableError(
            f"a column with the outcome {name!r}", f"columns {listed(columns, 12)}", nearest(name, columns)
        )
    return str(known[0])


def _by_steps(
    cells: pd.Series, column: str, wrong: NDArray[np.bool_], steps: Sequence[str]
) -> tuple[Array, tuple[str, ...]]:
    """Positions of words on the first scale that knows them all."""
    words = [as_text(cell).lower() for cell in cells]
    present = set(words) - {""}
    scales = [tuple(word.strip().lower() for word in steps)] if steps else list(STEPS)
    for scale in scales:
        if present and present <= set(scale):
            place = {word: float(i) for i, word in enumerate(scale)}
            return np.array([place.get(word, np.nan) for word in words]), scale
    unknown = [word not in scales[0] and word != "" for word in words] if steps else wrong
    raise ClinicalTableError(
        f"numbers, or words of an ordinal scale, in {column!r}",
        f"other text for {listed(cells.index[np.asarray(unknown, dtype=bool)])}",
        "give numbers, or words such as mild, moderate, severe",
    )


def _notes(scale: str, values: pd.Series) -> list[str]:
    known = values.dropna()
    top = LARGEST.get(scale)
    if top is None or not ((known < 0) | (known > top)).any():
        return []
    outside = known.index[(known < 0) | (known > top)]
    return [f"{scale} should lie between 0 and {top:g}; outside for {listed(outside)}"]


def require_variation(column: str, values: Array, persons: Sequence[str]) -> None:
    """Refuse an outcome that cannot be followed.

    Parameters
    ----------
    column : str
        Where it comes from.
    values : array of shape (n,)
        Without gaps, of the samples that have all that the analysis needs.
    persons : sequence of str
        Person of each sample.

    Raises
    ------
    CohortError
        Fewer than 8 persons, one value only, or fewer than 3 persons off the commonest value.
    """
    count = len(set(persons))
    if count < FEWEST_PERSONS:
        raise CohortError(
            f"at least {FEWEST_PERSONS} persons with {column!r} and all covariates",
            f"{count}",
            "name another outcome or group, or fewer covariates",
        )
    kinds, counts = np.unique(values, return_counts=True)
    common = kinds[counts.argmax()]
    off = len({person for person, value in zip(persons, values, strict=True) if value != common})
    if off < FEWEST_OFF_THE_COMMONEST:
        raise CohortError(
            f"an outcome that varies: at least {FEWEST_OFF_THE_COMMONEST} persons off its commonest value",
            f"{off} of {count} persons in {column!r}",
            "name another outcome, or a group in which it varies",
        )
