"""Whether a straight line is enough: a restricted cubic spline against it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import f as f_distribution

from stratify.signatures.adjusted_rows import effects, prepare_rows

Array = NDArray[np.float64]

KNOTS = (0.1, 0.5, 0.9)


def spline_term(values: Array, knots: Array) -> Array:
    """Cubic term of a restricted spline with three knots, in units of the values.

    Parameters
    ----------
    values : array of shape (n,)
        A score.
    knots : array of shape (3,)
        Rising.

    Returns
    -------
    array of shape (n,)
        Zero below the first knot, a straight line above the last.

    References
    ----------
    Harrell, Regression Modeling Strategies 2015, doi:10.1007/978-3-319-19425-7.

    Examples
    --------
    >>> spline_term(np.array([-1.0, 0.0, 1.0, 2.0, 3.0]), np.array([0.0, 1.0, 2.0])).tolist()
    [0.0, 0.0, 0.25, 1.5, 3.0]
    """
    first, middle, last = knots
    above = [np.maximum(values - knot, 0.0) ** 3 for knot in knots]
    bent = above[0] - above[1] * (last - first) / (last - middle)
    bent += above[2] * (middle - first) / (last - middle)
    return np.asarray(bent / (last - first) ** 2)


def curvature_p(columns: Array, outcome: Array, covariates: Array, persons: NDArray[np.int_]) -> Array:
    """Test of a bend in the line of the outcome on each score.

    A restricted cubic spline with knots at the 10th, 50th and 90th percentile has one term beyond the line;
    its F test has one and the residual degrees of freedom (with several rows a person: robust errors).

    Parameters
    ----------
    columns : array of shape (n, m)
        Scores without gaps.
    outcome : array of shape (n,)
        Without gaps.
    covariates : array of shape (n, c)
        Without gaps.
    persons : array of int, shape (n,)
        Person of each row.

    Returns
    -------
    array of shape (m,)
        NaN where a score has too few values for three knots.
    """
    found = np.full(columns.shape[1], np.nan)
    knots = np.quantile(columns, KNOTS, axis=0)
    apart = np.diff(knots, axis=0).min(axis=0) > 1e-9 * np.maximum(np.ptp(columns, axis=0), 1e-300)
    bent = [spline_term(columns[:, j], knots[:, j]) for j in np.flatnonzero(apart)]
    if bent and len(np.unique(persons)) == len(persons):
        found[apart] = _plain(columns[:, apart], np.column_stack(bent), outcome, covariates)
        return found
    for j, term in zip(np.flatnonzero(apart), bent, strict=True):
        rows = prepare_rows(outcome, np.column_stack([covariates, columns[:, j]]), persons)
        found[j] = effects(term[:, None], rows).p_value[0]
    return found


def _plain(columns: Array, bent: Array, outcome: Array, covariates: Array) -> Array:
    """Do the same at once for all scores where each person has one row."""
    rows = prepare_rows(outcome, covariates, np.arange(len(outcome)))
    line, bend = rows.adjust(columns), rows.adjust(bent)
    line /= np.maximum(np.sqrt((line**2).sum(axis=0)), 1e-300)
    bend -= line * (line * bend).sum(axis=0)
    rest = rows.outcome[:, None] - line * (rows.outcome @ line)
    size, product, total = (bend**2).sum(axis=0), (bend * rest).sum(axis=0), (rest**2).sum(axis=0)
    size = np.where(size > 1e-18 * (bent**2).sum(axis=0), size, np.nan)
    free = len(outcome) - 2 - rows.basis.shape[1]
    share = np.minimum(product**2 / (size * total), 1.0)
    return np.asarray(f_distribution.sf(share * free / np.maximum(1.0 - share, 1e-300), 1, free))
