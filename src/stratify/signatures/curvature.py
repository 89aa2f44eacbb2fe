"""Whether a straight line is enough: a restricted cubic spline against it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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
    for j, column in enumerate(columns.T):
        knots = np.quantile(column, KNOTS)
        if np.diff(knots).min() <= 1e-9 * max(float(np.ptp(column)), 1e-300):
            continue
        rows = prepare_rows(outcome, np.column_stack([covariates, column]), persons)
        found[j] = effects(spline_term(column, knots)[:, None], rows).p_value[0]
    return found
