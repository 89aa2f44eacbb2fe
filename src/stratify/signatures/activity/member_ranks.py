"""Ranks of a few proteins among all proteins of the same sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stratify.signatures.activity.method import Array

Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class MemberRanks:
    """Where the levels of chosen proteins stand within each sample.

    Parameters
    ----------
    measured : boolean array of shape (n, k)
        False where the protein has no level in that sample: its other entries mean nothing.
    lower : integer array of shape (n, k)
        Proteins with a lower level.
    alike : integer array of shape (n, k)
        Proteins with the same level, itself included.
    earlier : integer array of shape (n, k)
        Those of them that stand earlier in the table.
    count : integer array of shape (n, 1)
        Proteins with a level.
    """

    measured: NDArray[np.bool_]
    lower: Counts
    alike: Counts
    earlier: Counts
    count: Counts

    def descending(self) -> Counts:
        """Position from the top, 1 the highest; ties in the order of the table (n, k)."""
        return self.count - self.lower - self.alike + self.earlier + 1

    def mean_rank(self) -> Array:
        """Rank from the bottom, 1 the lowest; ties share their mean rank (n, k)."""
        return self.lower + (self.alike + 1) / 2


def member_ranks(levels: Array, columns: NDArray[np.intp]) -> MemberRanks:
    """Rank chosen proteins among all of each sample, row by row.

    Parameters
    ----------
    levels : array of shape (n, n_proteins)
        NaN where missing: such a protein takes no rank.
    columns : integer array of shape (k,)
        The proteins whose ranks are wanted.

    Returns
    -------
    MemberRanks

    Examples
    --------
    >>> ranks = member_ranks(np.array([[5.0, 1.0, 5.0, np.nan]]), np.array([0, 2]))
    >>> ranks.descending(), ranks.mean_rank()
    (array([[1, 2]]), array([[2.5, 2.5]]))
    """
    values = np.take(levels, columns, axis=1)
    measured = ~np.isnan(values)
    count = (~np.isnan(levels)).sum(axis=1)
    ordered = np.sort(levels, axis=1)  # gaps come last
    lower = np.empty(values.shape, dtype=np.int64)
    for i, (row, wanted) in enumerate(zip(ordered, values, strict=True)):
        lower[i] = row[: count[i]].searchsorted(wanted)
    alike, earlier = np.ones_like(lower), np.zeros_like(lower)
    for i in _rows_with_ties(ordered, values, lower):
        alike[i] = ordered[i, : count[i]].searchsorted(values[i], "right") - lower[i]
        earlier[i] = np.argsort(np.argsort(levels[i], kind="stable"))[columns] - lower[i]
    return MemberRanks(measured, lower, alike, earlier, count[:, None])


def _rows_with_ties(ordered: Array, values: Array, lower: Counts) -> NDArray[np.intp]:
    following = np.minimum(lower + 1, ordered.shape[1] - 1)
    tied = (np.take_along_axis(ordered, following, axis=1) == values) & (following > lower)
    return np.flatnonzero(tied.any(axis=1))
