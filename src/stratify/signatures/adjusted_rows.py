"""Outcome and covariates of an analysis, ready for any number of scores; visits of a person kept together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from stratify.signatures.cluster_robust import cluster_robust

Array = NDArray[np.float64]

LARGEST_SHARE = 0.9  # of the variance between persons; beyond it what varies within them would be thrown away


@dataclass(frozen=True, eq=False)
class AdjustedRows:
    """Rows with an outcome, cleared of covariates.

    Parameters
    ----------
    outcome : array of shape (n,)
        What covariates (and the mean) leave of it.
    basis : array of shape (n, q)
        Orthonormal columns that span the mean and the covariates.
    removed : array of shape (n,)
        Share of a person's own mean that is taken off each of their rows; 0 where nobody repeats.
    persons : array of int, shape (n,)
        Person of each row.
    plain : array of shape (n, p)
        Orthonormal columns of the mean and the covariates before persons' means were taken off.
    spread : float
        Root of the sum of squares that covariates leave of the outcome, before persons' means were taken off.
    """

    outcome: Array
    basis: Array
    removed: Array
    persons: NDArray[np.int_]
    plain: Array
    spread: float

    @property
    def repeated(self) -> bool:
        """Whether a person has more than one row."""
        return bool(len(np.unique(self.persons)) < len(self.persons))

    def adjust(self, columns: Array) -> Array:
        """Take persons' means (as far as `removed` says) and covariates out of columns (n, m)."""
        moved = take_means(columns, self.persons, self.removed)
        return moved - self.basis @ (self.basis.T @ moved)


@dataclass(frozen=True, eq=False)
class Effects:
    """What a change of each of m columns goes with.

    Parameters
    ----------
    correlation : array of shape (m,)
        Partial correlation with the outcome; with several rows a person the slope in SDs of both, which is
        the same where it is one slope between and within persons. NaN where a column does not vary.
    slope, error : array of shape (m,)
        Units of the outcome a unit of the column, and the standard error.
    df : array of shape (m,)
        Degrees of freedom of the error.
    unit : array of shape (m,)
        From a slope to a correlation: SD of the column over that of the outcome, cleared of covariates.
    """

    correlation: Array
    slope: Array
    error: Array
    df: Array
    unit: Array

    def __getitem__(self, columns: NDArray[np.int_]) -> Effects:
        """Effects of some of the columns."""
        return Effects(*(values[columns] for values in self._arrays()))

    def _arrays(self) -> tuple[Array, ...]:
        return self.correlation, self.slope, self.error, self.df, self.unit

    @staticmethod
    def joined(parts: Sequence[Effects]) -> Effects:
        """One after the other."""
        return Effects(*map(np.concatenate, zip(*(part._arrays() for part in parts), strict=True)))

    @staticmethod
    def unknown(m: int) -> Effects:
        """Effects of m columns of which nothing is known."""
        return Effects(*(np.full(m, np.nan) for _ in range(5)))

    @property
    def t(self) -> Array:
        """Slope over its error."""
        return self.slope / np.maximum(self.error, 1e-300)

    @property
    def p_value(self) -> Array:
        """Two-sided, from the t distribution."""
        return np.asarray(2.0 * student.sf(np.abs(self.t), self.df))


def prepare_rows(outcome: Array, covariates: Array, persons: NDArray[np.int_]) -> AdjustedRows:
    """Clear an outcome of covariates.

    Where persons have several rows, the share of variance between them (from the residuals, by the method of
    moments) says how much of a person's mean is taken off each row. That is generalised least squares with
    one correlation between the visits of a person; the robust errors of `effects` hold where it is wrong.

    Parameters
    ----------
    outcome : array of shape (n,)
        Without gaps.
    covariates : array of shape (n, c)
        Without gaps and without a column of ones.
    persons : array of int, shape (n,)
        Person of each row.

    Returns
    -------
    AdjustedRows

    References
    ----------
    Fuller & Battese, J Am Stat Assoc 1973, doi:10.1080/01621459.1973.10481430.

    Examples
    --------
    >>> rows = prepare_rows(np.array([1.0, 2.0, 6.0]), np.zeros((3, 0)), np.arange(3))
    >>> rows.outcome.tolist()
    [-2.0, -1.0, 3.0]
    """
    design = np.column_stack([np.ones(len(outcome)), covariates - covariates.mean(axis=0)])
    plain = _basis(design)
    residual = outcome - plain @ (plain.T @ outcome)
    removed = _share_to_remove(residual, persons)
    basis = _basis(take_means(design, persons, removed)) if removed.any() else plain
    moved = take_means(outcome[:, None], persons, removed)[:, 0]
    spread = float(np.sqrt(residual @ residual))
    return AdjustedRows(moved - basis @ (basis.T @ moved), basis, removed, persons, plain, spread)


