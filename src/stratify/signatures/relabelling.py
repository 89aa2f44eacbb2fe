"""Contrasts of patients under other labels and under resampling, many at a time, by matrix products."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stratify.errors import CohortError
from stratify.signatures.linear_models import LinearFit, contrast_fit, fit_linear
from stratify.signatures.patients import Patients

Array = NDArray[np.float64]
Pair = tuple[str, str]

CHUNK = 4_000_000
TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Effects:
    """Contrasts as estimated; c contrasts, n patients, p proteins.

    Parameters
    ----------
    effect, error : arrays of shape (c, p)
        Differences of log2 levels and their standard errors.
    sigma, df : arrays of shape (p,)
        Residual SD and its degrees of freedom.
    shared : array of shape (p,)
        Correlation of the errors of the first two contrasts, from the patients whom they share; zeros
        where there is one contrast.
    residual : array of shape (n, p)
        Within groups, in units of ``sigma`` and of their own expected size; 0 where missing.
    weights : array of shape (c, n)
        What each patient adds to a contrast.
    fit : LinearFit
        The contrasts, to be moderated.
    """

    effect: Array
    error: Array
    sigma: Array
    df: Array
    shared: Array
    residual: Array
    weights: Array
    fit: LinearFit

    @property
    def z(self) -> Array:
        """Effects over their standard errors (c, p)."""
        return self.effect / self.error


def effects_of(patients: Patients, pairs: Sequence[Pair]) -> Effects:
    """Estimate contrasts from one linear model of all groups that they name.

    Parameters
    ----------
    patients : Patients
        Of all groups in `pairs`.
    pairs : sequence of (case, control)
        Contrasts.

    Returns
    -------
    Effects

    Raises
    ------
    CohortError
        When covariates cannot be told apart from the groups.
    """
    names, design, contrasts = _layout(patients, pairs)
    fit = fit_linear(patients.levels, design, names)
    told = contrast_fit(fit, contrasts, [f"{case}-{control}" for case, control in pairs])
    if not np.isfinite(told.coefficients).all():
        raise CohortError(
            "covariates that vary within the groups", "groups that a covariate tells apart", "leave it out"
        )
    cov = np.broadcast_to(told.covariance, (len(fit.sigma), len(pairs), len(pairs)))
    shared = np.zeros(len(fit.sigma))
    if len(pairs) > 1:
        shared = cov[:, 0, 1] / np.sqrt(cov[:, 0, 0] * cov[:, 1, 1])
    sigma = np.maximum(fit.sigma, TINY)
    residual = np.nan_to_num((patients.levels - design @ fit.coefficients.T) / sigma, nan=0.0)
    basis = np.linalg.qr(design)[0]
    leverage = np.minimum((basis**2).sum(axis=1), 0.9)
    return Effects(
        told.coefficients.T,
        (told.stdev_unscaled * sigma[:, None]).T,
        sigma,
        fit.df_residual,
        shared,
        residual / np.sqrt(1 - leverage)[:, None],
        contrasts.T @ np.linalg.pinv(design),
        told,
    )


def _layout(patients: Patients, pairs: Sequence[Pair]) -> tuple[list[str], Array, Array]:
    names = list(dict.fromkeys(name for pair in pairs for name in pair))
    design = patients.design(names)
    contrasts = np.zeros((design.shape[1], len(pairs)))
    for j, (case, control) in enumerate(pairs):
        contrasts[names.index(case), j], contrasts[names.index(control), j] = 1.0, -1.0
    return [*names, *(f"covariate {i}" for i in range(design.shape[1] - len(names)))], design, contrasts


@dataclass(frozen=True, eq=False)
class Relabelling:
    """Everything that stays the same while patients of two groups exchange their labels.

    Parameters
    ----------
    expected, residual : arrays of shape (n, p)
        Under the model in which the two groups are one; residuals are 0 where missing.
    seen : array of bool, shape (n, p)
        Where a level was measured.
    weights : array of shape (c, n)
        Of the contrasts.
    basis : array of shape (n, k)
        Orthonormal columns of the design with all groups.
    movable : array of int
        Rows that exchange labels.
    """

    expected: Array
    residual: Array
    seen: NDArray[np.bool_]
    weights: Array
    basis: Array
    movable: NDArray[np.int_]

    def orders(self, count: int, rng: np.random.Generator) -> NDArray[np.int_]:
        """Draw relabellings (count, n): whose residual each row gets; the first is as observed."""
        orders = np.tile(np.arange(len(self.residual)), (count + 1, 1))
        moved = np.argsort(rng.random((count, len(self.movable))), axis=1)
        orders[1:, self.movable] = self.movable[moved]
        return orders

    def z(self, orders: NDArray[np.int_]) -> Iterator[Array]:
        """Give the contrasts' effects over their standard errors (b, c, p), some relabellings at a time."""
        inverse = np.argsort(orders, axis=1)
        p = self.residual.shape[1]
        size = max(CHUNK // (p * max(self.basis.shape[1], 4)), 1)
        whole = bool(self.seen.all())
        fixed = self.weights @ self.expected
        squares = (self.residual**2).sum(axis=0)
        df = np.maximum(self.seen.sum(axis=0) - self.basis.shape[1], 1)
        for start in range(0, len(orders), size):
            back = inverse[start : start + size]
            weights = self.weights[:, back].transpose(1, 0, 2)
            effect = fixed + _product(weights, self.residual)
            taken = (_product(self.basis.T[:, back].transpose(1, 0, 2), self.residual) ** 2).sum(axis=1)
            variance = np.maximum((squares - taken) / df, TINY**2)
            spread = _product(weights**2, self.seen) if not whole else (weights**2).sum(axis=2)[:, :, None]
            yield effect / np.sqrt(np.maximum(spread, TINY) * variance[:, None, :])


def _product(weights: Array, values: NDArray[np.generic]) -> Array:
    b, c, n = weights.shape
    product: Array = (weights.reshape(b * c, n) @ values.astype(float, copy=False)).reshape(b, c, -1)
    return product


def relabelling(patients: Patients, pairs: Sequence[Pair], null: Pair) -> Relabelling:
    """Prepare to exchange the labels of two groups while all others keep theirs.

    Under the hypothesis that the two groups do not differ, the observed data are as likely as any relabelled
    ones, whatever the other groups do, whatever proteins have to do with each other, and whichever patients
    contrasts share. With covariates the residuals of the model without the difference are exchanged
    (Freedman & Lane), which holds for large groups.

    Parameters
    ----------
    patients : Patients
        Of all groups in `pairs`.
    pairs : sequence of (case, control)
        Contrasts whose effects are asked for.
    null : (case, control)
        The two groups that are one under the hypothesis.

    Returns
    -------
    Relabelling

    References
    ----------
    Freedman & Lane, J Bus Econ Stat 1983, doi:10.1080/07350015.1983.10509354.
    """
    names, design, contrasts = _layout(patients, pairs)
    merged = np.column_stack(
        [design[:, names.index(null[0])] + design[:, names.index(null[1])]]
        + [design[:, i] for i, name in enumerate(names) if name not in null]
    )
    fit = fit_linear(patients.levels, merged)
    expected = merged @ np.nan_to_num(fit.coefficients).T
    seen = np.isfinite(patients.levels)
    residual = np.where(seen, patients.levels - expected, 0.0)
    return Relabelling(
        expected,
        residual,
        seen,
        contrasts.T @ np.linalg.pinv(design),
        np.linalg.qr(design)[0],
        np.flatnonzero(patients.of(*null)),
    )


def resampled(effects: Effects, patients: Patients, count: int, rng: np.random.Generator) -> Array:
    """Effects (count, c, p) after resampling patients within their groups.

    Each patient's part of an estimate is drawn as often as the patient is; a patient of a shared control
    group enters both contrasts at once, and all proteins together.

    Parameters
    ----------
    effects : Effects
        Of these patients.
    patients : Patients
        As `effects` was made from.
    count : int
        Resamples.
    rng : Generator
        Source of randomness.

    Returns
    -------
    array of shape (count, c, p)
        Log2 differences.

    References
    ----------
    Efron & Tibshirani 1993, An Introduction to the Bootstrap, doi:10.1201/9780429246593.
    """
    drawn = np.zeros((count, len(patients.groups)))
    for name in np.unique(patients.groups.astype(str)):
        rows = np.flatnonzero(patients.of(str(name)))
        drawn[:, rows] = rng.multinomial(len(rows), np.full(len(rows), 1 / len(rows)), size=count)
    parts = (drawn - 1)[:, None, :] * effects.weights[None]
    return effects.effect + _product(parts, effects.residual) * effects.sigma
