"""What a cohort of a given size could have seen of a correlation."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm


def correlation_power(size: float, n: int, *, covariates: int = 0, alpha: float = 0.05) -> float:
    """Chance that a correlation of a given size is found.

    Parameters
    ----------
    size : float
        True partial correlation.
    n : int
        People, one row each.
    covariates : int, default 0
        Columns that are adjusted for.
    alpha : float, default .05
        Two-sided level.

    Returns
    -------
    float

    References
    ----------
    Fisher, Metron 1921 (the z of a correlation).

    Examples
    --------
    >>> round(correlation_power(0.5, 25), 2), round(correlation_power(0.0, 25), 2)
    (0.73, 0.05)
    """
    shift = np.arctanh(size) * np.sqrt(n - 3 - covariates)
    bound = norm.ppf(1.0 - alpha / 2.0)
    return float(norm.sf(bound - shift) + norm.cdf(-bound - shift))


def detectable_correlation(n: int, *, covariates: int = 0, alpha: float = 0.05, power: float = 0.8) -> float:
    """Smallest correlation that is found with a given power.

    Parameters
    ----------
    n : int
        People, one row each.
    covariates : int, default 0
        Columns that are adjusted for.
    alpha : float, default .05
        Two-sided level.
    power : float, default .8
        Chance of finding it.

    Returns
    -------
    float

    Examples
    --------
    >>> round(detectable_correlation(25), 2), round(detectable_correlation(25, covariates=3), 2)
    (0.54, 0.57)
    """
    return float(np.tanh((norm.ppf(1.0 - alpha / 2.0) + norm.ppf(power)) / np.sqrt(n - 3 - covariates)))
