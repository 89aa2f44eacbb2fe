"""Fold changes drawn towards zero by what all assays show, so that the largest are not too large."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from stratify.errors import CohortError
from stratify.signatures.normal_mixture import MOST_DF, chi_square_nodes

Array = NDArray[np.float64]

NULL_WEIGHT = 10.0
_NODES = 20  # of the distribution of the true error variance, given the estimated one
_MOST_STEPS, _TOLERANCE = 500, 1e-7
_NEGLIGIBLE = 1e-5
_BISECTIONS = 60


@dataclass(frozen=True, eq=False)
class ShrunkenEffects:
    """Posterior of the true effects, given the distribution of effects over assays.

    Parameters
    ----------
    effect : array of shape (p,)
        Posterior means; NaN where there is no estimate.
    low, high : arrays of shape (p,)
        Ends of the posterior interval, which reaches the mean also where zero has nearly all probability.
    wrong_sign : array of shape (p,)
        Local false sign rate: the probability that the sign is not the more probable one.
    null_share : float
        Estimated share of assays without a difference; cautious, that is rather too large.
    scales, weights : arrays of shape (m,)
        SDs of the normal components of the distribution of effects, and their shares; the first is zero.
    """

    effect: Array
    low: Array
    high: Array
    wrong_sign: Array
    null_share: float
    scales: Array
    weights: Array


def shrink_effects(effects: Array, errors: Array, df: Array, *, level: float = 0.95) -> ShrunkenEffects:
    r"""Shrink effects by empirical Bayes.

    True effects are taken as a mixture of zero and normals around zero; an estimate is
    :math:`\hat\beta = \beta + s\,T_d`. The t distribution is written as a mixture of normals over the unknown
    error variance, with which everything is in closed form. Shares are found by EM,
    with a penalty that favours zero.

    Parameters
    ----------
    effects, errors : arrays of shape (p,)
        Estimates and their standard errors; NaN where there is none.
    df : array of shape (p,)
        Degrees of freedom of the errors.
    level : float, default 0.95
        Coverage of the intervals, on average over assays like these, also over those with the largest
        estimates.

    Returns
    -------
    ShrunkenEffects

    Raises
    ------
    CohortError
        When there is no estimate at all.

    Notes
    -----
    No random numbers: the same input gives the same output. Assays that vary together do not bias the
    shares, but make them less certain than the number of assays suggests.

    References
    ----------
    Stephens, Biostatistics 2017, doi:10.1093/biostatistics/kxw041.

    Examples
    --------
    >>> effects = np.r_[np.linspace(-0.2, 0.2, 60), 2.0]
    >>> shrunken = shrink_effects(effects, np.full(61, 0.2), np.full(61, 20.0))
    >>> bool(abs(shrunken.effect[0]) < 0.1), bool(1.5 < shrunken.effect[-1] < 2.0)
    (True, True)
    """
    known = np.isfinite(effects) & np.isfinite(errors) & (errors > 0) & (df > 0)
    if not known.any():
        raise CohortError(
            "estimates with standard errors", "none", "compare groups with at least two samples each"
        )
    b, s, d = effects[known], errors[known], df[known]
    nodes, shares = _error_variances(d)
    variance = s[:, None] ** 2 * nodes  # (p, nodes)
    scales = _grid(b, s)
    densities = _densities(b, variance, shares, scales)
    weights = _mix(densities)
    kept = weights > _NEGLIGIBLE
    kept[0] = True
    scales, weights = scales[kept], weights[kept] / weights[kept].sum()
    parts = _posterior(b, variance, shares, scales, weights)
    low, high = (_quantile(parts, tail) for tail in (0.5 - level / 2, 0.5 + level / 2))
    below, above = parts.mass_below_zero(), parts.mass_above_zero()
    mean = parts.mean()

    return ShrunkenEffects(
        _spread(known, mean),
        _spread(known, np.minimum(low, mean)),
        _spread(known, np.maximum(high, mean)),
        _spread(known, 1 - np.maximum(below, above)),
        float(weights[0]),
        scales,
        weights,
    )


def _spread(known: NDArray[np.bool_], values: Array) -> Array:
    answer = np.full(len(known), np.nan)
    answer[known] = values
    return answer


@dataclass(frozen=True, eq=False)
class _Posterior:
    """Zero with some mass, and normals; p assays, m parts each."""

    at_zero: Array  # (p,)
    weight: Array  # (p, m)
    centre: Array  # (p, m)
    sd: Array  # (p, m)

    def mean(self) -> Array:
        return np.asarray((self.weight * self.centre).sum(axis=1))

    def mass_below_zero(self) -> Array:
        return np.asarray((self.weight * ndtr(-self.centre / self.sd)).sum(axis=1))

    def mass_above_zero(self) -> Array:
        return np.asarray((self.weight * ndtr(self.centre / self.sd)).sum(axis=1))


def _error_variances(df: Array) -> tuple[Array, Array]:
    """Nodes (p, m) and shares (p, m) of the true error variance over the estimated one."""
    distinct, place = np.unique(np.minimum(df, MOST_DF), return_inverse=True)
    nodes, shares = chi_square_nodes(distinct, _NODES)
    return 1 / nodes[place], shares[place]


def _grid(b: Array, s: Array) -> Array:
    smallest = s.min() / 10
    largest = max(2 * float(np.sqrt(np.maximum(b**2 - s**2, 0).max())), 8 * smallest)
    count = int(np.ceil(2 * np.log2(largest / smallest))) + 1
    return np.append(0.0, largest * 2.0 ** (-np.arange(count)[::-1] / 2))


def _densities(b: Array, variance: Array, shares: Array, scales: Array) -> Array:
    """Density of each estimate (p, m) under each component."""
    total = variance[:, None, :] + scales[:, None] ** 2
    log_density = -0.5 * (np.log(total) + b[:, None, None] ** 2 / total)
    top = log_density.max(axis=(1, 2), keepdims=True)
    return np.asarray((np.exp(log_density - top) * shares[:, None, :]).sum(axis=2))


def _mix(densities: Array) -> Array:
    """Shares (m,) of the components by EM, extrapolated; zero is favoured by a few imagined assays.

    The extrapolation is that of Varadhan & Roland, Scand J Stat 2008, doi:10.1111/j.1467-9469.2007.00585.x.
    """
    p, m = densities.shape
    imagined = np.zeros(m)
    imagined[0] = NULL_WEIGHT - 1

    def turn(weights: Array) -> Array:
        joint = densities * weights
        counts = (joint / joint.sum(axis=1, keepdims=True)).sum(axis=0) + imagined
        return np.asarray(counts / (p + imagined.sum()))

    weights = np.full(m, 1 / m)
    for _ in range(_MOST_STEPS):
        once = turn(weights)
        twice = turn(once)
        first, bend = once - weights, twice - 2 * once + weights
        length = max(float(np.linalg.norm(first)) / max(float(np.linalg.norm(bend)), 1e-300), 1.0)
        leap = np.maximum(weights + 2 * length * first + length**2 * bend, 0)
        leap = turn(leap / leap.sum()) if leap.sum() > 0 and leap[0] > 0 else twice
        moved = np.abs(twice - weights).max()
        weights = (
            leap
            if _likelihood(densities, imagined, leap) >= _likelihood(densities, imagined, twice)
            else twice
        )
        if moved < _TOLERANCE:
            break
    return weights


def _likelihood(densities: Array, imagined: Array, weights: Array) -> float:
    return float(np.log(densities @ weights).sum() + imagined[0] * np.log(weights[0]))


def _posterior(b: Array, variance: Array, shares: Array, scales: Array, weights: Array) -> _Posterior:
    total = variance[:, None, :] + scales[:, None] ** 2  # (p, m, nodes)
    log_weight = -0.5 * (np.log(total) + b[:, None, None] ** 2 / total)
    with np.errstate(divide="ignore"):
        log_weight = log_weight + np.log(weights)[:, None] + np.log(shares)[:, None, :]
    log_weight -= log_weight.max(axis=(1, 2), keepdims=True)
    weight = np.exp(log_weight)
    weight /= weight.sum(axis=(1, 2), keepdims=True)
    kept = scales[1:, None] ** 2 / total[:, 1:]
    p = len(b)
    return _Posterior(
        weight[:, 0].sum(axis=1),
        weight[:, 1:].reshape(p, -1),
        (kept * b[:, None, None]).reshape(p, -1),
        np.sqrt(kept * variance[:, None, :]).reshape(p, -1),
    )


def _quantile(parts: _Posterior, tail: float) -> Array:
    """Find where the posterior has `tail` below, by bisection; zero where its mass covers the place."""
    if not parts.weight.shape[1]:
        return np.zeros(len(parts.at_zero))
    below = parts.mass_below_zero()
    answer = np.zeros(len(below))
    for side in (-1, 1):
        rows = np.flatnonzero(below > tail if side < 0 else below + parts.at_zero < tail)
        if not len(rows):
            continue
        weight, centre, sd = parts.weight[rows], parts.centre[rows], parts.sd[rows]
        extra = parts.at_zero[rows] if side > 0 else np.zeros(len(rows))
        reach = 1.0 - ndtri(min(tail, 1 - tail) / 2) + 30.0
        end = side * (np.abs(centre) + reach * sd).max(axis=1)
        near, far = np.zeros(len(rows)), end
        for _ in range(_BISECTIONS):
            middle = (near + far) / 2
            mass = (weight * ndtr((middle[:, None] - centre) / sd)).sum(axis=1) + extra
            beyond = mass > tail if side > 0 else mass < tail
            near, far = np.where(beyond, near, middle), np.where(beyond, middle, far)
        answer[rows] = (near + far) / 2
    return answer