def effects(columns: Array, rows: AdjustedRows) -> Effects:
    """Partial correlation and slope of the outcome on each column.

    One row a person: ordinary least squares, t with n - 1 - q degrees of freedom. Several rows a person:
    errors that are robust against any dependence within a person (CR2), t with Satterthwaite's degrees of
    freedom.

    Parameters
    ----------
    columns : array of shape (n, m)
        Without gaps.
    rows : AdjustedRows
        Outcome and covariates.

    Returns
    -------
    Effects

    References
    ----------
    Bell & McCaffrey, Survey Methodology 2002; Pustejovsky & Tipton, J Bus Econ Stat 2018,
    doi:10.1080/07350015.2016.1247004.
    """
    columns = np.asarray(columns, dtype=float)
    cleared = rows.adjust(columns)
    size = (cleared**2).sum(axis=0)
    size = np.where(size > 1e-18 * np.maximum((columns**2).sum(axis=0), 1e-300), size, np.nan)
    product = rows.outcome @ cleared
    total = float(rows.outcome @ rows.outcome)
    if not total > 0:
        return Effects.unknown(columns.shape[1])
    slope = product / size
    correlation = np.clip(product / np.sqrt(size * total), -1.0, 1.0)
    unit = np.sqrt(size / total)
    if rows.repeated:
        error, df = cluster_robust(cleared, rows.outcome, rows.basis, rows.persons)
        plain = columns - rows.plain @ (rows.plain.T @ columns)
        unit = np.sqrt((plain**2).sum(axis=0)) / rows.spread
        correlation = np.clip(slope * unit, -1.0, 1.0)
        return Effects(correlation, slope, np.where(np.isnan(size), np.nan, error), df, unit)
    free = float(len(columns) - 1 - rows.basis.shape[1])
    error = np.sqrt(np.maximum(total - slope * product, 0.0) / max(free, 1.0) / size)
    return Effects(correlation, slope, error, np.full(columns.shape[1], free), unit)


def take_means(columns: Array, persons: NDArray[np.int_], removed: Array) -> Array:
    """Take a share (n,) of the mean of each person's rows off columns (n, m)."""
    if not removed.any():
        return columns
    number = np.unique(persons, return_inverse=True)[1]
    sums = np.zeros((number.max() + 1, columns.shape[1]))
    np.add.at(sums, number, columns)
    means = sums / np.bincount(number)[:, None]
    return columns - removed[:, None] * means[number]


def _basis(design: Array) -> Array:
    left, values, _ = np.linalg.svd(
        design / np.maximum(np.abs(design).max(axis=0), 1e-300), full_matrices=False
    )
    return np.asarray(left[:, values > 1e-9 * values[0]])


def _share_to_remove(residual: Array, persons: NDArray[np.int_]) -> Array:
    number, count = np.unique(persons, return_inverse=True, return_counts=True)[1:]
    n, k = len(residual), len(count)
    if k == n or k < 2:
        return np.zeros(n)
    means = np.bincount(number, residual) / count
    between = float((count * (means - residual.mean()) ** 2).sum()) / (k - 1)
    within = float(((residual - means[number]) ** 2).sum()) / (n - k)
    typical = (n - (count**2).sum() / n) / (k - 1)
    spread = between + (typical - 1.0) * within
    share = min(max((between - within) / spread if spread > 0 else 0.0, 0.0), LARGEST_SHARE)
    return np.asarray(1.0 - np.sqrt((1.0 - share) / (1.0 - share + count * share)))[number]
