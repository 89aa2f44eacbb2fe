"""How far a ranking of drugs, and what it stands on, would change with other patients."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stratify.signatures.differential import Contrast
from stratify.signatures.overlay import FEWEST, Overlay
from stratify.signatures.patients import Patients
from stratify.signatures.relabelling import Effects, resampled
from stratify.signatures.reversal_null import reversal_scores

Array = NDArray[np.float64]

INTERVAL = (0.025, 0.975)


def stability(
    overlays: Sequence[Overlay],
    patients: Patients,
    effects: Effects,
    told: Contrast,
    count: int,
    seed: int,
) -> dict[str, Array]:
    """Rank drugs, and repeat ranks, fractions and percentages over resampled patients.

    Parameters
    ----------
    overlays : sequence of Overlay
        Drugs; one that moves fewer than three shared proteins is not ranked.
    patients : Patients
        Of the two groups.
    effects : Effects
        Of the one contrast.
    told : Contrast
        The same, with its shrunken effects; resampled effects are shrunken by the same prior.
    count, seed : int
        Resamples, and where they start.

    Returns
    -------
    dict of str to array of shape (d,)
        ``rank, rank_low, rank_high, share_first`` and the 95% intervals of fraction and percentage.
    """
    p = len(patients.assays)
    draws = resampled(effects, patients, count, np.random.default_rng([seed, 2]))[:, 0]
    shrunken = posterior_mean(draws, told.standard_error, told.shrunken.scales, told.shrunken.weights)
    fraction = np.array([one.fraction_reversed(shrunken) for one in overlays])
    percent = np.array([one.percent_normalised(shrunken) for one in overlays])
    directions = np.array([one.row(p) for one in overlays]).reshape(-1, p)
    scores = reversal_scores(np.vstack([effects.z, draws / effects.error]), directions, effects.residual)
    scores[:, [one.moved < FEWEST for one in overlays]] = np.nan
    ranks = ranked(scores)
    low, high = _quantiles(ranks[1:].T)
    return {
        "rank": ranks[0],
        "rank_low": np.floor(low),
        "rank_high": np.ceil(high),
        "share_first": np.where(np.isfinite(ranks[0]), np.mean(ranks[1:] == 1, axis=0), np.nan),
        **dict(zip(("fraction_low", "fraction_high"), _quantiles(fraction), strict=True)),
        **dict(zip(("percent_low", "percent_high"), _quantiles(percent), strict=True)),
    }


def _quantiles(draws: Array) -> tuple[Array, Array]:
    if not draws.size:
        return np.zeros(0), np.zeros(0)
    known = np.asarray(np.isfinite(draws).all(axis=1))
    low, high = np.quantile(np.where(known[:, None], draws, 0.0), INTERVAL, axis=1)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def ranked(scores: Array) -> Array:
    """Rank drugs by score, the highest first; equal scores share the better rank.

    Parameters
    ----------
    scores : array of shape (b, d)
        NaN where a drug is not ranked.

    Returns
    -------
    array of shape (b, d)

    Examples
    --------
    >>> ranked(np.array([[1.0, 3.0, 3.0, np.nan]])).tolist()
    [[3.0, 1.0, 1.0, nan]]
    """
    above = np.sum(scores[:, None, :] > scores[:, :, None] + 1e-9, axis=2)
    return np.where(np.isfinite(scores), above + 1.0, np.nan)


def posterior_mean(effect: Array, error: Array, scales: Array, weights: Array) -> Array:
    """Shrink effects under a prior that is a mixture of zero and normals.

    Parameters
    ----------
    effect : array of shape (b, p)
        Estimates.
    error : array of shape (p,)
        Their standard errors.
    scales, weights : arrays of shape (m,)
        SDs and shares of the prior's parts.

    Returns
    -------
    array of shape (b, p)

    References
    ----------
    Stephens, Biostatistics 2017, doi:10.1093/biostatistics/kxw041.

    Examples
    --------
    >>> posterior_mean(np.array([[2.0]]), np.array([1.0]), np.array([1.0]), np.array([1.0])).tolist()
    [[1.0]]
    """
    total = np.zeros_like(effect)
    mean = np.zeros_like(effect)
    peak = -0.5 * effect**2 / (error**2 + float(scales.max()) ** 2)
    for scale, weight in zip(scales, weights, strict=True):
        variance = error**2 + scale**2
        density = weight / np.sqrt(variance) * np.exp(-0.5 * effect**2 / variance - peak)
        total += density
        mean += density * effect * scale**2 / variance
    return mean / total
