"""How high a level stands among reference people: a distribution function smoothed by normal kernels."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from stratify.signatures.activity.method import Array, State
from stratify.signatures.activity.moments import moments

BANDWIDTHS_IN_SD = 4.0
STEPS, REACH = 1000, 10  # the kernel is tabulated in thousandths of a bandwidth, up to ten
MOST_KERNELS = 1000
_BLOCK = 1 << 15  # kernels evaluated at a time; more leave the processor's cache
_CELLS = 1 << 21  # levels ordered at a time
_ZERO = STEPS * REACH + 1


def fit_kernels(levels: Array) -> State:
    """Freeze the reference people's levels and the width of the kernels.

    Parameters
    ----------
    levels : array of shape (n, n_proteins)
        Levels of the reference people, NaN where missing. Of more than a thousand people a thousand evenly
        spaced order statistics stand for all: the tabulated kernel is coarser than what that loses.

    Returns
    -------
    dict of arrays
        ``kernels`` (n_proteins, r) in ascending order, NaN at the end; ``bandwidth`` (n_proteins,), a quarter
        of the SD, NaN where the reference is constant or has fewer than two people.
    """
    bandwidth = moments(levels)[1] / BANDWIDTHS_IN_SD
    step = max(1, _CELLS // max(len(levels), 1))
    parts = [_ordered(levels[:, first : first + step]) for first in range(0, levels.shape[1], step)]
    return {"kernels": np.concatenate(parts) if parts else np.zeros((0, len(levels))), "bandwidth": bandwidth}


def _ordered(levels: Array) -> Array:
    """Levels (n, p) in ascending order by protein (p, r), at most a thousand of each."""
    kernels = np.sort(levels.T, axis=1)
    if len(levels) <= MOST_KERNELS:
        return np.ascontiguousarray(kernels)
    count = (~np.isnan(kernels)).sum(axis=1, keepdims=True)
    size = np.minimum(count, MOST_KERNELS)
    place = np.floor((np.arange(MOST_KERNELS) + 0.5) * count / np.maximum(size, 1)).astype(np.intp)
    kept = np.take_along_axis(kernels, np.minimum(place, len(levels) - 1), axis=1)
    return np.where(np.arange(MOST_KERNELS) < size, kept, np.nan)


def kernel_distribution(state: State, levels: Array) -> Array:
    """Evaluate the smoothed distribution functions.

    Parameters
    ----------
    state : dict of arrays
        From `fit_kernels`.
    levels : array of shape (n, n_proteins)
        NaN where missing.

    Returns
    -------
    array of shape (n, n_proteins)
        Between 0 and 1, from kernels rounded towards their middle to a thousandth of a bandwidth, as GSVA's
        table does; NaN where the level is missing or the protein has no bandwidth.

    Examples
    --------
    >>> state = fit_kernels(np.array([[0.0], [1.0], [2.0]]))
    >>> kernel_distribution(state, np.array([[1.0], [3.0], [np.nan]])).ravel().round(3)
    array([0.5, 1. , nan])
    """
    kernels, bandwidth = state["kernels"], state["bandwidth"]
    count = (~np.isnan(kernels)).sum(axis=1)
    usable = np.flatnonzero(~np.isnan(bandwidth))
    shown = np.full(levels.shape, np.nan)
    rows = max(1, min(len(levels), _BLOCK // max(kernels.shape[1], 1)))
    step = max(1, _BLOCK // max(rows * kernels.shape[1], 1))
    for first in range(0, len(usable), step):
        block = usable[first : first + step]
        middle, rate = kernels[block], STEPS / bandwidth[block][:, None]
        low, high = middle[:, :1], np.nanmax(middle, axis=1, keepdims=True)
        beyond = (REACH + 1) * bandwidth[block][:, None]
        middle = np.where(np.isnan(middle), high + 3 * beyond, middle)  # a gap adds nothing to the sum
        y = np.clip(levels[:, block].T, low - beyond, high + beyond)
        y, gaps = np.where(np.isnan(y), low, y), np.isnan(y)
        sums = [_sums(y[:, r : r + rows], middle, rate) for r in range(0, len(levels), rows)]
        values = np.concatenate(sums, axis=1) / count[block][:, None] if sums else y
        shown[:, block] = np.where(gaps, np.nan, values).T
    return shown


def _sums(y: Array, middle: Array, rate: Array) -> Array:
    distance = y[:, :, None] - middle[:, None, :]
    distance *= rate[:, :, None]
    place = distance.astype(np.intp)  # towards zero
    place += _ZERO
    return np.asarray(_TABLE.take(place, mode="clip").sum(axis=2))


def _tabulate() -> Array:
    upper = np.append(ndtr(np.arange(_ZERO) / STEPS), 1.0)
    return np.concatenate([1.0 - upper[:0:-1], upper])


_TABLE = _tabulate()
