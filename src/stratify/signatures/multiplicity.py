"""False discovery rates where some tests have no answer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import false_discovery_control

Array = NDArray[np.float64]


def adjusted(p_values: Array) -> Array:
    """Adjust p-values by Benjamini and Hochberg over all tests that have one.

    Parameters
    ----------
    p_values : array of any shape
        NaN where there is no test.

    Returns
    -------
    array of the same shape
        q-values, NaN where there is no test.

    References
    ----------
    Benjamini & Hochberg, J R Stat Soc B 1995, doi:10.1111/j.2517-6161.1995.tb02031.x.

    Examples
    --------
    >>> adjusted(np.array([0.01, np.nan, 0.04])).tolist()
    [0.02, nan, 0.04]
    """
    known = np.isfinite(p_values)
    answer = np.full(np.shape(p_values), np.nan)
    if known.any():
        answer[known] = false_discovery_control(np.minimum(p_values[known], 1.0))
    return answer
