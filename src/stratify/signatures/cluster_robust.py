"""Standard errors that are robust against dependence between rows of one person, for few persons."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def cluster_robust(
    columns: Array, outcome: Array, basis: Array, persons: NDArray[np.int_]
) -> tuple[Array, Array]:
    """Error of the slope of an outcome on each column, and its degrees of freedom (CR2).

    The residuals of each person are multiplied by the inverse root of what the fit leaves of their variance;
    the degrees of freedom are Satterthwaite's under independent rows, which keeps the test at its level
    with few or unequal persons.

    Parameters
    ----------
    columns : array of shape (n, m)
        Cleared of covariates.
    outcome : array of shape (n,)
        Cleared of covariates.
    basis : array of shape (n, q)
        Orthonormal columns that were cleared away.
    persons : array of int, shape (n,)
        Person of each row.

    Returns
    -------
    error, df : arrays of shape (m,)
        NaN where a column does not vary.

    References
    ----------
    Bell & McCaffrey, Survey Methodology 2002; Pustejovsky & Tipton, J Bus Econ Stat 2018,
    doi:10.1080/07350015.2016.1247004.

    Examples
    --------
    >>> x, y = np.array([[-1.0], [-1.0], [1.0], [1.0]]), np.array([-1.0, -2.0, 1.0, 2.0])
    >>> error, df = cluster_robust(x, y, np.full((4, 1), 0.5), np.arange(4))
    >>> error.round(3).item(), df.round(1).item()
    (0.354, 2.0)
    """
    order = np.argsort(persons, kind="stable")
    columns, outcome, basis = columns[order], outcome[order], basis[order]
    cuts = np.flatnonzero(np.diff(persons[order])) + 1
    blocks = np.split(np.arange(len(outcome)), cuts)
    found = [_one(column, outcome, basis, blocks) for column in columns.T]
    return np.array([error for error, _ in found]), np.array([df for _, df in found])


def _one(column: Array, outcome: Array, basis: Array, blocks: list[NDArray[np.int_]]) -> tuple[float, float]:
    size = float(column @ column)
    if not size > 1e-18 * max(len(column), 1):
        return np.nan, np.nan
    whole = np.column_stack([basis, column / np.sqrt(size)])
    residual = outcome - column * (column @ outcome) / size
    weights = np.zeros((len(outcome), len(blocks)))
    for k, rows in enumerate(blocks):
        weights[rows, k] = _inverse_root(whole[rows]) @ column[rows]
    scores = residual @ weights
    projected = whole.T @ weights
    overlap = weights.T @ weights - projected.T @ projected
    df = np.trace(overlap) ** 2 / max(float((overlap**2).sum()), 1e-300)
    return float(np.sqrt((scores**2).sum())) / size, float(df)


def _inverse_root(part: Array) -> Array:
    """Inverse symmetric root of I - H for a person's rows; directions that the fit used up count nothing."""
    if len(part) == 1:
        left = 1.0 - float((part**2).sum())
        return np.array([[1.0 / np.sqrt(left) if left > 1e-8 else 0.0]])
    values, vectors = np.linalg.eigh(np.eye(len(part)) - part @ part.T)
    inverse = np.where(values > 1e-8, 1.0 / np.sqrt(np.maximum(values, 1e-8)), 0.0)
    return np.asarray((vectors * inverse) @ vectors.T)
