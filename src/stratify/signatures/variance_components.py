"""Variance within and between patients by restricted maximum likelihood, for many assays at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_TOLERANCE, _MOST_STEPS, _MOST_DAMPING = 1e-6, 21, 1e15


@dataclass(frozen=True, eq=False)
class Squares:
    r"""Independent squares with mean :math:`\sigma^2 + d \sigma_b^2`; p assays, m squares.

    Parameters
    ----------
    d : array of shape (p, m)
        How much of the variance between patients is in each.
    y : array of shape (p, m)
        The squares; a mean of `count` of them where they share ``d``.
    count : array of shape (p, m)
        How many squares; 0 where an assay has fewer than m.
    """

    d: Array
    y: Array
    count: Array

    def of(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Squares:
        """Take the squares of some assays."""
        return Squares(self.d[rows], self.y[rows], self.count[rows])

    def mean(self, beta: Array) -> Array:
        """Give the expected squares (p, m) under the components (p, 2)."""
        return beta[:, :1] + beta[:, 1:] * self.d

    def deviance(self, beta: Array) -> Array:
        """Give the gamma deviance (p,) up to a constant; infinite where a mean is negative."""
        mu = self.mean(beta)
        good = (mu > 0) | (self.count == 0)
        with np.errstate(all="ignore"):
            terms = np.where(self.count > 0, self.count * (self.y / mu + np.log(mu)), 0.0)
        return np.where(good.all(axis=1), 2 * terms.sum(axis=1), np.inf)


@dataclass(frozen=True, eq=False)
class _Search:
    """Where the scoring of each assay stands."""

    beta: Array
    deviance: Array
    damping: Array


def variance_components(squares: Squares) -> Array:
    """Estimate both variances of each assay.

    Starting from least squares, Fisher scoring of a gamma model with identity link, damped until the
    likelihood rises; it stops at the same tolerance as statmod, so that the numbers agree with it.

    Parameters
    ----------
    squares : Squares
        Of assays with some squares each.

    Returns
    -------
    array of shape (p, 2)
        Variance within and between patients; the latter may be negative.

    References
    ----------
    Smyth, J R Stat Soc B 1989, doi:10.1111/j.2517-6161.1989.tb01747.x (double generalised linear models);
    ``mixedModel2Fit`` of the R package statmod.

    Examples
    --------
    >>> squares = Squares(np.array([[0.0, 2.0, 2.0]]), np.array([[1.0, 5.0, 5.0]]), np.array([[9.0, 1, 1]]))
    >>> variance_components(squares).round(3).tolist()
    [[1.0, 2.0]]
    """
    start = _least_squares(squares)
    total = np.maximum(squares.count.sum(axis=1), 1)
    mean = (squares.count * squares.y).sum(axis=1) / total
    positive = ((squares.mean(start) >= 0) | (squares.count == 0)).all(axis=1)
    beta = np.where(positive[:, None], start, np.c_[mean, np.zeros_like(mean)])
    search = _Search(beta, squares.deviance(beta), np.full(len(beta), np.nan))
    running = np.flatnonzero((mean > 0) & _identified(squares))
    answer = start.copy()
    for _ in range(_MOST_STEPS):
        if not len(running):
            break
        part = _Search(search.beta[running], search.deviance[running], search.damping[running])
        part, done = _step(squares.of(running), part)
        for name in ("beta", "deviance", "damping"):
            getattr(search, name)[running] = getattr(part, name)
        answer[running] = part.beta
        running = running[~done]
    return answer


def _identified(squares: Squares) -> NDArray[np.bool_]:
    n = squares.count.sum(axis=1)
    mean = (squares.count * squares.d).sum(axis=1) / np.maximum(n, 1)
    spread = (squares.count * (squares.d - mean[:, None]) ** 2).sum(axis=1) / np.maximum(n - 1, 1)
    between = (squares.count * (squares.d > 0)).sum(axis=1)
    return np.asarray((n > 2) & (between > 1) & (spread > 1e-15))


def _least_squares(squares: Squares) -> Array:
    c, d, y = squares.count, squares.d, squares.y
    n, sd, sy = c.sum(axis=1), (c * d).sum(axis=1), (c * y).sum(axis=1)
    with np.errstate(all="ignore"):
        middle = sd / n
        spread = (c * (d - middle[:, None]) ** 2).sum(axis=1)
        slope = (c * (d - middle[:, None]) * y).sum(axis=1) / spread
        return np.c_[sy / n - slope * middle, slope]


def _step(squares: Squares, search: _Search) -> tuple[_Search, NDArray[np.bool_]]:
    """Score once, with as much damping as the likelihood needs to rise; also say who has arrived."""
    mu, (c, d) = squares.mean(search.beta), (squares.count, squares.d)
    v = np.where(c > 0, mu, 0) ** 2
    v = np.maximum(v, v.max(axis=1, keepdims=True) / 1e3)
    w = c / v
    information = np.stack([w.sum(axis=1), (w * d).sum(axis=1), (w * d * d).sum(axis=1)])
    slope = w * (squares.y - mu)
    score = np.stack([slope.sum(axis=1), (slope * d).sum(axis=1)])
    largest = np.maximum(information[0], information[2])
    first = np.isnan(search.damping)
    damping = np.where(first, np.abs(information[0] + information[2]) / 4, search.damping)
    beta, deviance = search.beta.copy(), search.deviance.copy()
    step, trying, tries = np.zeros_like(beta), np.ones(len(beta), dtype=bool), np.zeros(len(beta))
    stuck = np.zeros(len(beta), dtype=bool)
    while trying.any():
        rows = np.flatnonzero(trying)
        tries[rows] += 1
        a, b, e = (
            information[0, rows] + damping[rows],
            information[1, rows],
            information[2, rows] + damping[rows],
        )
        g, h = score[:, rows]
        step[rows] = np.stack([e * g - b * h, a * h - b * g], axis=1) / (a * e - b * b)[:, None]
        part = squares.of(rows)
        now = part.deviance(search.beta[rows] + step[rows])
        rose = now <= search.deviance[rows]
        lost = ~rose & (damping[rows] > _MOST_DAMPING * largest[rows])
        beta[rows[rose]] = search.beta[rows[rose]] + step[rows[rose]]
        deviance[rows[rose]] = now[rose]
        stuck[rows[lost]] = True
        damping[rows[~rose & ~lost]] *= 2
        trying[rows[rose | lost]] = False
    damping = np.where((tries == 1) & ~stuck, damping / 10, damping)
    done = stuck | ((score.T * step).sum(axis=1) < _TOLERANCE)
    return replace(search, beta=beta, deviance=deviance, damping=damping), done
