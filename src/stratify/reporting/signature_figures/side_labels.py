"""Names of points in two columns beside the cloud, where they cannot collide."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from stratify.reporting.canvas import GREY, INK

Array = NDArray[np.float64]

_FONT, _LINE = 8.0, 1.25
_OUTSIDE, _MIDDLE = 0.02, 0.5  # of the width of the axes


def spread_apart(wanted: Array, gap: float, low: float, high: float) -> Array:
    """Move positions as little as need be so that neighbours keep a distance.

    Parameters
    ----------
    wanted : array of shape (n,)
        Where each would like to be.
    gap : float
        Least distance; shrunk where `n` of them do not fit.
    low, high : float
        Ends of the room.

    Returns
    -------
    array of shape (n,)
        In the order of `wanted`, which is kept.

    Notes
    -----
    Least squares under order and distance: positions less ``rank * gap`` are made monotone by pooling
    adjacent violators.

    Examples
    --------
    >>> spread_apart(np.array([0.5, 0.5, 0.9]), 0.1, 0.0, 1.0).round(2).tolist()
    [0.45, 0.55, 0.9]
    """
    n = len(wanted)
    if n < 2:
        return np.clip(wanted, low, high)
    gap = min(gap, (high - low) / (n - 1))
    order = np.argsort(wanted, kind="stable")
    steps = gap * np.arange(n)
    placed = np.clip(_monotone(wanted[order] - steps), low, high - steps[-1]) + steps
    found = np.empty(n)
    found[order] = placed
    return found


def _monotone(values: Array) -> Array:
    """Isotonic regression with equal weights."""
    pools: list[list[float]] = []
    for value in values:
        pools.append([float(value), 1.0])
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            (one, n_one), (other, n_other) = pools[-2:]
            pools[-2:] = [[(one * n_one + other * n_other) / (n_one + n_other), n_one + n_other]]
    return np.concatenate([np.full(int(n), mean) for mean, n in pools])


def label_points(axes: Axes, x: Array, y: Array, names: Sequence[str]) -> None:
    """Name points left and right of the axes, each joined to its point by a thin line.

    Call it when the limits of the axes are final. Points are named on their own side as far as the names fit
    there; where they fit on neither side, the last ones are left out.

    Parameters
    ----------
    axes : Axes
        Where the points are.
    x, y : arrays of shape (n,)
        Points, in data coordinates.
    names : sequence of str
        What to write.
    """
    if not len(x):
        return
    to_axes = axes.transData + axes.transAxes.inverted()
    here = to_axes.transform(np.column_stack([x, y]))
    height = axes.get_window_extent().height / axes.figure.dpi * 72
    gap = _FONT * _LINE / height
    room = int(1 / gap) + 1
    kept = here[: 2 * room]
    n_left = int(np.clip((kept[:, 0] < _MIDDLE).sum(), len(kept) - room, room))
    right = np.ones(len(kept), dtype=bool)
    right[np.argsort(kept[:, 0], kind="stable")[:n_left]] = False
    for side in (False, True):
        rows = np.flatnonzero(right == side)
        places = spread_apart(kept[rows, 1], gap, 0.0, 1.0)
        for row, place in zip(rows.tolist(), places, strict=True):
            axes.annotate(
                names[row],
                xy=(x[row], y[row]),
                xytext=(1 + _OUTSIDE if side else -_OUTSIDE, place),
                textcoords="axes fraction",
                ha="left" if side else "right",
                va="center",
                fontsize=_FONT,
                color=INK,
                arrowprops={"arrowstyle": "-", "color": GREY, "lw": 0.5, "shrinkA": 0, "shrinkB": 2},
                annotation_clip=False,
            )
