"""How much of a score goes with site, age and the like among people who were never labelled."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import f as fisher
from scipy.stats import ncf

from stratify.learning.covariates import design_matrix
from stratify.signatures.multiplicity import adjusted

Array = NDArray[np.float64]

TOGETHER = "all together"
LEVEL, POWER = 0.05, 0.8
NONE = float("nan")


@dataclass(frozen=True)
class ScoreShare:
    """Share of the variance of a score that goes with a column.

    Parameters
    ----------
    column : str
        Its name, or `TOGETHER`.
    n : int
        People of whom it is known.
    share, low, high : float
        Adjusted R2 (of a line for numbers, of group means for words) and its 95% bootstrap interval.
    p, q : float
        By permutation of the people, and adjusted by Benjamini and Hochberg over the single columns.
    detectable : float
        R2 that would be found at p .05 with power .8 in so many people.
    """

    column: str
    n: int
    share: float
    low: float
    high: float
    p: float
    q: float
    detectable: float

    @property
    def shown(self) -> bool:
        """Whether it may be worded as shown (q at most .05)."""
        return self.q <= LEVEL


def score_shares(
    score: Array, columns: pd.DataFrame, *, draws: int = 499, seed: int = 0
) -> tuple[ScoreShare, ...]:
    """Ask each column by itself, and all that leave enough people together.

    Parameters
    ----------
    score : array of shape (n,)
        One a person.
    columns : DataFrame of shape (n, n_columns)
        Numbers or words, missing where unknown. A column that is the same for all, or different for nearly
        all, is passed over.
    draws : int, default 499
        Permutations, and bootstrap draws.
    seed : int, default 0
        Of both.

    Returns
    -------
    tuple of ScoreShare
        In the order of the columns; `TOGETHER` last, where there are two or more, with its own p as q.

    References
    ----------
    Ezekiel, 1930 (adjusted R2); Cohen, Statistical Power Analysis, 1988 (power of an F test).

    Examples
    --------
    >>> age = np.linspace(20, 60, 30)
    >>> found = score_shares(age / 10, pd.DataFrame({"age": age}), draws=99)
    >>> round(found[0].share, 3), found[0].shown
    (1.0, True)
    """
    parts = {str(name): _known(columns[[name]]) for name in columns}
    parts = {name: part for name, part in parts.items() if _usable(part)}
    found = [_share(name, score, part, draws, seed) for name, part in parts.items()]
    q = adjusted(np.array([one.p for one in found]))
    told = [replace(one, q=float(value)) for one, value in zip(found, q, strict=True)]
    if len(parts) > 1:
        both = _known(columns[list(parts)])
        if _usable(both):
            one = _share(TOGETHER, score, both, draws, seed)
            told.append(replace(one, q=one.p))
    return tuple(told)


def _known(columns: pd.DataFrame) -> tuple[Array, NDArray[np.intp]]:
    """Design (n_known, k) of the columns, less what does not vary, and the rows where all are known."""
    text = columns.astype("string").apply(lambda column: column.str.strip())
    rows = np.flatnonzero((columns.notna() & (text.fillna("") != "")).all(axis=1))
    some = columns.iloc[rows]
    parts = [np.zeros((len(rows), 0))]
    for name in columns:
        design = design_matrix(some, [str(name)])
        parts.append(design if pd.api.types.is_numeric_dtype(some[name]) else design[:, 1:])
    design = np.concatenate(parts, axis=1)
    return design[:, np.ptp(design, axis=0) > 0] if len(rows) else design[:, :0], rows


def _usable(part: tuple[Array, NDArray[np.intp]]) -> bool:
    design, rows = part
    return 0 < design.shape[1] and len(rows) >= 3 * design.shape[1] + 3


def _share(
    name: str, score: Array, part: tuple[Array, NDArray[np.intp]], draws: int, seed: int
) -> ScoreShare:
    design, rows = part
    y, n = score[rows], len(rows)
    rng = np.random.default_rng(seed)
    detectable = detectable_r2(n, design.shape[1])
    if np.ptp(y) <= 0:  # a model that found nothing gives everybody one score
        return ScoreShare(name, n, NONE, NONE, NONE, NONE, NONE, detectable)
    whole = _adjusted_r2(y, design)
    moved = _permuted(y, design, draws, rng)
    p = (1 + int((moved >= whole - 1e-12).sum())) / (1 + draws)
    again = (rng.integers(0, n, n) for _ in range(draws))
    boot = np.array([_adjusted_r2(y[chosen], design[chosen]) for chosen in again])
    low, high = np.nanquantile(boot, [0.025, 0.975])
    return ScoreShare(name, n, whole, float(low), float(high), p, float("nan"), detectable)


def _permuted(y: Array, design: Array, draws: int, rng: np.random.Generator) -> Array:
    """Compute the adjusted R2 (draws,) of permuted scores; the design is decomposed once."""
    left, singular, _ = np.linalg.svd(design - design.mean(axis=0), full_matrices=False)
    basis = left[:, singular > 1e-10 * singular[0]]
    centred = y - y.mean()
    told = np.array([centred[rng.permutation(len(y))] for _ in range(draws)]) @ basis
    r2 = (told**2).sum(axis=1) / float(centred @ centred)
    return np.asarray(1 - (1 - r2) * (len(y) - 1) / (len(y) - 1 - basis.shape[1]))


def _adjusted_r2(y: Array, design: Array) -> float:
    centred, columns = y - y.mean(), design - design.mean(axis=0)
    total = float(centred @ centred)
    coefficients, _, rank, _ = np.linalg.lstsq(columns, centred, rcond=1e-10)
    freedom = len(y) - 1 - int(rank)
    if total <= 0 or freedom < 1:
        return float("nan")
    left = float(((centred - columns @ coefficients) ** 2).sum())
    return float(1 - (left / freedom) / (total / (len(y) - 1)))


def detectable_r2(n: int, k: int) -> float:
    """R2 that an F test at .05 would find with power .8.

    Parameters
    ----------
    n : int
        People.
    k : int
        Columns of the design.

    Returns
    -------
    float
        NaN where no people are left.

    Examples
    --------
    >>> round(detectable_r2(25, 1), 2)
    0.26
    """
    freedom = n - k - 1
    if freedom < 1:
        return float("nan")
    bound = fisher.ppf(1 - LEVEL, k, freedom)

    def lacking(r2: float) -> float:
        """Power less the one that is asked for."""
        return float(ncf.sf(bound, k, freedom, n * r2 / (1 - r2))) - POWER

    return float(brentq(lacking, 1e-6, 1 - 1e-6)) if lacking(1 - 1e-6) > 0 else float("nan")
