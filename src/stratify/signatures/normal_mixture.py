"""The t distribution as a mixture of normal distributions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

Array = NDArray[np.float64]

MOST_DF = 1e5  # beyond, the error variance counts as known
_CUT_OFF = 1e-11


def chi_square_nodes(df: Array, count: int) -> tuple[Array, Array]:
    r"""Discretise :math:`\chi^2_d / d`, the estimated error variance over the true one.

    Equal steps of its logarithm (the trapezoidal rule, whose error falls exponentially for a smooth density
    that dies out at both ends).

    Parameters
    ----------
    df : array of shape (m,)
        Degrees of freedom, positive.
    count : int
        Nodes; more of them follow the tails of t with few degrees of freedom further.

    Returns
    -------
    nodes, shares : arrays of shape (m, count)
        The shares of each row sum to one.

    Examples
    --------
    >>> nodes, shares = chi_square_nodes(np.array([4.0]), 60)
    >>> (nodes * shares).sum().round(6).item(), (nodes**2 * shares).sum().round(5).item()
    (1.0, 1.5)
    """
    half = np.minimum(np.asarray(df, dtype=np.float64), MOST_DF)[:, None] / 2
    ends = gammaincinv(half, [_CUT_OFF, 1 - _CUT_OFF]) / half
    low, high = np.log(np.maximum(ends, 1e-300)).T
    y = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, count)
    log_share = half * (y - np.exp(y))
    shares = np.exp(log_share - log_share.max(axis=1, keepdims=True))
    return np.exp(y), shares / shares.sum(axis=1, keepdims=True)
