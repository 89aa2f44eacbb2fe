"""Arithmetic that fills the gaps of one patient from a frozen factor model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class GapState:
    """Centre and scale (n_proteins,), loadings (n_proteins, n_factors), uniquenesses (n_proteins,)."""

    center: Array
    scale: Array
    loadings: Array
    uniquenesses: Array


def fill_gaps(state: GapState, profiles: Array) -> Array:
    """Fill missing values row by row.

    Parameters
    ----------
    state : GapState
        Frozen factor model of the training people, in the unit of the profiles.
    profiles : array of shape (n, n_proteins)
        NaN where missing; infinities count as missing.

    Returns
    -------
    array of shape (n, n_proteins)
        A copy without gaps, row after row in memory, so that later sums over a row do not depend on
        how a batch was laid out; rows without gaps are unchanged to the bit.

    Examples
    --------
    >>> state = GapState(np.zeros(2), np.ones(2), np.full((2, 1), 0.9), np.full(2, 0.19))
    >>> fill_gaps(state, np.array([[1.0, np.nan]])).round(2)
    array([[1.  , 0.81]])
    """
    filled = np.array(profiles, dtype=float, order="C")
    for row in np.flatnonzero(~np.isfinite(filled).all(axis=1)):
        filled[row] = _fill_row(state, filled[row])
    return filled


def fill_alike(state: GapState, profiles: Array) -> Array:
    """Fill missing values of all rows with the same gaps at once: as `fill_gaps`, but not to the last bit.

    Parameters
    ----------
    state : GapState
        As in `fill_gaps`.
    profiles : array of shape (n, n_proteins)
        NaN where missing.

    Returns
    -------
    array of shape (n, n_proteins)
    """
    filled = np.array(profiles, dtype=float, order="C")
    measured = np.isfinite(filled)
    for rows in rows_alike(measured):
        if not measured[rows[0]].all():
            filled[rows] = _fill_rows(state, filled[rows], measured[rows[0]])
    return filled


def rows_alike(marks: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    """Put rows with the same marks together.

    Parameters
    ----------
    marks : boolean array of shape (n, k)
        Any.

    Returns
    -------
    list of arrays
        Rows of each pattern, in the order of first appearance.

    Examples
    --------
    >>> [rows.tolist() for rows in rows_alike(np.array([[True], [False], [True]]))]
    [[0, 2], [1]]
    """
    patterns: dict[bytes, list[int]] = {}
    for row, own in enumerate(np.ascontiguousarray(marks)):
        patterns.setdefault(own.tobytes(), []).append(row)
    return [np.array(rows, dtype=np.intp) for rows in patterns.values()]


def _fill_rows(state: GapState, rows: Array, seen: NDArray[np.bool_]) -> Array:
    z = (rows[:, seen] - state.center[seen]) / state.scale[seen]
    loadings = state.loadings[seen]
    weighted = loadings / state.uniquenesses[seen][:, None]
    factors = np.linalg.solve(np.eye(loadings.shape[1]) + loadings.T @ weighted, weighted.T @ z.T)
    expected = state.center + state.scale * (factors.T @ state.loadings.T)
    return np.where(seen, rows, expected)


def _fill_row(state: GapState, row: Array) -> Array:
    seen = np.isfinite(row)
    z = (row[seen] - state.center[seen]) / state.scale[seen]
    loadings = state.loadings[seen]
    weighted = loadings / state.uniquenesses[seen][:, None]
    factors = np.linalg.solve(np.eye(loadings.shape[1]) + loadings.T @ weighted, weighted.T @ z)
    expected = state.center + state.scale * (state.loadings * factors).sum(axis=1)
    return np.where(seen, row, expected)
