"""How good probabilities and calls are among people whose label is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import binomtest

from stratify.errors import CohortError
from stratify.learning.metrics import auc, score_interval

Array = NDArray[np.float64]
Interval = tuple[float, float, float]  # estimate, lower and upper 95% limit

FEWEST = 5  # of either class
THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5)
UNKNOWN: Interval = (float("nan"),) * 3
_NEAREST = 1e-6  # a probability of 0 or 1 has no log-odds


@dataclass(frozen=True)
class Performance:
    """Of one model in one cohort.

    Parameters
    ----------
    positives, negatives : int
        Persons of either class with a probability.
    without : int
        Labelled persons without one; they count as not flagged and enter nothing else.
    auc, calibration_intercept, calibration_slope : (estimate, lower, upper)
        With 95% intervals. The intercept is that of the log-odds taken as they are: 0 where the mean
        probability is right. NaN where the classes separate entirely.
    brier, brier_of_the_mix : float
        Mean squared error of the probabilities, and of the share of positives said of everybody.
    sensitivity, specificity : (estimate, lower, upper)
        Of the flag; whoever is indeterminate is not flagged.
    indeterminate : float
        Share of all persons.
    net_benefit : dict of float to (float, float)
        By threshold probability: of flagging who lies above it, and of flagging everybody.
    """

    positives: int
    negatives: int
    without: int
    auc: Interval
    calibration_intercept: Interval
    calibration_slope: Interval
    brier: float
    brier_of_the_mix: float
    sensitivity: Interval
    specificity: Interval
    indeterminate: float
    net_benefit: dict[float, tuple[float, float]]


def performance(
    y: NDArray[np.int64], probability: Array, flagged: NDArray[np.bool_], indeterminate: NDArray[np.bool_]
) -> Performance:
    """Judge probabilities and flags, one row a person.

    Parameters
    ----------
    y : integer array of shape (n,)
        1 for the positive class, 0 for the negative.
    probability : array of shape (n,)
        NaN where a person could not be scored.
    flagged, indeterminate : boolean arrays of shape (n,)
        Calls.

    Returns
    -------
    Performance

    Raises
    ------
    CohortError
        Fewer than five scored persons of a class.

    References
    ----------
    Van Calster et al., BMC Med 2019, doi:10.1186/s12916-019-1466-7 (calibration); Vickers & Elkin, Med Decis
    Making 2006, doi:10.1177/0272989X06295361 (net benefit).

    Examples
    --------
    >>> p = np.linspace(0.05, 0.95, 40)
    >>> y = (np.arange(40) % 4 < np.arange(40) // 10).astype(int)
    >>> found = performance(y, p, p > 0.5, np.zeros(40, dtype=bool))
    >>> round(found.auc[0], 2), round(found.calibration_slope[0], 1)
    (0.83, 1.0)
    """
    known = np.isfinite(probability)
    label, chance = y[known], probability[known]
    counts = int((label == 1).sum()), int((label == 0).sum())
    if min(counts) < FEWEST:
        raise CohortError(
            f"at least {FEWEST} scored persons of each class",
            f"{counts[0]} positive and {counts[1]} negative",
            "evaluate on a larger cohort",
        )
    area = auc(label, chance)
    intercept, slope = _calibration(label, log_odds_of(chance))
    mix = float(label.mean())
    return Performance(
        *counts,
        int((~known).sum()),
        (area, *score_interval(area, *counts)),
        intercept,
        slope,
        float(((chance - label) ** 2).mean()),
        mix * (1 - mix),
        _share(flagged[y == 1]),
        _share(~flagged[y == 0]),
        float(indeterminate.mean()),
        {bound: net_benefit_at(label, chance, bound) for bound in THRESHOLDS},
    )


def _share(hits: NDArray[np.bool_]) -> Interval:
    found = binomtest(int(hits.sum()), len(hits)).proportion_ci(method="wilson")
    return float(hits.mean()), float(found.low), float(found.high)


def net_benefit_at(y: NDArray[np.int64], probability: Array, bound: float) -> tuple[float, float]:
    """Net benefit of flagging who lies above a threshold, and of flagging everybody.

    Parameters
    ----------
    y : integer array of shape (n,)
        1 and 0.
    probability : array of shape (n,)
        Of the first.
    bound : float
        Threshold probability.

    Returns
    -------
    tuple of float

    References
    ----------
    Vickers & Elkin, Med Decis Making 2006, doi:10.1177/0272989X06295361.

    Examples
    --------
    >>> net_benefit_at(np.array([0, 1]), np.array([0.1, 0.9]), 0.5)
    (0.5, 0.0)
    """
    odds, above = bound / (1 - bound), probability >= bound
    model = (above & (y == 1)).mean() - odds * (above & (y == 0)).mean()
    return float(model), float((y == 1).mean() - odds * (y == 0).mean())


def _calibration(y: NDArray[np.int64], log_odds: Array) -> tuple[Interval, Interval]:
    """Intercept with the slope held at 1, and slope."""
    if separated(y, log_odds):
        return UNKNOWN, UNKNOWN
    alone = logistic_fit(y, np.ones((len(y), 1)), log_odds)
    both = logistic_fit(y, np.column_stack([np.ones(len(y)), log_odds]), np.zeros(len(y)))
    return _limits(*alone, 0), _limits(*both, 1)


def log_odds_of(probability: Array, nearest: float = _NEAREST) -> Array:
    """Give log-odds (n,) of probabilities, none of them nearer to 0 or 1 than `nearest`."""
    return np.asarray(logit(np.clip(probability, nearest, 1 - nearest)))


def separated(y: NDArray[np.int64], log_odds: Array) -> bool:
    """Whether the classes (n,) do not overlap, or all log-odds (n,) are the same: nothing can be fitted."""
    return bool(log_odds[y == 1].min() > log_odds[y == 0].max() or np.ptp(log_odds) == 0)


def logistic_fit(y: NDArray[np.int64], design: Array, offset: Array) -> tuple[Array, Array]:
    """Fit a logistic model by maximum likelihood (Newton's method).

    Parameters
    ----------
    y : integer array of shape (n,)
        1 and 0.
    design : array of shape (n, n_columns)
        With a column of ones for an intercept.
    offset : array of shape (n,)
        Log-odds that are added as they are.

    Returns
    -------
    coefficients : array of shape (n_columns,)
    covariance : array of shape (n_columns, n_columns)
    """
    beta = np.zeros(design.shape[1])
    for _ in range(100):
        fitted = expit(design @ beta + offset)
        information = (design * (fitted * (1 - fitted))[:, None]).T @ design
        step = np.linalg.solve(information + 1e-12 * np.eye(len(beta)), design.T @ (y - fitted))
        beta = beta + step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-300))
        if np.abs(step).max() < 1e-10:
            break
    return beta, np.linalg.inv(information + 1e-12 * np.eye(len(beta)))


def _limits(beta: Array, covariance: Array, place: int) -> Interval:
    reach = 1.959964 * float(np.sqrt(covariance[place, place]))
    return float(beta[place]), float(beta[place] - reach), float(beta[place] + reach)
