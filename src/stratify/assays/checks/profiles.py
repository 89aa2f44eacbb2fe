"""Arithmetic on whole profiles: quantiles, robust z, principal scores, and what is far out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import stdtrit

_CUT = 4.0  # robust SDs; so that one wild value cannot lead a component
_MAD = 1.4826  # makes the median absolute deviation of a normal an SD
_FALSE_ALARM = 0.025  # chance that any of the samples of a normal cohort is called far out in one respect
_EFFICIENCY = (
    0.37  # of the median absolute deviation, so that its SD has this many degrees of freedom a sample
)
_AT_LEAST = 4.0  # robust SDs, however small the cohort


def quantiles(values: np.ndarray, shares: Sequence[float], axis: int = 0) -> np.ndarray:
    """Take quantiles along an axis over what is not missing.

    Parameters
    ----------
    values : ndarray of shape (n, p)
        NaN where missing.
    shares : sequence of float
        From 0 to 1.
    axis : {0, 1}
        Along samples or along assays.

    Returns
    -------
    ndarray of shape (len(shares), p or n)
        NaN where nothing was measured.

    Examples
    --------
    >>> quantiles(np.array([[1.0, np.nan], [3.0, np.nan]]), (0.5, 1.0)).tolist()
    [[2.0, nan], [3.0, nan]]
    """
    if not values.shape[axis]:
        return np.full((len(shares), values.shape[1 - axis]), np.nan)
    ordered = np.sort(values, axis=axis)
    last = np.maximum((~np.isnan(values)).sum(axis=axis) - 1, 0)
    found = []
    for share in shares:
        low = np.floor(share * last).astype(int)
        pair = [
            np.take_along_axis(ordered, np.expand_dims(place, axis), axis).squeeze(axis)
            for place in (low, np.minimum(low + 1, last))
        ]
        found.append(pair[0] + (share * last - low) * (pair[1] - pair[0]))
    return np.array(found)


def standardise(levels: np.ndarray, quartiles: np.ndarray) -> np.ndarray:
    """Write levels as robust z.

    Parameters
    ----------
    levels : ndarray of shape (n, p)
        NaN where missing.
    quartiles : ndarray of shape (3, p)
        Of each assay.

    Returns
    -------
    ndarray of shape (n, p)
        Distance to the median over the SD that a normal of the same interquartile range has, cut at 4;
        0 where missing and where an assay does not vary.

    Examples
    --------
    >>> levels = np.array([[1.0], [2.0], [3.0]])
    >>> standardise(levels, quantiles(levels, (0.25, 0.5, 0.75))).round(2).ravel().tolist()
    [-1.35, 0.0, 1.35]
    """
    spread = (quartiles[2] - quartiles[0]) / 1.349
    varies = spread > 0
    z = levels - quartiles[1]
    z *= np.divide(1.0, spread, out=np.zeros_like(spread), where=varies)
    np.clip(z, -_CUT, _CUT, out=z)
    z[np.isnan(z)] = 0.0
    return z


def principal_scores(standard: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Project profiles on their first principal components.

    Parameters
    ----------
    standard : ndarray of shape (n, p)
        Without missing values.
    k : int
        Components, at most.

    Returns
    -------
    scores : ndarray of shape (n, min(k, n, p))
        Leading component last.
    residual : ndarray of shape (n,)
        Root mean square over assays of what the components leave.

    Examples
    --------
    >>> scores, residual = principal_scores(np.outer([-1.0, 0.0, 1.0], [3.0, 4.0]), 1)
    >>> abs(scores).round(9).ravel().tolist(), residual.round(7).tolist()
    ([5.0, 0.0, 5.0], [0.0, 0.0, 0.0])
    """
    from scipy.linalg import eigh

    n, p = standard.shape
    k = min(k, n, p)
    centred = standard - standard.mean(axis=0)
    if p <= n:
        axes = eigh(centred.T @ centred, subset_by_index=[p - k, p - 1])[1]
        scores = centred @ axes
    else:
        weights, axes = eigh(centred @ centred.T, subset_by_index=[n - k, n - 1])
        scores = axes * np.sqrt(np.maximum(weights, 0.0))
    left = np.einsum("ij,ij->i", centred, centred) - np.einsum("ij,ij->i", scores, scores)
    return scores, np.sqrt(np.maximum(left, 0.0) / p)


def far_out(values: np.ndarray, *, sides: int = 2) -> np.ndarray:
    """Mark values that lie far from the bulk, seldom by chance in the whole cohort.

    Parameters
    ----------
    values : ndarray of shape (n,)
        One a sample, finite.
    sides : {1, 2}
        1 where only large values are suspect.

    Returns
    -------
    ndarray of bool, shape (n,)
        Beyond a robust z that one of the values reaches in 2.5% of normal cohorts of this size, and at
        least 4. The error of the robust SD is allowed for as that of an SD is by Student's t.

    Examples
    --------
    >>> far_out(np.array([0.0, 0.1, -0.1, 0.2, -0.2, 0.1, 0.2, 9.0])).tolist()
    [False, False, False, False, False, False, False, True]
    """
    n = max(len(values), 1)
    limit = max(_AT_LEAST, -float(stdtrit(_EFFICIENCY * n, _FALSE_ALARM / (2 * n))))
    distance = values - np.median(values)
    scale = _MAD * float(np.median(np.abs(distance)))
    suspect = np.abs(distance) if sides == 2 else distance
    return suspect > limit * max(scale, 1e-9)
