"""Correlations of many scores with one outcome, drawn towards their common mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Array = NDArray[np.float64]

PRIOR_SPREAD = 0.5  # of the half-normal prior of the SD between scores, Fisher's z
_GRID = np.linspace(0.005, 1.5, 120)


@dataclass(frozen=True, eq=False)
class Pooled:
    """Estimates after partial pooling, Fisher's z.

    Parameters
    ----------
    center : float
        Mean of the true values over scores.
    spread : float
        Posterior mean of their SD.
    estimate, low, high : arrays of shape (m,)
        Posterior mean and 95% interval of each.
    correlated : bool
        Whether the correlation between the errors of the scores was accounted for.
    """

    center: float
    spread: float
    estimate: Array
    low: Array
    high: Array
    correlated: bool


def pool(z: Array, errors: Array, correlation: Array | None = None) -> Pooled:
    """Draw estimates towards their common mean, as far as their spread says.

    True values are taken as normal around a common mean, estimates as normal around the true values with
    errors that correlate as given. The SD between scores is integrated over (half-normal prior of scale .5),
    so that an interval never collapses because the best guess of that SD is zero.

    Parameters
    ----------
    z : array of shape (m,)
        Estimates; Fisher's z of correlations.
    errors : array of shape (m,)
        Their standard errors.
    correlation : array of shape (m, m), optional
        Of the errors: with one outcome, that of the scores among people. Independent if left out.

    Returns
    -------
    Pooled

    References
    ----------
    Efron & Morris, J Am Stat Assoc 1975, doi:10.1080/01621459.1975.10479864; Gelman, Bayesian Analysis 2006,
    doi:10.1214/06-BA117A (priors of a spread).

    Examples
    --------
    >>> pool(np.array([0.6, 0.0, 0.1, -0.1]), np.full(4, 0.2)).estimate.round(2).tolist()
    [0.41, 0.06, 0.12, 0.01]
    """
    covariance = np.diag(errors**2) if correlation is None else correlation * np.outer(errors, errors)
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2.0)
    values = np.maximum(values, 0.0)
    rotated, ones = vectors.T @ z, vectors.sum(axis=0)
    total = values[None, :] + _GRID[:, None] ** 2
    weight_of_mean = (ones**2 / total).sum(axis=1)
    mean = (ones * rotated / total).sum(axis=1) / weight_of_mean
    misfit = ((rotated - mean[:, None] * ones) ** 2 / total).sum(axis=1)
    log_weight = -0.5 * (np.log(total).sum(axis=1) + np.log(weight_of_mean) + misfit)
    log_weight -= 0.5 * (_GRID / PRIOR_SPREAD) ** 2
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    kept = _GRID[:, None] ** 2 / total
    centers = mean[:, None] + (kept * (rotated - mean[:, None] * ones)) @ vectors.T
    shared = 1.0 - (kept * ones) @ vectors.T
    own = _GRID[:, None] ** 2 * (1.0 - kept @ (vectors**2).T)
    spreads = np.sqrt(np.maximum(own + shared**2 / weight_of_mean[:, None], 1e-18))
    low, high = (_quantile(weight, centers, spreads, level) for level in (0.025, 0.975))
    estimate = weight @ centers
    return Pooled(float(weight @ mean), float(weight @ _GRID), estimate, low, high, correlation is not None)


def _quantile(weight: Array, centers: Array, spreads: Array, level: float) -> Array:
    """Quantile of a mixture of normals, column by column, by bisection."""
    below, above = (centers - 9.0 * spreads).min(axis=0), (centers + 9.0 * spreads).max(axis=0)
    for _ in range(60):
        middle = (below + above) / 2.0
        less = weight @ ndtr((middle - centers) / spreads) < level
        below, above = np.where(less, middle, below), np.where(less, above, middle)
    return np.asarray((below + above) / 2.0)
