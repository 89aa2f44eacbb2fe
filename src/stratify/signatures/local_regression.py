"""A robust smooth curve through points: Cleveland's lowess."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def lowess(x: Array, y: Array, *, span: float, repeats: int = 3) -> Array:
    """Fit a robust local line at each point.

    Points closer than a hundredth of the range are interpolated.

    Parameters
    ----------
    x, y : arrays of shape (n,)
        Finite.
    span : float
        Share of the points on which each local line stands.
    repeats : int, default 3
        Refits that give points far from the curve a smaller weight.

    Returns
    -------
    array of shape (n,)
        The curve at `x`.

    References
    ----------
    Cleveland, J Am Stat Assoc 1979, doi:10.1080/01621459.1979.10481038.

    Examples
    --------
    >>> x = np.arange(10.0)
    >>> bool(np.allclose(lowess(x, 2 * x + 1, span=0.5), 2 * x + 1))
    True
    """
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    n = len(x)
    near = max(2, min(n, int(span * n + 1e-7)))
    stops = _stops(x, 0.01 * (x[-1] - x[0]))
    windows = _windows(x, stops, near)
    robustness = np.ones(n)
    for turn in range(repeats + 1):
        curve = _interpolated(x, y, stops, windows, robustness)
        if turn == repeats:
            break
        distance = np.abs(y - curve)
        ruler = 6 * float(np.median(distance))
        if ruler <= 1e-7 * distance.mean():
            break
        robustness = np.where(
            distance <= 0.001 * ruler,
            1.0,
            np.where(distance <= 0.999 * ruler, (1 - (distance / ruler) ** 2) ** 2, 0.0),
        )
    fitted = np.empty(n)
    fitted[order] = curve
    return fitted


def _stops(x: Array, step: float) -> list[int]:
    """Points at which a line is fitted: the first, then the last one within a step of the one before."""
    n, stops, last = len(x), [0], 0
    last = int(np.searchsorted(x, x[0], side="right")) - 1
    while last < n - 1:
        beyond = int(np.searchsorted(x, x[last] + step, side="right"))
        stop = max(last + 1, min(beyond, n) - 1)
        stops.append(stop)
        last = int(np.searchsorted(x, x[stop], side="right")) - 1
        last = stop if x[stop] + step < x[stop] else max(stop, last)
    return stops


def _windows(x: Array, stops: list[int], near: int) -> list[tuple[int, int]]:
    """First and last of the nearest points of each stop."""
    windows, left = [], 0
    for stop in stops:
        while left + near < len(x) and x[stop] - x[left] > x[left + near] - x[stop]:
            left += 1
        windows.append((left, left + near - 1))
    return windows


def _interpolated(
    x: Array, y: Array, stops: list[int], windows: list[tuple[int, int]], robustness: Array
) -> Array:
    heights = [
        _local_line(x, y, stop, window, robustness) for stop, window in zip(stops, windows, strict=True)
    ]
    return np.interp(x, x[stops], heights)


def _local_line(x: Array, y: Array, stop: int, window: tuple[int, int], robustness: Array) -> float:
    at, (left, right) = x[stop], window
    width = max(at - x[left], x[right] - at)
    stretch = slice(left, int(np.searchsorted(x, at + 0.999 * width, side="right")))
    xs = x[stretch]
    distance = np.abs(xs - at)
    ratio = np.minimum(distance / width, 1) if width > 0 else np.zeros_like(distance)
    weight = np.where(distance <= 0.001 * width, 1.0, (1 - ratio**3) ** 3) * (distance <= 0.999 * width)
    weight = weight * robustness[stretch]
    total = weight.sum()
    if total <= 0:
        return float(y[stop])
    weight = weight / total
    centre = float((weight * xs).sum())
    spread = float((weight * (xs - centre) ** 2).sum())
    if width > 0 and np.sqrt(spread) > 0.001 * (x[-1] - x[0]):
        weight = weight * (1 + (at - centre) * (xs - centre) / spread)
    return float((weight * y[stretch]).sum())
