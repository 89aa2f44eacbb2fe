"""How well two signatures agree, gene by gene, in direction and in size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import hypergeom, norm, rankdata

Array = NDArray[np.float64]

ALONE = "proteins taken as independent: too small a p and too narrow an interval where proteins move together"
TOGETHER = "widened by how proteins move together among people, on both sides"


@dataclass(frozen=True)
class Concordance:
    """How well two signatures agree over the pairs that both measured.

    Parameters
    ----------
    pairs : int
        Genes in both, neither fold change exactly zero.
    agree, share, share_low, share_high : number
        Pairs with one direction, and their share with its 95% interval.
    expected : float
        Share that the numbers of raised and lowered genes alone lead one to expect.
    p_direction : float
        One-sided: so much agreement, given those numbers.
    correlation, low, high, p_value : float
        Of the log2 fold changes, with its 95% interval and two-sided p.
    rank_correlation : float
        Of their ranks.
    correlation_of_true : float
        Correlation of the true effects, the errors of both taken out; NaN where errors are not known or
        as large as the effects.
    inflation : float
        How many times the variance exceeds that of independent proteins with equal errors.
    assumption : str
        What interval and p rest on.
    """

    pairs: int
    agree: int
    share: float
    share_low: float
    share_high: float
    expected: float
    p_direction: float
    correlation: float
    low: float
    high: float
    p_value: float
    rank_correlation: float
    correlation_of_true: float
    inflation: float
    assumption: str


def concordance(pairs: pd.DataFrame, together: Array | None = None) -> Concordance:
    """Measure the agreement of paired fold changes.

    Parameters
    ----------
    pairs : DataFrame
        As `CrossSpecies.pairs`.
    together : array of shape (n, n), optional
        Correlation of the human proteins among people of one group, in the order of the pairs.

    Returns
    -------
    Concordance
    """
    moved = ((pairs["mouse_log2_fold_change"] != 0) & (pairs["human_log2_fold_change"] != 0)).to_numpy()
    pairs = pairs[moved]
    m, h = (pairs[f"{side}_log2_fold_change"].to_numpy() for side in ("mouse", "human"))
    errors = [pairs[f"{side}_standard_error"].to_numpy() for side in ("mouse", "human")]
    near = np.eye(len(m)) if together is None else together[np.ix_(moved, moved)]
    n, r = len(m), _pearson(m, h)
    widening = _widening(m, h, errors, near)
    signs = _widening(np.sign(m), np.sign(h), [np.full(n, np.nan)] * 2, 2.0 / np.pi * np.arcsin(near))
    z, error = np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12)), np.sqrt(widening / max(n - 3, 1))
    low, high = np.tanh(z - 1.96 * error), np.tanh(z + 1.96 * error)
    agree = int((np.sign(m) == np.sign(h)).sum())
    share_low, share_high = _wilson(agree / n, n / signs)
    return Concordance(
        pairs=n,
        agree=agree,
        share=agree / n,
        share_low=share_low,
        share_high=share_high,
        expected=_expected(m, h),
        p_direction=_direction_p(m, h, signs),
        correlation=r,
        low=float(low),
        high=float(high),
        p_value=float(2.0 * norm.sf(abs(z) / error)),
        rank_correlation=_pearson(rankdata(m), rankdata(h)),
        correlation_of_true=_of_true(r, (m, h), errors),
        inflation=float(widening),
        assumption=ALONE if together is None else TOGETHER,
    )


def _pearson(one: Array, other: Array) -> float:
    a, b = one - one.mean(), other - other.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 0 else np.nan


def _widening(m: Array, h: Array, errors: list[Array], near: Array) -> float:
    """Variance of the agreement over that of independent proteins: larger of two directions, at least 1."""
    found = [1.0]
    for fixed, error in ((m, errors[1]), (h, errors[0])):
        scale = np.where(np.isfinite(error), error, np.nanmedian(error)) if np.isfinite(error).any() else 1.0
        covariance = near * np.outer(scale * np.ones(len(m)), scale * np.ones(len(m)))
        centred = fixed - fixed.mean()
        total = np.trace(covariance) - covariance.sum() / len(m)
        if centred @ centred > 0 and total > 0:
            found.append(
                float(centred @ covariance @ centred) * (len(m) - 1) / float(centred @ centred) / total
            )
    return max(found)


def _wilson(share: float, n: float) -> tuple[float, float]:
    z = 1.96
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return float(centre - reach), float(centre + reach)


def _expected(m: Array, h: Array) -> float:
    up_m, up_h = (m > 0).mean(), (h > 0).mean()
    return float(up_m * up_h + (1 - up_m) * (1 - up_h))


def _direction_p(m: Array, h: Array, widening: float) -> float:
    """Hypergeometric where proteins are independent, else a normal approximation of it with more variance."""
    n, up_m, up_h = len(m), int((m > 0).sum()), int((h > 0).sum())
    both = int(((m > 0) & (h > 0)).sum())
    if widening <= 1.0:
        return float(hypergeom.sf(both - 1, n, up_m, up_h))
    variance = up_m * up_h * (n - up_m) * (n - up_h) / (n**2 * max(n - 1, 1)) * widening
    if not variance > 0:
        return 1.0
    return float(norm.sf((both - 0.5 - up_m * up_h / n) / np.sqrt(variance)))


def _of_true(r: float, values: tuple[Array, Array], errors: list[Array]) -> float:
    share = 1.0
    for value, error in zip(values, errors, strict=True):
        if not np.isfinite(error).all():
            return np.nan
        share *= 1.0 - float((error**2).mean() / value.var(ddof=1))
        if share < 0.05:
            return np.nan
    return float(np.clip(r / np.sqrt(share), -1.0, 1.0))
