"""The Brier score in its parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class BrierParts:
    """Score = reliability - resolution + uncertainty + within.

    Parameters
    ----------
    score : float
        Mean squared error of the probabilities.
    reliability : float
        Mean squared distance, over bins, of the mean probability from the share that was observed; 0 is best.
    resolution : float
        Mean squared distance of that share from the overall one; larger is better.
    uncertainty : float
        Score of the overall share said of everybody.
    within : float
        What the bins hide: spread of probabilities within them, less twice its covariance with the outcome.
    """

    score: float
    reliability: float
    resolution: float
    uncertainty: float
    within: float


def brier_parts(y: NDArray[np.int64], probability: Array, n_bins: int = 5) -> BrierParts:
    """Take the Brier score apart, in bins of equal size.

    Reliability is biased upwards and resolution too, by about the variance of a share over the people of a
    bin, so few bins are used; no interval is given, since none was measured to cover.

    Parameters
    ----------
    y : integer array of shape (n,)
        1 and 0.
    probability : array of shape (n,)
        Of the first.
    n_bins : int, default 5
        Fewer where there are fewer people.

    Returns
    -------
    BrierParts

    References
    ----------
    Murphy, J Appl Meteorol 1973, doi:10.1175/1520-0450(1973)012<0595:ANVPOT>2.0.CO;2; Stephenson et al.,
    Weather Forecast 2008, doi:10.1175/2007WAF2006116.1 (the parts within bins).

    Examples
    --------
    >>> parts = brier_parts(np.array([0, 0, 1, 1]), np.array([0.1, 0.1, 0.9, 0.9]), n_bins=2)
    >>> round(parts.reliability, 2), round(parts.resolution, 2), round(parts.uncertainty, 2)
    (0.01, 0.25, 0.25)
    """
    order = np.argsort(probability, kind="stable")
    y, probability = np.asarray(y, dtype=float)[order], probability[order]
    bins = [part for part in np.array_split(np.arange(len(y)), min(n_bins, len(y))) if len(part)]
    weight = np.array([len(part) for part in bins]) / len(y)
    said = np.array([probability[part].mean() for part in bins])
    seen = np.array([y[part].mean() for part in bins])
    mix = float(y.mean())
    score = float(((probability - y) ** 2).mean())
    reliability = float((weight * (said - seen) ** 2).sum())
    resolution = float((weight * (seen - mix) ** 2).sum())
    uncertainty = mix * (1 - mix)
    return BrierParts(
        score, reliability, resolution, uncertainty, score - reliability + resolution - uncertainty
    )
