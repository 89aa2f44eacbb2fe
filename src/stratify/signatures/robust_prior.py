"""The distribution of variances, with assays of outlying variances protected from it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import betaln, chdtri, fdtri, gammaincc, gammaln, xlog1py, xlogy
from scipy.stats import rankdata, trim_mean

from stratify.errors import CohortError
from stratify.signatures.local_regression import lowess
from stratify.signatures.tails import log_f_quantile, log_f_tails
from stratify.signatures.variance_prior import VariancePrior, variance_prior

Array = NDArray[np.float64]

WINSORISED = (0.05, 0.1)
_SMALLEST_SHARE = 1e-12  # of the median variance
_SMALLEST_DF = 1e-6
_SPAN = 0.4
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(128)


def robust_variance_prior(
    variances: Array,
    df: Array,
    *,
    covariate: Array | None = None,
    tails: tuple[float, float] = WINSORISED,
) -> VariancePrior:
    """Estimate the prior from winsorised log variances, and lower its weight for outlying assays.

    Parameters
    ----------
    variances : array of shape (p,)
        NaN, or of zero degrees of freedom, where not known.
    df : array of shape (p,)
        Residual degrees of freedom.
    covariate : array of shape (p,), optional
        Mean level, on which the scale then depends along a lowess curve.
    tails : pair of float, default (0.05, 0.1)
        Shares of the smallest and of the largest variances that are drawn in.

    Returns
    -------
    VariancePrior
        ``df`` is smaller for assays whose variance is too large for the prior.

    Raises
    ------
    CohortError
        When no assay has a variance, or most of them are zero.

    References
    ----------
    Phipson et al., Ann Appl Stat 2016, doi:10.1214/16-AOAS920.

    Examples
    --------
    >>> variances = np.append(np.linspace(0.8, 1.2, 19), 50.0)
    >>> prior = robust_variance_prior(variances, np.full(20, 10.0))
    >>> bool(prior.df[-1] < prior.df[0])
    True
    """
    known = np.isfinite(variances) & np.isfinite(df) & (df > _SMALLEST_DF)
    if covariate is not None:
        known &= np.isfinite(covariate)
    curve = None if covariate is None else covariate[known]
    x, freedom = variances[known], df[known]
    if len(x) < 3:
        return variance_prior(variances, df, covariate=covariate)
    part, common = _robust(_away_from_zero(x), freedom, curve, tails)
    scale, prior_df = np.full(len(df), part.scale[0]), np.full(len(df), common)
    if covariate is not None and curve is not None:
        scale = _interpolated(curve, part.scale, covariate)
    scale[known], prior_df[known] = part.scale, part.df
    return VariancePrior(scale, prior_df)


def _away_from_zero(x: Array) -> Array:
    middle = float(np.median(x))
    if middle <= 0:
        raise CohortError(
            "assays that vary within groups",
            "most have no variance at all",
            "leave out assays that are constant, or do not ask for the robust prior",
        )
    return np.maximum(x, _SMALLEST_SHARE * middle)


def _interpolated(x: Array, scale: Array, at: Array) -> Array:
    """Log-linear between assays, ties averaged."""
    points, place = np.unique(x, return_inverse=True)
    heights = np.bincount(place, np.log(scale)) / np.bincount(place)
    filled = np.exp(np.interp(np.where(np.isnan(at), points[0], at), points, heights))
    return np.asarray(np.where(np.isnan(at), np.nan, filled))


def _robust(
    x: Array, df: Array, covariate: Array | None, tails: tuple[float, float]
) -> tuple[VariancePrior, float]:
    """Prior of assays that all have variances, and the degrees of freedom before protection."""
    n = len(x)
    plain = variance_prior(x, df, covariate=covariate)
    d0 = float(plain.df[0])
    if max(tails) < 1 / n:
        return plain, d0
    d1 = float(df.max())
    z = np.log(_equal_freedom(x, df, d1, plain))
    middle = np.full(n, trim_mean(z, tails[1])) if covariate is None else lowess(covariate, z, span=_SPAN)
    low, high = np.quantile(z - middle, [tails[0], 1 - tails[1]])
    drawn_in = np.clip(z - middle, low, high)
    mean, spread = drawn_in.mean(), drawn_in.var(ddof=1)

    def excess(d2: float) -> float:
        moment = _winsorised_moments(d1, d2, tails)[1]
        return float(np.log(spread / moment)) if spread > 0 else -np.inf

    at_infinity = excess(np.inf)
    if at_infinity <= 0:
        centre = middle + mean - _winsorised_moments(d1, np.inf, tails)[0]
        return VariancePrior(np.exp(centre), _protected_infinite(np.exp(z - centre), d1)), np.inf
    if np.isinf(d0):
        return plain, d0
    d0 = _solve(excess, d0)
    centre = middle + mean - _winsorised_moments(d1, d0, tails)[0]
    return VariancePrior(np.exp(centre), _protected(np.exp(z - centre), d1, d0)), d0


def _solve(excess: Callable[[float], float], start: float) -> float:
    """Find the degrees of freedom, from those of all assays upwards; solved in d / (1 + d)."""
    low = start / (1 + start)
    if excess(start) >= 0:
        return start
    root = brentq(lambda u: excess(u / (1 - u) if u < 1 else np.inf), low, 1.0, xtol=1e-13)
    return float(root / (1 - root)) if root < 1 else np.inf


def _equal_freedom(x: Array, df: Array, d1: float, plain: VariancePrior) -> Array:
    """Variances with fewer degrees of freedom, moved to where their tail lies with the most."""
    fewer = df < d1 - 1e-14
    if not fewer.any():
        return x
    d2 = np.minimum(plain.df[fewer], 1e10)
    f = x[fewer] / plain.scale[fewer]
    lower, upper = log_f_tails(f, df[fewer], d2)
    moved = np.where(
        upper < lower,
        log_f_quantile(upper, d1, d2, upper=True),
        log_f_quantile(lower, d1, d2, upper=False),
    )
    x = x.copy()
    x[fewer] = moved * plain.scale[fewer]
    return x


def _winsorised_moments(d1: float, d2: float, tails: tuple[float, float]) -> tuple[float, float]:
    """Mean and variance of the log of F(d1, d2), its tails drawn in to their quantiles."""
    ends = _f_quantiles(d1, d2, np.array([tails[0], 1 - tails[1]]))
    low, high = ends / (1 + ends)
    nodes = low + (high - low) * (_NODES + 1) / 2
    f = nodes / (1 - nodes)
    mass = _f_density(f, d1, d2) / (1 - nodes) ** 2 * _WEIGHTS / 2 * (high - low)
    mean = (mass * np.log(f)).sum() + (np.log(ends) * tails).sum()
    spread = (mass * (np.log(f) - mean) ** 2).sum() + ((np.log(ends) - mean) ** 2 * tails).sum()
    return float(mean), float(spread)


def _f_quantiles(d1: float, d2: float, p: Array) -> Array:
    return np.asarray(chdtri(d1, 1 - p) / d1 if np.isinf(d2) else fdtri(d1, d2, p))


def _f_density(f: Array, d1: float, d2: float) -> Array:
    if np.isinf(d2):
        x = d1 * f
        return np.asarray(d1 * np.exp(xlogy(d1 / 2 - 1, x) - x / 2 - d1 / 2 * np.log(2) - gammaln(d1 / 2)))
    ratio = d1 / d2
    log_density = d1 / 2 * np.log(ratio) + xlogy(d1 / 2 - 1, f) - xlog1py((d1 + d2) / 2, ratio * f)
    return np.asarray(np.exp(log_density - betaln(d1 / 2, d2 / 2)))


def _protected_infinite(f: Array, d1: float) -> Array:
    """Degrees of freedom of the prior by assay, where the prior itself has infinitely many."""
    n = len(f)
    tail = gammaincc(d1 / 2, f * d1 / 2)
    belongs = np.minimum(tail / ((n - rankdata(f) + 0.5) / n), 1)
    answer = np.full(n, np.inf)
    outlying = belongs < 1
    answer[outlying] = belongs[outlying] * n * d1
    return _increasing(answer, np.argsort(tail, kind="stable")) if outlying.any() else answer


def _protected(f: Array, d1: float, d0: float) -> Array:
    """Degrees of freedom of the prior by assay, smaller where the variance is too large for it."""
    n = len(f)
    log_tail = log_f_tails(f, d1, d0)[1]
    log_belongs = np.minimum(log_tail - np.log(n - rankdata(f) + 0.5) + np.log(n), 0)
    if not (log_belongs < 0).any():
        return np.full(n, d0)
    belongs, smallest = np.exp(log_belongs), log_tail.min()
    outlier = np.log(0.5) / smallest * d0  # where the largest variance lies at the median
    again = log_f_tails(f.max(), d1, outlier)[1]
    outlier = float(np.log(0.5) / again * outlier)
    answer = belongs * d0 - np.expm1(log_belongs) * outlier
    order = np.argsort(log_tail, kind="stable")
    means = np.cumsum(answer[order]) / np.arange(1, n + 1)
    lowest = int(means.argmin())
    answer[order[: lowest + 1]] = means[lowest]
    return _increasing(answer, order)


def _increasing(values: Array, order: NDArray[np.intp]) -> Array:
    values = values.copy()
    values[order] = np.maximum.accumulate(values[order])
    return values
