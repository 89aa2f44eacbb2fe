"""A score in whole points that a person can add up from a few levels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

STEPS = (0.0, 1.0, 2.0)  # healthy SDs beyond the healthy mean at which points are gained
MOST = 3  # points a step
TENTHS = 10


@dataclass(frozen=True, eq=False)
class PointCard:
    """Points a protein, gained at each of three levels.

    Parameters
    ----------
    places : integer array of shape (n,)
        Columns of the proteins among all assays.
    rising : boolean array of shape (n,)
        Whether points are gained upwards (else downwards).
    cuts : array of shape (n, 3)
        Levels, in tenths of the unit, that gain a step when they are reached; from the first step to the
        last.
    points : integer array of shape (n,)
        Gained at each step.
    """

    places: NDArray[np.int64]
    rising: NDArray[np.bool_]
    cuts: Array
    points: NDArray[np.int64]

    @property
    def most(self) -> int:
        """Largest total."""
        return int(len(STEPS) * self.points.sum())

    def totals(self, levels: Array) -> Array:
        """Add up points, one total a person; nothing is filled in.

        Parameters
        ----------
        levels : array of shape (n_people, n)
            Of the card's proteins in its order.

        Returns
        -------
        array of shape (n_people,)
            NaN where a level is missing.

        Examples
        --------
        >>> card = PointCard(np.array([0]), np.array([True]), np.array([[50.0, 60.0, 70.0]]), np.array([2]))
        >>> card.totals(np.array([[4.94], [4.95], [7.0]])).tolist()
        [0.0, 2.0, 6.0]
        """
        sign = np.where(self.rising, 1.0, -1.0)
        tenths = in_tenths(levels) * sign
        steps = (tenths[:, :, None] >= (self.cuts * sign[:, None])[None]).sum(axis=2)
        return np.where(np.isfinite(levels).all(axis=1), (steps * self.points).sum(axis=1), np.nan)


def in_tenths(levels: Array) -> Array:
    """Round levels to one decimal as a person does, halves upwards, and count tenths."""
    return np.asarray(np.floor(np.round(levels * TENTHS, 6) + 0.5))


def make_card(places: NDArray[np.int64], weights: Array, center: Array, scale: Array) -> PointCard:
    """Round a linear score of a few proteins to points.

    Parameters
    ----------
    places : integer array of shape (n,)
        Columns of the proteins among all assays.
    weights : array of shape (n,)
        Of the proteins in healthy SDs.
    center, scale : arrays of shape (n,)
        Mean and SD of the healthy people.

    Returns
    -------
    PointCard
        The largest weight gains three points a step, the others in proportion, at least one.

    References
    ----------
    Sullivan, Massaro & D'Agostino, Stat Med 2004, doi:10.1002/sim.1742 (points from a regression).

    Examples
    --------
    >>> card = make_card(np.array([4, 7]), np.array([0.9, -0.3]), np.array([5.0, 6.0]), np.array([0.5, 1.0]))
    >>> card.points.tolist(), card.cuts.tolist()
    ([3, 1], [[50.0, 55.0, 60.0], [60.0, 50.0, 40.0]])
    """
    largest = float(np.abs(weights).max()) or 1.0
    points = np.maximum(np.rint(MOST * np.abs(weights) / largest), 1).astype(int)
    step = np.maximum(scale, 1 / TENTHS) * np.where(weights > 0, 1.0, -1.0)
    cuts = in_tenths(center[:, None] + step[:, None] * np.array(STEPS))
    return PointCard(places, weights > 0, cuts, points)
