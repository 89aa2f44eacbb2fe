"""The distribution of variances over assays, learned from all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, polygamma

from stratify.errors import CohortError
from stratify.signatures.natural_spline import natural_spline_design

Array = NDArray[np.float64]

_SMALLEST_SHARE = 1e-5  # of the median variance; a smaller variance counts as this much
_SMALLEST_DF = 1e-15


@dataclass(frozen=True, eq=False)
class VariancePrior:
    r"""Scaled inverse chi-square prior of each assay's variance, :math:`d_0 s_0^2 / \chi^2_{d_0}`.

    Parameters
    ----------
    scale : array of shape (p,)
        :math:`s_0^2`; one number for all without a trend.
    df : array of shape (p,)
        :math:`d_0`; infinite where assays show no variances of their own. One number for all unless
        assays with outlying variances are protected.
    """

    scale: Array
    df: Array


def variance_prior(variances: Array, df: Array, *, covariate: Array | None = None) -> VariancePrior:
    r"""Estimate the prior from sample variances by the moments of their logarithms.

    :math:`\log s^2 - \psi(d/2) + \log(d/2)` has mean :math:`\log s_0^2 - \psi(d_0/2) + \log(d_0/2)` and
    variance :math:`\psi'(d/2) + \psi'(d_0/2)`.

    Parameters
    ----------
    variances : array of shape (p,)
        NaN, or of zero degrees of freedom, where not known.
    df : array of shape (p,)
        Residual degrees of freedom.
    covariate : array of shape (p,), optional
        Mean level, on which :math:`s_0^2` then depends along a natural spline (4 columns from 30 assays on,
        3 from 6, a line below).

    Returns
    -------
    VariancePrior

    Raises
    ------
    CohortError
        When no assay has a variance.

    References
    ----------
    Smyth, Stat Appl Genet Mol Biol 2004, doi:10.2202/1544-6115.1027, section 6.2. Assays of unequal degrees
    of freedom are treated as limma 3.54 does; limma 3.61 introduced another estimate, which is not
    offered here.

    Examples
    --------
    >>> prior = variance_prior(np.array([0.5, 1.0, 2.0, 8.0]), np.full(4, 10.0))
    >>> prior.scale[:2].round(4).tolist(), prior.df[:2].round(4).tolist()
    ([1.1946, 1.1946], [2.5265, 2.5265])
    """
    known = np.isfinite(variances) & (df > _SMALLEST_DF)
    if covariate is not None:
        covariate = finite_covariate(covariate)
        known &= ~np.isnan(covariate)
    count = int(known.sum())
    if not count:
        raise CohortError(
            "at least one assay with residual degrees of freedom",
            "none: there are no more samples than coefficients",
            "add samples, or take covariates away",
        )
    if count == 1:
        return VariancePrior(np.full(len(df), variances[known][0]), np.zeros(len(df)))
    z, freedom = _log_variances(variances[known], df[known]), df[known] / 2
    e = z - digamma(freedom) + np.log(freedom)
    columns = 0 if covariate is None else _spline_columns(covariate[known])
    if covariate is None or columns < 2:
        mean, spread = np.full(len(df), e.mean()), e.var(ddof=1)
    else:
        mean, spread = _curve(covariate, known, e, columns)
    extra = spread - polygamma(1, freedom).mean()
    if extra > 0:
        d0 = 2 * trigamma_inverse(float(extra))
        return VariancePrior(np.exp(mean + digamma(d0 / 2) - np.log(d0 / 2)), np.full(len(df), d0))
    pooled = np.full(len(df), np.exp(z).mean()) if columns < 2 else np.exp(mean)
    return VariancePrior(pooled, np.full(len(df), np.inf))


def trigamma_inverse(value: float) -> float:
    """Solve trigamma(x) = value, value positive.

    Parameters
    ----------
    value : float
        Positive.

    Returns
    -------
    float

    Examples
    --------
    >>> round(trigamma_inverse(float(polygamma(1, 3.0))), 12)
    3.0
    """
    if value > 1e7:
        return float(1 / np.sqrt(value))
    if value < 1e-6:
        return 1 / value
    x = 0.5 + 1 / value
    for _ in range(50):
        now = float(polygamma(1, x))
        step = now * (1 - now / value) / float(polygamma(2, x))
        x += step
        if -step / x < 1e-14:
            break
    return x


def finite_covariate(covariate: Array) -> Array:
    """Put infinite values just outside the range of the finite ones; NaN stays.

    Parameters
    ----------
    covariate : array of shape (p,)
        Mean levels.

    Returns
    -------
    array of shape (p,)
    """
    finite = covariate[np.isfinite(covariate)]
    if not len(finite):
        return np.sign(covariate)
    bounded = np.where(covariate == -np.inf, finite.min() - 1, covariate)
    return np.asarray(np.where(bounded == np.inf, finite.max() + 1, bounded))


def _log_variances(variances: Array, df: Array) -> Array:
    variances = np.maximum(variances, 0)
    middle = float(np.median(variances)) or 1.0
    return np.log(np.maximum(variances, _SMALLEST_SHARE * middle))


def _spline_columns(covariate: Array) -> int:
    n = len(covariate)
    return min(1 + (n >= 3) + (n >= 6) + (n >= 30), len(np.unique(covariate)))


def _curve(covariate: Array, known: NDArray[np.bool_], e: Array, columns: int) -> tuple[Array, float]:
    x = covariate[known]
    design = natural_spline_design(x, columns)
    weights, _, rank, _ = np.linalg.lstsq(design, e, rcond=1e-9)
    everywhere = natural_spline_design(x, columns, at=np.where(np.isnan(covariate), x[0], covariate))
    left = len(e) - int(rank)
    spread = float(((e - design @ weights) ** 2).sum() / left) if left else 0.0
    return np.where(np.isnan(covariate), np.nan, everywhere @ weights), spread
