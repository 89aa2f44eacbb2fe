"""Discrimination with honest uncertainty."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import norm, rankdata, t

Array = NDArray[np.float64]


def auc(y: NDArray[np.int64], scores: Array) -> float:
    """Area under the ROC curve: the chance that a positive outranks a negative.

    Parameters
    ----------
    y : integer array of shape (n,)
        1 and 0; other values are left out.
    scores : array of shape (n,)
        Any scale; ties count half.

    Returns
    -------
    float
        NaN when a class is empty.

    References
    ----------
    Hanley & McNeil, Radiology 1982, doi:10.1148/radiology.143.1.7063747.

    Examples
    --------
    >>> auc(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8]))
    0.75
    """
    labelled = (y == 0) | (y == 1)
    y, scores = y[labelled], scores[labelled]
    n_positive, n_negative = int((y == 1).sum()), int((y == 0).sum())
    if not n_positive or not n_negative:
        return float("nan")
    rank_sum = rankdata(scores)[y == 1].sum()
    return float((rank_sum - n_positive * (n_positive + 1) / 2) / (n_positive * n_negative))


def corrected_error(values: Array, n_folds: int) -> float:
    """Estimate the standard error of a mean over the folds of repeated cross-validation.

    Folds share training people, so their plain standard error is far too small; the variance is
    multiplied by ``1/J + 1/(n_folds - 1)`` instead of ``1/J`` for ``J`` values.

    Parameters
    ----------
    values : array of shape (n_values,)
        One value a fold and repeat.
    n_folds : int
        Folds of one repeat; at least 2.

    Returns
    -------
    float

    References
    ----------
    Nadeau & Bengio, Mach Learn 2003, doi:10.1023/A:1024068626366.

    Examples
    --------
    >>> round(corrected_error(np.array([0.7, 0.8, 0.9, 0.8, 0.8]), 5), 3)
    0.047
    """
    factor = 1 / len(values) + 1 / (n_folds - 1)
    return float(np.sqrt(values.var(ddof=1) * factor))


def interval(mean: float, error: float, n_values: int, level: float = 0.95) -> tuple[float, float]:
    """Student interval of a mean over folds, cut to the range of an AUC.

    Parameters
    ----------
    mean : float
        The AUC.
    error : float
        Its standard error.
    n_values : int
        Folds times repeats; at least 2.
    level : float, default 0.95
        Coverage.

    Returns
    -------
    tuple of float
        Lower and upper limit.

    Examples
    --------
    >>> interval(0.8, 0.05, 25)
    (0.6968..., 0.9031...)
    """
    half = float(t.ppf(0.5 + level / 2, n_values - 1)) * error
    return max(mean - half, 0.0), min(mean + half, 1.0)


def score_interval(area: float, n_positive: int, n_negative: int, level: float = 0.95) -> tuple[float, float]:
    """Interval of an AUC from its value and the numbers of people alone; it keeps a width at 1.

    The limits are the AUCs under which the observed one lies just ``z`` standard errors away, with the
    standard error taken at the limit and not at the observed value.

    Parameters
    ----------
    area : float
        The AUC.
    n_positive, n_negative : int
        People of the two classes.
    level : float, default 0.95
        Coverage.

    Returns
    -------
    tuple of float
        Lower and upper limit.

    References
    ----------
    Newcombe, Stat Med 2006, doi:10.1002/sim.2324 (method 5).

    Examples
    --------
    >>> [round(limit, 3) for limit in score_interval(1.0, 30, 53)]
    [0.948, 1.0]
    """
    z = float(norm.ppf(0.5 + level / 2))
    others = (n_positive + n_negative) / 2 - 1

    def distance(x: float, observed: float) -> float:
        """Squared distance of the observed AUC from ``x``, less that of ``z`` standard errors."""
        spread = 1 + others * ((1 - x) / (2 - x) + x / (1 + x))
        return (observed - x) ** 2 - z**2 * x * (1 - x) * spread / (n_positive * n_negative)

    def lower(observed: float) -> float:
        """Lower limit; the AUC itself is a second root where it is 1."""
        return float(brentq(distance, 0.0, observed - 1e-9, args=(observed,))) if observed > 1e-6 else 0.0

    return lower(area), 1.0 - lower(1.0 - area)
