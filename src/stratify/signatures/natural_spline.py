"""Natural cubic splines with few knots, as curves through variances."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def natural_spline_design(x: Array, df: int, *, at: Array | None = None) -> Array:
    r"""Build columns that span the natural cubic splines, linear beyond the outermost knots.

    With knots :math:`\xi_1 < \dots < \xi_K` in units of their range the columns are 1, :math:`x` and
    :math:`d_k - d_{K-1}`, :math:`d_k = ((x - \xi_k)_+^3 - (x - \xi_K)_+^3) / (\xi_K - \xi_k)`.

    Parameters
    ----------
    x : array of shape (n,)
        Where the knots come from: both ends, and quantiles between.
    df : int
        Number of columns, at least 2 (a straight line).
    at : array of shape (m,), optional
        Where to evaluate; `x` if left out.

    Returns
    -------
    array of shape (m, df)

    References
    ----------
    Hastie, Tibshirani & Friedman, The Elements of Statistical Learning, 2nd ed. 2009, section 5.2.1.

    Examples
    --------
    >>> natural_spline_design(np.arange(4.0), 3, at=np.array([0.0, 3.0])).round(3).tolist()
    [[1.0, 0.0, 0.0], [1.0, 1.0, 0.75]]
    """
    low, high = float(x.min()), float(x.max())
    reach = high - low or 1.0
    z = ((x if at is None else at) - low) / reach
    knots = (np.quantile(x, np.linspace(0, 1, df)) - low) / reach
    columns = [np.ones_like(z), z]
    cubes = [np.maximum(z - knot, 0) ** 3 for knot in knots]
    last = knots[-1]
    curves = [
        (cube - cubes[-1]) / (last - knot) if last > knot else np.zeros_like(z)
        for cube, knot in zip(cubes[:-1], knots[:-1], strict=True)
    ]
    columns += [curve - curves[-1] for curve in curves[:-1]]
    return np.stack(columns, axis=1)
