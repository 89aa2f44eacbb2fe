"""Whether the model can speak of a patient: handled well, of known biology."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from stratify.signatures.factors import (
    FactorModel,
    decompose,
    factor_model,
    pooled_sd,
    within_group_residuals,
)

Array = NDArray[np.float64]

SMALLEST_HANDLING_SET = 5
TAIL = 0.01


@dataclass(frozen=True)
class HandlingState:
    """Frozen leak score.

    Parameters
    ----------
    weights : array of shape (n_proteins,)
        Equal over the handling proteins; all zero when too few are known.
    center : array of shape (n_proteins,)
        Mean standardised profile of the healthy people.
    covariance : array of shape (n_handling, n_handling)
        Of the handling proteins among the healthy people, so that any part of them can be judged.
    bound : float
        Score, in healthy SDs, beyond which handling is suspect.
    """

    weights: Array
    center: Array
    covariance: Array
    bound: float


@dataclass(frozen=True)
class BiologyState:
    """Frozen factor model of the training people.

    Parameters
    ----------
    sd : array of shape (n_proteins,)
        Pooled within-group SD of standardised profiles.
    loadings : array of shape (n_proteins, n_factors)
        Of the shared factors, in those SDs.
    uniquenesses : array of shape (n_proteins,)
        Variance that no factor explains.
    origin : array of shape (n_proteins,)
        Mean standardised profile of the reference people.
    free : array of shape (n_free, n_proteins)
        Directions along which a patient may lie anywhere, orthonormal under the inverse covariance.
    bound : float
        Log distance beyond which a profile is unusual.
    """

    sd: Array
    loadings: Array
    uniquenesses: Array
    origin: Array
    free: Array
    bound: float


def t_bound(values: Array, tail: float) -> float:
    """Upper predictive bound for one more value from the same normal population.

    Parameters
    ----------
    values : array of shape (n,)
        At least two.
    tail : float
        Chance that a new value of the population lies beyond the bound.

    Returns
    -------
    float

    References
    ----------
    Whitmore, Am Stat 1986, doi:10.1080/00031305.1986.10475389 (prediction limits).

    Examples
    --------
    >>> round(t_bound(np.array([-1.0, 0.0, 1.0]), 0.05), 2)
    3.37
    """
    n = len(values)
    reach = float(stdtrit(n - 1, 1 - tail)) * float(np.sqrt(1 + 1 / n))
    return float(values.mean() + reach * values.std(ddof=1))


def fit_handling(chosen: NDArray[np.bool_], healthy: Array) -> HandlingState:
    """Freeze the leak score.

    Parameters
    ----------
    chosen : boolean array of shape (n_proteins,)
        Leak proteins; see `stratify.signatures.handling.handling_set`.
    healthy : array of shape (n_healthy, n_proteins)
        Their standardised profiles.

    Returns
    -------
    HandlingState
    """
    if chosen.sum() < SMALLEST_HANDLING_SET or len(healthy) < 3:
        return HandlingState(np.zeros(len(chosen)), np.zeros(len(chosen)), np.zeros((0, 0)), np.inf)
    center = healthy.mean(axis=0)
    covariance = np.atleast_2d(np.cov(healthy[:, chosen], rowvar=False))
    raw = ((healthy - center)[:, chosen]).mean(axis=1)
    return HandlingState(
        chosen / chosen.sum(), center, covariance, t_bound(raw / max(raw.std(ddof=1), 1e-9), TAIL)
    )


def judge_handling(state: HandlingState, z: Array, measured: NDArray[np.bool_]) -> tuple[Array, list[str]]:
    """Say of each patient whether the blood was handled like that of the healthy people.

    Parameters
    ----------
    state : HandlingState
        The frozen leak score.
    z : array of shape (n, n_proteins)
        Standardised profiles.
    measured : boolean array of shape (n, n_proteins)
        What was measured: a value that was filled in says nothing about the tube.

    Returns
    -------
    score : array of shape (n,)
        Mean of the measured handling proteins in SDs of the same mean among healthy people.
    handled : list of str
        ``ok``, ``suspect``, or ``unknown`` where fewer than five of them were measured.
    """
    chosen = np.flatnonzero(state.weights)
    counted = np.ascontiguousarray(measured[:, chosen], dtype=float)
    count = counted.sum(axis=1)
    enough = count >= SMALLEST_HANDLING_SET
    pairs = (counted[:, :, None] * counted[:, None, :] * state.covariance).reshape(len(z), len(chosen) ** 2)
    variance = np.maximum(pairs.sum(axis=1), 1e-18)
    deviation = np.ascontiguousarray((z - state.center)[:, chosen])
    total = np.where(counted > 0, deviation, 0.0).sum(axis=1)
    score = np.where(enough, total / np.sqrt(variance), np.nan)
    words = np.where(~enough, "unknown", np.where(score > state.bound, "suspect", "ok"))
    return score, words.tolist()


def fit_biology(
    z: Array,
    groups: NDArray[np.int64],
    reference: NDArray[np.bool_],
    *,
    patients: NDArray[np.str_] | None = None,
    n_factors: int = 8,
    seed: int = 0,
) -> BiologyState:
    """Freeze the covariance of the training people and the range of their held-out distances.

    Parameters
    ----------
    z : array of shape (n, n_proteins)
        Standardised profiles.
    groups : integer array of shape (n,)
        Diagnosis; differences between groups, and between groups and the reference, are free
        directions: to lie along them is what is looked for, not what is unusual.
    reference : boolean array of shape (n,)
        Healthy people, whose mean is the origin; all people where there is none.
    patients : string array of shape (n,), optional
        Patient of each row, whose samples are held out together; every row is one if left out.
    n_factors : int, default 8
        Shared factors that are kept.
    seed : int, default 0
        Of the folds whose held-out distances set the bound.

    Returns
    -------
    BiologyState

    References
    ----------
    Mahalanobis distance under a factor model; Lee et al., NeurIPS 2018, arXiv:1807.03888.
    """
    person = np.arange(len(z)) if patients is None else pd.factorize(patients)[0]
    folds = (np.random.default_rng(seed).permutation(person.max() + 1) % 5)[person]
    held_out = np.empty(len(z))
    for fold in range(5):
        rest = folds != fold
        state = _biology(z[rest], groups[rest], reference[rest], n_factors)
        held_out[~rest] = log_distance(state, z[~rest])
    final = _biology(z, groups, reference, n_factors)
    return replace(final, bound=t_bound(held_out, TAIL))


def residuals(state: BiologyState, z: Array) -> Array:
    """Take the free directions out of standardised profiles (n, n_proteins); in within-group SDs."""
    model = FactorModel(state.loadings, state.uniquenesses)
    deviation = (z - state.origin) / state.sd
    for direction in state.free:
        along = (deviation * _solve(model, direction[None])[0]).sum(axis=1)
        deviation = deviation - along[:, None] * direction
    return deviation


def log_distance(state: BiologyState, z: Array) -> Array:
    """Log residual distance (n,) of standardised profiles, free directions taken out."""
    deviation = residuals(state, z)
    model = FactorModel(state.loadings, state.uniquenesses)
    squared = (deviation * _solve(model, deviation)).sum(axis=1)
    return 0.5 * np.log(np.maximum(squared, 1e-12))


def judge_biology(
    state: BiologyState, z: Array, offset_error: Array | None = None
) -> tuple[Array, list[str]]:
    """Say of each patient whether the profile is of a kind that the model knows.

    Parameters
    ----------
    state : BiologyState
        The frozen covariance.
    z : array of shape (n, n_proteins)
        Standardised profiles.
    offset_error : array of shape (n_proteins,), optional
        Standard error of the batch offset, in healthy SDs. The squared distance that such an offset is
        expected to add is allowed for: a batch that is not known exactly is no strange biology.

    Returns
    -------
    distance : array of shape (n,)
        Log residual distance.
    known : list of str
        ``ok`` or ``unusual``.
    """
    distance = log_distance(state, z)
    bound = state.bound if offset_error is None else _allowing(state, offset_error)
    return distance, ["unusual" if value > bound else "ok" for value in distance]


def _allowing(state: BiologyState, offset_error: Array) -> float:
    scaled, back = FactorModel(state.loadings, state.uniquenesses).projector()
    precision = (1.0 - (scaled * back).sum(axis=1)) / state.uniquenesses
    added = float((precision * (offset_error / state.sd) ** 2).sum())
    return 0.5 * float(np.log(np.exp(2.0 * state.bound) + added))


def _solve(model: FactorModel, rows: Array) -> Array:
    scaled, back = model.projector()
    taken = np.zeros_like(rows)
    for left, right in zip(scaled.T, back.T, strict=True):
        taken += (rows * left).sum(axis=1)[:, None] * right
    return (rows - taken) / model.uniquenesses


def _biology(
    z: Array, groups: NDArray[np.int64], reference: NDArray[np.bool_], n_factors: int
) -> BiologyState:
    residuals, degrees = within_group_residuals(z, groups)
    sd = pooled_sd(residuals, degrees)
    model = factor_model(decompose(residuals / sd, degrees), n_factors)
    origin = z[reference].mean(axis=0) if reference.any() else z.mean(axis=0)
    shifts = [(z[groups == group].mean(axis=0) - origin) / sd for group in np.unique(groups)]
    free = _orthonormal(model, [shift for shift in shifts if np.abs(shift).max() > 1e-9])
    return BiologyState(sd, model.loadings, model.uniquenesses, origin, free, np.inf)


def _orthonormal(model: FactorModel, directions: list[Array]) -> Array:
    kept: list[Array] = []
    for direction in directions:
        for other in kept:
            direction = direction - float((direction * _solve(model, other[None])[0]).sum()) * other
        length = float(np.sqrt((direction * _solve(model, direction[None])[0]).sum()))
        if length > 1e-6:
            kept.append(direction / length)
    return np.array(kept).reshape(len(kept), len(model.uniquenesses))
