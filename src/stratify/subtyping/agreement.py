"""How far two sources of labels agree on the same people, and who the others are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.subtyping.labels import UNLABELLED

Array = NDArray[np.float64]

DRAWS = 4000
HALF = 0.5  # of a patient, added to each cell: Jeffreys' prior
INTERVAL = (0.025, 0.975)
COUNTS = ("both", "only_first", "only_second", "neither")
MEASURES = ("kappa", "kappa_low", "kappa_high", "ari", "ari_low", "ari_high")


@dataclass(frozen=True)
class Agreement:
    """Two sources on the patients whom both label.

    Parameters
    ----------
    first, second : str
        The sources.
    both, only_first, only_second, neither : int
        Patients whom both, one or none of them calls positive.
    kappa, kappa_low, kappa_high : float
        Cohen's kappa with its 95% interval; NaN where a source calls everybody the same.
    ari, ari_low, ari_high : float
        Adjusted Rand index with its 95% interval; NaN likewise.
    discordant : tuple of str
        Sample ids on which they differ, those of the first source first.
    """

    first: str
    second: str
    both: int
    only_first: int
    only_second: int
    neither: int
    kappa: float
    kappa_low: float
    kappa_high: float
    ari: float
    ari_low: float
    ari_high: float
    discordant: tuple[str, ...]

    @property
    def n(self) -> int:
        """Patients whom both sources label."""
        return self.both + self.only_first + self.only_second + self.neither

    def as_row(self) -> dict[str, Any]:
        """One row of a table, ids joined by semicolons."""
        return {**asdict(self), "n": self.n, "discordant": ";".join(self.discordant)}


def agreement(
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    *,
    names: tuple[str, str],
    samples: Sequence[str] | NDArray[Any],
    patients: NDArray[Any] | None = None,
    seed: int = 0,
) -> Agreement:
    """Compare two labels of the same people; of a patient only the first sample counts.

    Both intervals come from draws of the four cells under Jeffreys' prior, so that perfect agreement of a few
    people is no certainty. (Resampling the patients covered too little where sources agree well.)

    Parameters
    ----------
    first, second : integer arrays of shape (n,)
        1, 0, or -1 where a source says nothing.
    names : tuple of str
        Of the sources.
    samples : sequence of str
        Sample ids.
    patients : array of shape (n,), optional
        Patient of each sample; every sample is one if left out.
    seed : int, default 0
        Of the draws.

    Returns
    -------
    Agreement

    References
    ----------
    Cohen, Educ Psychol Meas 1960, doi:10.1177/001316446002000104;
    Hubert & Arabie, J Classif 1985, doi:10.1007/BF01908075.

    Examples
    --------
    >>> y = np.array([1, 1, 0, 0, 0, -1])
    >>> found = agreement(y, np.array([1, 0, 0, 0, 0, 1]), names=("a", "b"), samples=list("uvwxyz"))
    >>> round(found.kappa, 2), found.discordant, found.n
    (0.55, ('v',), 5)
    """
    known = (first != UNLABELLED) & (second != UNLABELLED)
    rows = np.flatnonzero(known)
    if patients is not None:
        rows = rows[~pd.Series(np.asarray(patients)[rows]).duplicated().to_numpy()]
    one, two = first[rows] == 1, second[rows] == 1
    cells = np.array([(one & two).sum(), (one & ~two).sum(), (~one & two).sum(), (~one & ~two).sum()])
    ids = np.asarray(samples)[rows]
    constant = cells.sum() == 0 or one.all() or two.all() or not one.any() or not two.any()
    measured = dict.fromkeys(MEASURES, float("nan"))
    if not constant:
        measured = _measures(cells, np.random.default_rng(seed))
    counts: dict[str, Any] = dict(zip(COUNTS, map(int, cells), strict=True))
    discordant = tuple(map(str, [*ids[one & ~two], *ids[~one & two]]))
    return Agreement(first=names[0], second=names[1], discordant=discordant, **(counts | measured))


def all_pairs(
    labels: Mapping[str, NDArray[np.int64]],
    *,
    samples: Sequence[str] | NDArray[Any],
    patients: NDArray[Any] | None = None,
    seed: int = 0,
) -> list[Agreement]:
    """Compare every two of several sources.

    Parameters
    ----------
    labels : mapping of str to integer array of shape (n,)
        Source to its labels.
    samples, patients : arrays of shape (n,)
        Ids.
    seed : int, default 0
        Of the draws.

    Returns
    -------
    list of Agreement
    """
    return [
        agreement(labels[a], labels[b], names=(a, b), samples=samples, patients=patients, seed=seed)
        for a, b in combinations(labels, 2)
    ]


def agreement_table(pairs: Sequence[Agreement]) -> pd.DataFrame:
    """Write agreements as a table, one row a pair.

    Parameters
    ----------
    pairs : sequence of Agreement
        Of any sources.

    Returns
    -------
    DataFrame
        Columns ``first, second, n``, the four counts, both measures with their intervals, ``discordant``.
    """
    columns = ["first", "second", "n", *COUNTS, *MEASURES, "discordant"]
    return pd.DataFrame([pair.as_row() for pair in pairs], columns=columns)


def _measures(cells: NDArray[np.int64], rng: np.random.Generator) -> dict[str, float]:
    drawn = rng.dirichlet(cells + HALF, DRAWS)
    found: list[float] = []
    for value, draws in (
        (_kappa(cells[None] / cells.sum())[0], _kappa(drawn)),
        (_adjusted_rand(cells[None], _pairs)[0], _adjusted_rand(drawn, np.square)),
    ):
        low, high = np.quantile(draws, INTERVAL)
        found += [float(value), float(min(low, value)), float(max(high, value))]
    return dict(zip(MEASURES, found, strict=True))


def _kappa(shares: Array) -> Array:
    """Cohen's kappa of each row of shares: both, only first, only second, neither."""
    both, first, second, neither = shares.T
    chance = (both + first) * (both + second) + (neither + first) * (neither + second)
    return (both + neither - chance) / (1 - chance)


def _adjusted_rand(cells: NDArray[Any], pairs: Callable[[NDArray[Any]], NDArray[Any]]) -> Array:
    """Adjust the Rand index of each row of cells: counts with their pairs, or shares with squares."""
    both, first, second, neither = cells.T
    index = pairs(cells).sum(axis=1)
    rows = pairs(np.stack([both + first, second + neither], axis=1)).sum(axis=1)
    columns = pairs(np.stack([both + second, first + neither], axis=1)).sum(axis=1)
    expected = rows * columns / pairs(cells.sum(axis=1))
    return np.asarray((index - expected) / ((rows + columns) / 2 - expected))


def _pairs(counts: NDArray[Any]) -> NDArray[Any]:
    return counts * (counts - 1) / 2
