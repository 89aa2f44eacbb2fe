"""The arithmetic of ComBat: a linear model an assay, and batch terms drawn to what their batch shows."""

from __future__ import annotations

import numpy as np

_CONVERGED = 1e-10
_MOST_STEPS = 1000


def least_squares(design: np.ndarray, levels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fit a linear model to each assay, over the samples in which it is measured.

    Parameters
    ----------
    design : array of shape (n, columns)
        Without gaps.
    levels : array of shape (n, p)
        With NaN where missing.

    Returns
    -------
    coefficients : array of shape (columns, p)
    sigma : array of shape (p,)
        Root mean square of the residuals; 0 where nothing is left but rounding.
    """
    coefficients, sigma = np.empty((design.shape[1], levels.shape[1])), np.empty(levels.shape[1])
    for j, column in enumerate(levels.T):
        known = np.isfinite(column)
        coefficients[:, j] = np.linalg.lstsq(design[known], column[known])[0]
        residual = column[known] - design[known] @ coefficients[:, j]
        sigma[j] = np.sqrt((residual**2).mean())
    return coefficients, np.where(sigma > 1e-8 * np.abs(coefficients).max(axis=0), sigma, 0.0)


def shrink_batch(
    standard: np.ndarray, *, mean_only: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    r"""Find the posterior location and variance of one batch by assay.

    The priors are normal for the location and inverse gamma for the variance, with the moments that the
    assays of the batch show. The two equations

    .. math:: \gamma = \frac{n \tau^2 \hat\gamma + \delta \bar\gamma}{n \tau^2 + \delta}, \qquad
        \delta = \frac{\theta + \frac12 \sum (s_i - \gamma)^2}{\lambda + n / 2 - 1}

    are iterated until nothing moves.

    Parameters
    ----------
    standard : array of shape (n, p)
        Standardised levels of the batch's samples, NaN where missing.
    mean_only : bool, default False
        Keep the variance at 1.

    Returns
    -------
    gamma, delta, error : arrays of shape (p,)
        Location, variance, and the standard error of the location.

    References
    ----------
    Johnson, Li & Rabinovic, Biostatistics 2007, doi:10.1093/biostatistics/kxj037.
    """
    n = np.isfinite(standard).sum(axis=0)
    location, variance = np.nanmean(standard, axis=0), np.nanvar(standard, axis=0, ddof=1)
    middle, spread = location.mean(), location.var(ddof=1)
    gamma, delta = location, np.ones_like(variance) if mean_only else variance
    m, v = variance.mean(), variance.var(ddof=1)
    shape, rate = (2 * v + m**2) / v, (m * v + m**3) / v
    for _ in range(_MOST_STEPS):
        before = gamma, delta
        gamma = (spread * n * location + delta * middle) / (spread * n + delta)
        if not mean_only:
            squares = (n - 1) * variance + n * (location - gamma) ** 2
            delta = (rate + squares / 2) / (shape + n / 2 - 1)
        if np.abs(gamma - before[0]).max() < _CONVERGED and np.abs(delta - before[1]).max() < _CONVERGED:
            break
    return gamma, delta, np.sqrt(spread * delta / (spread * n + delta))
