r"""Likelihood of scores as a mixture of skewed people and others, at one relative size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

STEPS = 40
BINS = 80
_REACH = 0.15  # width of a bin, in SDs of the others


@dataclass(frozen=True)
class Others:
    r"""What is known beforehand of people who are not skewed, in units of relative size.

    Their scores are taken as normal around a shift `a` from the healthy mean with an SD `t`. Neither need
    be that of healthy people, and both are weighed against the healthy ones by a penalty:
    :math:`a \sim N(0, \text{shift\_sd}^2)` and
    :math:`\text{freedom} \cdot \text{spread}^2 / t^2 \sim \chi^2_\text{freedom}`.

    Parameters
    ----------
    spread : float or array of shape (n_cohorts, 1)
        SD of the healthy people's out-of-fold scores; one a cohort where several are fitted together.
    freedom : float
        How much that SD says of the others': degrees of freedom.
    shift_sd : float
        How far others may lie from healthy people for reasons that are no skew.
    """

    spread: float | Array
    freedom: float
    shift_sd: float


def log_likelihood(
    x: Array, size: float, prevalences: Array, others: Others, *, counts: Array | None = None
) -> Array:
    r"""Maximise over the others' shift and SD at each prevalence.

    .. math:: x_i \sim (1 - \pi) N(a, t^2) + \pi N(a + r, t^2)

    Parameters
    ----------
    x : array of shape (..., n)
        Scores less the healthy mean, in units of relative size; leading axes are cohorts.
    size : float
        Relative size r.
    prevalences : array of shape (n_prevalences,)
        Shares :math:`\pi` from 0 to 1.
    others : Others
        Weighed against the scores.
    counts : array of shape (..., n), optional
        How many people have each score; one each if left out.

    Returns
    -------
    array of shape (..., n_prevalences)
        Penalised log-likelihood, up to a constant that is the same at all sizes and prevalences.

    References
    ----------
    Dempster, Laird & Rubin, J R Stat Soc B 1977, doi:10.1111/j.2517-6161.1977.tb01600.x (the steps; with
    the prevalence held they converge fast).

    Examples
    --------
    >>> x = np.concatenate([np.linspace(-0.6, 0.6, 60), np.linspace(0.7, 1.7, 20)])
    >>> shares = np.array([0.0, 0.25, 0.9])
    >>> int(log_likelihood(x, 1.2, shares, Others(0.35, 12.0, 0.3)).argmax())
    1
    """
    x = x[..., None, :]
    k = np.ones(x.shape) if counts is None else counts[..., None, :]
    n, prior = k.sum(axis=-1), others.freedom * others.spread**2
    share = prevalences[:, None]
    mean = (k * x).sum(axis=-1) / n
    spread = ((k * (x - mean[..., None]) ** 2).sum(axis=-1) + prior) / (n + others.freedom)
    shift, variance = mean - prevalences * size, spread * np.ones(len(prevalences))
    for _ in range(STEPS):
        skewed = _skewed(x - shift[..., None], size, share, variance)
        precision = n / variance + others.shift_sd**-2
        shift = (k * (x - size * skewed)).sum(axis=-1) / variance / precision
        off = x - shift[..., None]
        squares = (1 - skewed) * off**2 + skewed * (off - size) ** 2
        variance = ((k * squares).sum(axis=-1) + prior) / (n + others.freedom)
    both = np.logaddexp(*_logs(x - shift[..., None], size, share, variance))
    fit = (k * both).sum(axis=-1) - 0.5 * n * np.log(variance)
    return fit - 0.5 * ((shift / others.shift_sd) ** 2 + others.freedom * np.log(variance) + prior / variance)


def everyone_shifts(x: Array, others: Others) -> tuple[float, float, float]:
    """Fit the rival: nobody is skewed, and all lie at one shift.

    Parameters
    ----------
    x : array of shape (n,)
        Scores less the healthy mean, in units of relative size.
    others : Others
        Weighed against the scores.

    Returns
    -------
    tuple of float
        Shift, its standard error, and SD.

    Examples
    --------
    >>> everyone_shifts(np.array([0.1, 0.2, 0.3] * 30), Others(0.1, 12.0, 0.3))
    (0.199..., 0.0088..., 0.0840...)
    """
    n, prior = len(x), others.freedom * float(others.spread) ** 2
    shift, variance = float(x.mean()), prior / others.freedom
    for _ in range(STEPS):
        shift = float(x.sum()) / variance / (n / variance + others.shift_sd**-2)
        variance = (float(((x - shift) ** 2).sum()) + prior) / (n + others.freedom)
    return shift, float((n / variance + others.shift_sd**-2) ** -0.5), float(np.sqrt(variance))


def binned(x: Array, others: Others) -> tuple[Array, Array]:
    """Count scores on a grid, where there are more people than its points.

    Parameters
    ----------
    x : array of shape (n_cohorts, n)
        Scores.
    others : Others
        Their SD gives the width of the grid.

    Returns
    -------
    points, counts : arrays of shape (n_cohorts, n_points)
        The scores themselves, once each, where they are few.
    """
    if x.shape[1] <= BINS:
        return x, np.ones(x.shape)
    width = max(_REACH * float(np.mean(others.spread)), float(np.ptp(x)) / (BINS - 1))
    place = np.rint((x - x.min()) / width).astype(int)
    counts = np.zeros((len(x), BINS))
    np.add.at(counts, (np.arange(len(x))[:, None], place), 1.0)
    return np.broadcast_to(x.min() + width * np.arange(BINS), counts.shape), counts


def _logs(off: Array, size: float, share: Array, variance: Array) -> tuple[Array, Array]:
    twice = 2 * variance[..., None]
    with np.errstate(divide="ignore"):
        return np.log1p(-share) - off**2 / twice, np.log(share) - (off - size) ** 2 / twice


def _skewed(off: Array, size: float, share: Array, variance: Array) -> Array:
    """Chance (..., n_prevalences, n) that somebody is skewed."""
    other, skewed = _logs(off, size, share, variance)
    return np.asarray(np.exp(skewed - np.logaddexp(other, skewed)))
