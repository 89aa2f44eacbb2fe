"""Difference of two scores' AUCs on the same people, with an interval from resampled people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
DRAWS = 2000
LEVEL = 0.90


@dataclass(frozen=True)
class PairedDifference:
    """AUC of a first score less that of a second on the same people.

    Parameters
    ----------
    first, second : float
        AUCs.
    low, high : float
        Limits of the 90% interval of their difference: each limit is passed by chance in 5%.
    n_positive, n_negative : int
        People of either class.
    """

    first: float
    second: float
    low: float
    high: float
    n_positive: int
    n_negative: int

    @property
    def difference(self) -> float:
        """First less second."""
        return self.first - self.second

    def not_worse(self, margin: float) -> bool:
        """Say whether the first is, at 95% one-sided confidence, worse by less than a margin.

        Parameters
        ----------
        margin : float
            In units of the AUC.

        Returns
        -------
        bool
        """
        return self.low > -margin


def paired_difference(
    y: NDArray[np.int64], first: Array, second: Array, *, seed: int = 0
) -> PairedDifference:
    """Compare two scores on the same people by a stratified bootstrap of the people.

    People are drawn within their class, both scores of a person together. What other training people would
    have changed is not in the interval.

    Parameters
    ----------
    y : array of shape (n,)
        1 or 0; both occur.
    first, second : array of shape (n,) or (n, repeats)
        Scores; AUCs are means over repeats, of which the two may have different numbers.
    seed : int, default 0
        Of the draws.

    Returns
    -------
    PairedDifference

    References
    ----------
    Efron & Tibshirani, An Introduction to the Bootstrap, 1993, doi:10.1201/9780429246593
    (percentile interval).

    Examples
    --------
    >>> y = np.array([0, 0, 0, 1, 1, 1])
    >>> found = paired_difference(y, np.arange(6.0), np.arange(6.0))
    >>> found.difference, found.low, found.high
    (0.0, 0.0, 0.0)
    """
    wins = _wins(y, first), _wins(y, second)
    n_positive, n_negative = wins[0].shape
    rng = np.random.default_rng(seed)
    drawn = [rng.multinomial(n, np.full(n, 1 / n), DRAWS) / n for n in (n_positive, n_negative)]
    differences = ((drawn[0] @ (wins[0] - wins[1])) * drawn[1]).sum(axis=1)
    low, high = np.quantile(differences, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    areas = [float(one.mean()) for one in wins]
    return PairedDifference(areas[0], areas[1], float(low), float(high), n_positive, n_negative)


def _wins(y: NDArray[np.int64], scores: Array) -> Array:
    """Share of repeats in which a positive person lies above a negative one, ties by half."""
    columns = scores.reshape(len(y), -1)
    positive, negative = columns[y == 1][:, None], columns[y == 0][None]
    return ((positive > negative) + 0.5 * (positive == negative)).mean(axis=2)
