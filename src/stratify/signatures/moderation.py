"""Moderated t statistics: each assay's variance drawn towards what all assays show."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from stratify.signatures.linear_models import LinearFit
from stratify.signatures.robust_prior import WINSORISED, robust_variance_prior
from stratify.signatures.tails import log_two_sided, two_sided_quantile
from stratify.signatures.variance_prior import VariancePrior, variance_prior

Array = NDArray[np.float64]

SMALLEST_TRUE_SD, LARGEST_TRUE_SD = 0.1, 4.0
_NEARLY_INFINITE = 1e6


@dataclass(frozen=True, eq=False)
class ModeratedFit:
    """Moderated statistics of the coefficients of a fit; p assays, c coefficients.

    Parameters
    ----------
    fit : LinearFit
        What was moderated.
    t : array of shape (p, c)
        Estimate over its moderated standard error.
    p_value : array of shape (p, c)
        Two-sided.
    log_p : array of shape (p, c)
        Natural log of it, which does not underflow.
    b : array of shape (p, c)
        Log odds that the coefficient is not zero, given that a share `proportion` is not.
    df_total : array of shape (p,)
        Degrees of freedom of t.
    s2_post : array of shape (p,)
        Moderated variance.
    s2_prior, df_prior : arrays of shape (p,)
        The prior of each assay's variance.
    variance_of_effects : array of shape (c,)
        Variance of the coefficients that are not zero, over the variance of the assay.
    proportion : float
        Share of assays assumed to differ.
    """

    fit: LinearFit
    t: Array
    p_value: Array
    log_p: Array
    b: Array
    df_total: Array
    s2_post: Array
    s2_prior: Array
    df_prior: Array
    variance_of_effects: Array
    proportion: float

    @property
    def standard_error(self) -> Array:
        """Moderated standard errors (p, c), in units of the levels."""
        return np.asarray(self.fit.stdev_unscaled * np.sqrt(self.s2_post)[:, None])

    def column(self, j: int) -> ModeratedFit:
        """Take one coefficient.

        Parameters
        ----------
        j : int
            Which.

        Returns
        -------
        ModeratedFit
            With one column.
        """
        fit, one = self.fit, [j]
        covariance = fit.covariance[..., one, :][..., one]
        return replace(
            self,
            fit=replace(
                fit,
                coefficients=fit.coefficients[:, one],
                stdev_unscaled=fit.stdev_unscaled[:, one],
                covariance=covariance,
                names=(fit.names[j],),
            ),
            t=self.t[:, one],
            p_value=self.p_value[:, one],
            log_p=self.log_p[:, one],
            b=self.b[:, one],
            variance_of_effects=self.variance_of_effects[one],
        )

    def interval(self, level: float = 0.95) -> tuple[Array, Array]:
        """Bounds of the confidence intervals.

        Parameters
        ----------
        level : float, default 0.95
            Coverage of each interval.

        Returns
        -------
        low, high : arrays of shape (p, c)
        """
        reach = stdtrit(np.minimum(self.df_total, 1e15), 0.5 + level / 2)[:, None] * self.standard_error
        return self.fit.coefficients - reach, self.fit.coefficients + reach


def moderate(
    fit: LinearFit,
    *,
    trend: bool = False,
    robust: bool = False,
    moderated: bool = True,
    proportion: float = 0.01,
    tails: tuple[float, float] = WINSORISED,
) -> ModeratedFit:
    r"""Moderate the statistics of a fit.

    .. math:: \tilde s^2 = \frac{d_0 s_0^2 + d s^2}{d_0 + d}, \qquad
        t = \frac{\hat\beta}{\tilde s \sqrt{v}} \sim t_{d_0 + d}

    Parameters
    ----------
    fit : LinearFit
        From `stratify.signatures.linear_models.fit_linear` or ``contrast_fit``.
    trend : bool, default False
        Let the prior variance depend on the mean level.
    robust : bool, default False
        Protect the prior from assays with outlying variances, and them from it.
    moderated : bool, default True
        False keeps each assay's own variance: the ordinary t statistic.
    proportion : float, default 0.01
        Share of assays assumed to differ, for the log odds only.
    tails : pair of float, default (0.05, 0.1)
        Shares of small and large variances drawn in by the robust prior.

    Returns
    -------
    ModeratedFit

    Raises
    ------
    CohortError
        When no assay has residual degrees of freedom.

    References
    ----------
    Smyth, Stat Appl Genet Mol Biol 2004, doi:10.2202/1544-6115.1027; Phipson et al., Ann Appl Stat 2016,
    doi:10.1214/16-AOAS920. The same numbers as ``eBayes`` of limma 3.54.

    Examples
    --------
    >>> from stratify.signatures.linear_models import fit_linear
    >>> levels = np.random.default_rng(0).normal(size=(12, 50))
    >>> result = moderate(fit_linear(levels, np.c_[np.ones(12), np.arange(12) % 2]))
    >>> result.t.shape, bool((result.p_value <= 1).all())
    ((50, 2), True)
    """
    df = fit.df_residual
    variances = np.where(df > 0, fit.sigma**2, 0.0)
    covariate = fit.average if trend else None
    if not moderated:
        prior = VariancePrior(np.full(len(df), np.nanmedian(variances)), np.zeros(len(df)))
    elif robust:
        prior = robust_variance_prior(variances, df, covariate=covariate, tails=tails)
    else:
        prior = variance_prior(variances, df, covariate=covariate)
    s2_post = squeeze(variances, df, prior)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = fit.coefficients / fit.stdev_unscaled / np.sqrt(np.where(s2_post > 0, s2_post, np.nan))[:, None]
    df_total = np.minimum(df + prior.df, df.sum())
    log_p = log_two_sided(t, df_total[:, None])
    limits = np.array([SMALLEST_TRUE_SD, LARGEST_TRUE_SD]) ** 2 / np.nanmedian(prior.scale)
    spread = np.array(
        [
            effect_variance(t[:, j], fit.stdev_unscaled[:, j], df_total, proportion, limits)
            for j in range(t.shape[1])
        ]
    )
    spread = np.where(np.isnan(spread), 1 / np.nanmedian(prior.scale), spread)
    b = _log_odds(t, fit.stdev_unscaled, df_total, prior.df, spread, proportion)
    return ModeratedFit(
        fit, t, np.exp(log_p), log_p, b, df_total, s2_post, prior.scale, prior.df, spread, proportion
    )


def squeeze(variances: Array, df: Array, prior: VariancePrior) -> Array:
    """Draw sample variances (p,) with ``df`` (p,) degrees of freedom towards their prior.

    Parameters
    ----------
    variances, df : arrays of shape (p,)
        Sample variances and their degrees of freedom.
    prior : VariancePrior
        Of the same assays.

    Returns
    -------
    array of shape (p,)

    Examples
    --------
    >>> prior = VariancePrior(np.ones(2), np.array([10.0, np.inf]))
    >>> squeeze(np.array([3.0, 3.0]), np.array([10.0, 10.0]), prior).tolist()
    [2.0, 1.0]
    """
    finite = np.isfinite(prior.df)
    d0 = np.where(finite, prior.df, 0)
    total = d0 + df
    mixed = (d0 * prior.scale + df * variances) / np.where(total > 0, total, np.nan)
    return np.asarray(np.where(finite, mixed, prior.scale))


def effect_variance(t: Array, stdev_unscaled: Array, df: Array, proportion: float, limits: Array) -> float:
    """Estimate the variance of true effects, over the assay's variance, from the largest statistics.

    Parameters
    ----------
    t, stdev_unscaled, df : arrays of shape (p,)
        Moderated statistics; NaN is left out.
    proportion : float
        Share of assays assumed to differ.
    limits : array of shape (2,)
        Smallest and largest answer.

    Returns
    -------
    float
        NaN when there is no statistic.
    """
    known = ~np.isnan(t)
    t, v, df = np.abs(t[known]), stdev_unscaled[known] ** 2, df[known]
    n = len(t)
    most = int(np.ceil(proportion / 2 * n))
    if most < 1:
        return np.nan
    share, freedom = max(most / n, proportion), df.max()
    fewer = df < freedom
    if fewer.any():
        t[fewer] = two_sided_quantile(log_two_sided(t[fewer], df[fewer]), freedom)
    top = np.argsort(-t, kind="stable")[:most]
    null = np.exp(log_two_sided(t[top], freedom))
    target = ((np.arange(most) + 0.5) / n - (1 - share) * null) / share
    more = target > null
    expected = two_sided_quantile(np.log(np.where(more, target, 0.5)), freedom)
    ratio = np.where(more, (t[top] / expected) ** 2 - 1, 0)
    return float(np.clip(v[top] * ratio, *limits).mean())


def _log_odds(
    t: Array, stdev_unscaled: Array, df: Array, df_prior: Array, spread: Array, proportion: float
) -> Array:
    square, r = t**2, 1 + spread / stdev_unscaled**2
    free = df[:, None]
    heavy = (1 + free) / 2 * (np.log1p(square / free) - np.log1p(square / r / free))
    normal = square * (1 - 1 / r) / 2
    kernel = np.where((df_prior > _NEARLY_INFINITE)[:, None], normal, heavy)
    return np.asarray(np.log(proportion / (1 - proportion)) - np.log(r) / 2 + kernel)
