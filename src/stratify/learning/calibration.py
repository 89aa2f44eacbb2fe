"""From a score to a probability of resemblance, with two penalised parameters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ASSUMED_PREVALENCES = (0.10, 0.25, 0.35)


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


PENALTY = 0.005
LONGEST_STEP = 2.0


def fit_platt(scores: Array, y: NDArray[np.int64], weights: Array, penalty: float = PENALTY) -> Platt:
    """Fit to out-of-fold scores.

    The slope of the standardised score carries a penalty that matters only where the classes hardly overlap
    and the likelihood would have it without bound. Targets are not drawn towards each other as Platt
    proposes: out-of-fold scores are no training scores, and the probabilities became too timid.

    Parameters
    ----------
    scores : array of shape (n,)
        Out-of-fold, repeats stacked.
    y : integer array of shape (n,)
        1 reference disease, 0 not.
    weights : array of shape (n,)
        One over the number of repeats, so that each person counts once.
    penalty : float, default 0.005
        Of the squared slope; raising it draws probabilities towards the prevalence.

    Returns
    -------
    Platt

    References
    ----------
    Platt 1999; Lin et al., Mach Learn 2007, doi:10.1007/s10994-007-5018-6.
    """
    positive, negative = float(weights[y == 1].sum()), float(weights[y == 0].sum())
    mean = float(np.average(scores, weights=weights))
    sd = float(np.sqrt(np.average((scores - mean) ** 2, weights=weights))) or 1.0
    design = np.stack([np.ones(len(y)), (scores - mean) / sd], axis=1)
    beta = np.zeros(2)
    ridge = np.diag([0.0, penalty])
    for _ in range(200):
        fitted = _logistic(design @ beta)
        slope = design.T @ (weights * (fitted - y)) + ridge @ beta
        curve = (design * (weights * fitted * (1 - fitted))[:, None]).T @ design + ridge
        step = np.linalg.solve(curve + 1e-9 * np.eye(2), slope)
        beta = beta - step * min(1.0, LONGEST_STEP / float(np.abs(step).max() or 1.0))
        if np.abs(step).max() < 1e-10:
            break
    prevalence = positive / (positive + negative)
    return Platt(float(beta[0] - beta[1] * mean / sd), float(beta[1] / sd), prevalence)


def _logistic(log_odds: Array) -> Array:
    return np.exp(-np.logaddexp(0.0, -log_odds))
