"""Arithmetic for values below the limit of detection, from a frozen state, one patient at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

from stratify.assays.detectability import half_limit

Array = NDArray[np.float64]

_LOG_ROOT_TAU = 0.5 * np.log(2.0 * np.pi)


@dataclass(frozen=True)
class LimitState:
    """What stands in for log2 values below their limit of detection.

    Parameters
    ----------
    values : {"keep", "lod/sqrt2", "censored"}
        The value as measured, the limit over the square root of two, or what a censored normal distribution
        of the training people leads one to expect. The rest belongs to the last.
    center, scale : arrays of shape (n_proteins,)
        Mean and SD; NaN where too few values lie above the limit to know them.
    loadings : array of shape (n_proteins, n_factors)
        Of shared factors, in SDs; no factor leaves each protein to itself.
    uniquenesses : array of shape (n_proteins,)
        Variance that no factor explains, in squared SDs.
    """

    values: str
    center: Array
    scale: Array
    loadings: Array
    uniquenesses: Array


def without_model(values: str) -> LimitState:
    """State that learned nothing from people: values are kept, or replaced by a fixed rule.

    Parameters
    ----------
    values : {"keep", "lod/sqrt2"}
        As in `LimitState`.

    Returns
    -------
    LimitState
    """
    return LimitState(values, np.zeros(0), np.zeros(0), np.zeros((0, 0)), np.zeros(0))


def treat_below(state: LimitState, profiles: Array, limits: Array | None) -> Array:
    """Let something stand in for values below their limit, row by row.

    The expectation of a censored value is that of a normal one given that it lies below the limit, and given
    the patient's proteins above theirs where the state has factors. A protein without a known distribution
    gets the limit divided by the square root of two.

    Parameters
    ----------
    state : LimitState
        From the training people.
    profiles : array of shape (n, n_proteins)
        Log2 levels, NaN where missing.
    limits : array of shape (n, n_proteins) or None
        Limits of detection, NaN where unknown; without any, nothing lies below.

    Returns
    -------
    array of shape (n, n_proteins)
        Values above the limit and gaps are unchanged to the bit.

    Examples
    --------
    >>> state = LimitState("censored", np.zeros(1), np.ones(1), np.zeros((1, 0)), np.ones(1))
    >>> treat_below(state, np.array([[-1.0], [1.0]]), np.zeros((2, 1))).round(3)
    array([[-0.798],
           [ 1.   ]])
    """
    if state.values == "keep" or limits is None:
        return profiles
    filled = np.array(half_limit(profiles, limits), order="C")
    if state.values == "lod/sqrt2":
        return filled
    below = (profiles < limits) & np.isfinite(state.center)
    for row in np.flatnonzero(below.any(axis=1)):
        cells = np.flatnonzero(below[row])
        seen = np.isfinite(profiles[row]) & np.isfinite(state.center) & ~(profiles[row] < limits[row])
        mean, sd = _given_others(state, profiles[row], seen, cells)
        filled[row, cells] = mean_below(mean, sd, limits[row, cells])
    return filled


def mean_below(mean: Array, sd: Array, limit: Array) -> Array:
    """Mean of normal values below a limit, stable far into the tail.

    Parameters
    ----------
    mean, sd, limit : arrays of one shape
        Of the normal distributions, and the limits.

    Returns
    -------
    array of that shape
    """
    return mean - sd * hazard((limit - mean) / sd)


def hazard(a: Array) -> Array:
    """Density over distribution function of the standard normal (any shape)."""
    return np.asarray(np.exp(-0.5 * np.square(a) - _LOG_ROOT_TAU - log_ndtr(a)))


def _given_others(
    state: LimitState, row: Array, seen: NDArray[np.bool_], cells: NDArray[np.int64]
) -> tuple[Array, Array]:
    """Mean and SD of some proteins given those that were seen, under the factor model."""
    loadings = state.loadings[seen]
    z = (row[seen] - state.center[seen]) / state.scale[seen]
    weighted = loadings / state.uniquenesses[seen][:, None]
    spread = np.linalg.inv(np.eye(loadings.shape[1]) + loadings.T @ weighted)
    factors = spread @ (weighted.T @ z)
    own = state.loadings[cells]
    variance = state.uniquenesses[cells] + ((own @ spread) * own).sum(axis=1)
    mean = state.center[cells] + state.scale[cells] * (own * factors).sum(axis=1)
    return mean, state.scale[cells] * np.sqrt(variance)
