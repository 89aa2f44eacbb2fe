"""How alike two contrasts are over all proteins, without a threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stratify.signatures.relabelling import Effects

Array = NDArray[np.float64]

Z_95 = 1.959963984540054
SHARES = tuple(round(0.02 * i, 2) for i in range(1, 26))


@dataclass(frozen=True)
class TrueCorrelation:
    """Correlation of the true effects of two contrasts, about zero; NaN where it cannot be estimated.

    Parameters
    ----------
    estimate, low, high : float
        With its 95% interval. The estimate is not clipped: beyond 1 means "not told from 1"; the interval is
        cut at -1 and 1.
    plain : float
        Of the estimated effects, errors and all.
    by_construction : float
        Correlation of the errors, from shared patients: what two contrasts without any effect would show.
    signal : tuple of float
        Share of each contrast's squared statistics that is effect and not error; at 0 or below nothing can
        be said.
    """

    estimate: float
    low: float
    high: float
    plain: float
    by_construction: float
    signal: tuple[float, float]


def concordance(z: Array, shared: Array) -> Array:
    """Mean product of two contrasts' statistics, less what shared patients bring by themselves.

    Parameters
    ----------
    z : array of shape (..., 2, p)
        Effects over their standard errors.
    shared : array of shape (p,)
        Correlation of the two errors.

    Returns
    -------
    array of shape (...)
        0 on average where either contrast has no effect.

    Examples
    --------
    >>> float(concordance(np.array([[2.0, -1.0], [1.0, 1.0]]), np.array([0.5, 0.5])))
    0.0
    """
    answer: Array = (z[..., 0, :] * z[..., 1, :] - shared).mean(axis=-1)
    return answer


def true_correlation(effects: Effects, resamples: Array) -> TrueCorrelation:
    r"""Correlate true effects: errors and what the errors share are taken off.

    .. math:: r = \frac{\overline{z_1 z_2} f - \bar\rho}
        {\sqrt{(\overline{z_1^2} f - 1)(\overline{z_2^2} f - 1)}}, \qquad f = \frac{d - 2}{d}

    over proteins, with :math:`\rho` the correlation of the two errors (for a shared control group of
    :math:`n_0` it is :math:`n_0^{-1}` over the product of :math:`\sqrt{1/n_k + 1/n_0}`) and d the residual
    degrees of freedom. The interval is the delta method's, over resampled patients.

    Parameters
    ----------
    effects : Effects
        Two contrasts.
    resamples : array of shape (count, 2, p)
        From :func:`~stratify.signatures.relabelling.resampled`.

    Returns
    -------
    TrueCorrelation

    References
    ----------
    Spearman, Am J Psychol 1904, doi:10.2307/1412159 (attenuation), with correlated errors.
    """
    z, f = effects.z, (effects.df - 2) / effects.df
    own = (z**2 * f - 1).mean(axis=1)
    cross = float((z[0] * z[1] * f - effects.shared).mean())
    signal = tuple(float(s / (z[i] ** 2 * f).mean()) for i, s in enumerate(own))
    plain = float(np.mean(z[0] * z[1]) / np.sqrt((z**2).mean(axis=1).prod()))
    built_in = float(effects.shared.mean())
    if own.min() <= 0:
        return TrueCorrelation(np.nan, np.nan, np.nan, plain, built_in, (signal[0], signal[1]))
    root = np.sqrt(own.prod())
    estimate = cross / root
    error = (resamples - effects.effect) / effects.error

    def influence(product: Array, first: Array, second: Array) -> float:
        """SD over resamples of what moves the ratio."""
        parts = (product / root - 0.5 * estimate * (first / own[0] + second / own[1])) * f
        return float(parts.mean(axis=1).std())

    first, second = error[:, 0], error[:, 1]
    linear = influence(z[0] * second + z[1] * first, 2 * z[0] * first, 2 * z[1] * second)
    square = influence(first * second, first**2, second**2)
    reach = Z_95 * max(linear, square)
    low, high = np.clip([estimate - reach, estimate + reach], -1, 1)
    return TrueCorrelation(float(estimate), float(low), float(high), plain, built_in, (signal[0], signal[1]))


def steps(proteins: int) -> NDArray[np.int_]:
    """Lengths of the top lists that are compared: 2% to 50% of the proteins, each once."""
    return np.unique(np.maximum(np.round(np.array(SHARES) * proteins), 1).astype(int))


def rank_rank(z: Array) -> Array:
    """Count the proteins that are in the top k of both contrasts, and in the bottom k of both.

    Parameters
    ----------
    z : array of shape (b, 2, p)
        Statistics, signed.

    Returns
    -------
    array of shape (b, 2, k)
        Up and down, for the lengths of `steps`.

    References
    ----------
    Plaisier et al., Nucleic Acids Res 2010, doi:10.1093/nar/gkq636, on the diagonal of its map.

    Examples
    --------
    >>> z = np.arange(100.0)
    >>> rank_rank(np.array([[z, z]]))[0, :, :3].tolist()
    [[2.0, 4.0, 6.0], [2.0, 4.0, 6.0]]
    """
    ranks = np.argsort(np.argsort(z, axis=2, kind="stable"), axis=2, kind="stable")
    lengths = steps(z.shape[2])
    bottom = ranks.max(axis=1)
    top = (z.shape[2] - 1 - ranks).max(axis=1)
    counts = [
        np.stack([(worst < k).sum(axis=1) for k in lengths], axis=1).astype(float) for worst in (top, bottom)
    ]
    return np.stack(counts, axis=1)


def largest_excess(counts: Array) -> Array:
    """Largest excess of shared proteins over all lengths, in SDs over the relabellings.

    Parameters
    ----------
    counts : array of shape (b, 2, k)
        From `rank_rank`, one row a relabelling.

    Returns
    -------
    array of shape (b,)
    """
    total = counts.sum(axis=1)
    spread = total.std(axis=0)
    excess: Array = ((total - total.mean(axis=0)) / np.where(spread > 0, spread, np.inf)).max(axis=1)
    return excess
