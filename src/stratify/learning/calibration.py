"""From a score to a probability of resemblance, with two penalised parameters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Platt:
    """Logistic map of a score.

    Parameters
    ----------
    intercept, slope : float
        Log-odds at a score of 0, and what one unit of the score adds to them.
    prevalence : float
        Share of the positive class among the people who calibrated it.
    """

    intercept: float
    slope: float
    prevalence: float

    def log_odds(self, scores: Array) -> Array:
        """Log-odds (n,) of resemblance at the reference mix."""
        return self.intercept + self.slope * scores

    def probability(self, scores: Array) -> Array:
        """Probability (n,) of resemblance at the reference mix.

        Parameters
        ----------
        scores : array of shape (n,)
            In the unit of the scores that calibrated it.

        Returns
        -------
        array of shape (n,)

        Examples
        --------
        >>> Platt(0.0, 1.0, 0.5).probability(np.array([0.0]))
        array([0.5])
        """
        return _logistic(self.log_odds(scores))

    def log_likelihood_ratio(self, scores: Array) -> Array:
        """Log of how much likelier (n,) the score is in the positive class."""
        return self.log_odds(scores) - np.log(self.prevalence / (1 - self.prevalence))

    def posterior(self, scores: Array, prevalence: float) -> Array:
        """Probability (n,) at an assumed prevalence."""
        return _logistic(self.log_likelihood_ratio(scores) + np.log(prevalence / (1 - prevalence)))


def fit_platt(scores: Array, y: NDArray[np.int64], weights: Array, penalty: float = 0.1) -> Platt:
    """Fit to out-of-fold scores.

    Targets are drawn a little towards each other, as if one more person of each class had been
    seen, and the slope of the standardised score carries a small penalty.

    Parameters
    ----------
    scores : array of shape (n,)
        Out-of-fold, repeats stacked.
    y : integer array of shape (n,)
        1 reference disease, 0 not.
    weights : array of shape (n,)
        One over the number of repeats, so that each person counts once.
    penalty : float, default 0.1
        Of the squared slope; raising it draws probabilities towards the prevalence.

    Returns
    -------
    Platt

    References
    ----------
    Platt 1999; Lin et al., Mach Learn 2007, doi:10.1007/s10994-007-5018-6.
    """
    positive, negative = float(weights[y == 1].sum()), float(weights[y == 0].sum())
    target = np.where(y == 1, (positive + 1) / (positive + 2), 1 / (negative + 2))
    mean = float(np.average(scores, weights=weights))
    sd = float(np.sqrt(np.average((scores - mean) ** 2, weights=weights))) or 1.0
    design = np.stack([np.ones(len(y)), (scores - mean) / sd], axis=1)
    beta = np.zeros(2)
    ridge = np.diag([0.0, penalty])
    for _ in range(50):
        fitted = _logistic(design @ beta)
        slope = design.T @ (weights * (fitted - target)) + ridge @ beta
        curve = (design * (weights * fitted * (1 - fitted))[:, None]).T @ design + ridge
        step = np.linalg.solve(curve + 1e-9 * np.eye(2), slope)
        beta = beta - step
        if np.abs(step).max() < 1e-10:
            break
    prevalence = positive / (positive + negative)
    return Platt(float(beta[0] - beta[1] * mean / sd), float(beta[1] / sd), prevalence)


def _logistic(log_odds: Array) -> Array:
    return np.exp(-np.logaddexp(0.0, -log_odds))
