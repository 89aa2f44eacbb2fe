"""How far a leak of blood cells could have moved a score: learned from how it does among training people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FEWEST = 20  # people from whom a slope is learned
EXTRAPOLATION = 2.0  # times the largest leak among training people
ONE_SIDED_95 = 1.6448536269514722


@dataclass(frozen=True)
class LeakEffect:
    """Slope of the out-of-fold score on the leak score, within groups.

    Parameters
    ----------
    slope, error : float
        Units of the score a healthy SD of the leak score, and the standard error.
    largest : float
        Leak score beyond which nothing is claimed; minus infinity where too few people show the slope.
    """

    slope: float = 0.0
    error: float = 0.0
    largest: float = -float("inf")

    def upward(self, leak: Array) -> Array:
        """By how much, at most, a leak (n,) raised the score (one-sided 95%); NaN beyond what is known."""
        return self._within(leak, np.maximum((self.slope + ONE_SIDED_95 * self.error) * leak, 0.0))

    def downward(self, leak: Array) -> Array:
        """By how much, at most, a leak (n,) lowered the score (one-sided 95%); NaN beyond what is known."""
        return self._within(leak, np.maximum((ONE_SIDED_95 * self.error - self.slope) * leak, 0.0))

    def _within(self, leak: Array, effect: Array) -> Array:
        return np.asarray(np.where(leak <= self.largest, effect, np.nan))


UNKNOWN = LeakEffect()


def fit_leak_effect(
    scores: Array, leak: Array, groups: NDArray[np.int64], patients: NDArray[np.generic]
) -> LeakEffect:
    """Learn how the score follows the leak score within groups, one value a patient.

    Parameters
    ----------
    scores : array of shape (n,)
        Out-of-fold scores.
    leak : array of shape (n,)
        Leak scores in healthy SDs, NaN where unknown.
    groups : integer array of shape (n,)
        Between groups leak and score may differ for other reasons.
    patients : array of shape (n,)
        Samples of one patient are averaged.

    Returns
    -------
    LeakEffect
        `UNKNOWN` where fewer than twenty patients have a leak score, or it does not vary.

    Notes
    -----
    The slope carries whatever goes with a leak among the training people, proteins of the axes included:
    it does not depend on a list of proteins that cells release.

    Examples
    --------
    >>> leak = np.linspace(-1, 1, 40)
    >>> found = fit_leak_effect(2 * leak, leak, np.zeros(40, dtype=int), np.arange(40).astype(str))
    >>> round(found.slope, 6), found.largest
    (2.0, 2.0)
    """
    known = np.isfinite(leak) & np.isfinite(scores)
    group, person = _persons(groups[known], patients[known])
    count = np.bincount(person)
    y, x = (np.bincount(person, part[known]) / count for part in (scores, leak))
    largest = x.max() if len(x) else 0.0
    size = np.maximum(np.bincount(group), 1)
    y, x = (part - (np.bincount(group, part) / size)[group] for part in (y, x))
    freedom = len(x) - len(np.unique(group)) - 1
    square = float(x @ x)
    if len(x) < FEWEST or freedom < 1 or not square > 1e-12:
        return UNKNOWN
    slope = float(x @ y) / square
    error = float(np.sqrt(((y - slope * x) ** 2).sum() / freedom / square))
    return LeakEffect(slope, error, EXTRAPOLATION * float(largest))


def _persons(
    groups: NDArray[np.int64], patients: NDArray[np.generic]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Group (k,) of each person, and person of each row; a patient in two groups is a person in each."""
    codes = np.unique(patients, return_inverse=True)[1]
    places = np.unique(groups, return_inverse=True)[1]
    both, person = np.unique(places * (codes.max(initial=0) + 1) + codes, return_inverse=True)
    return both // (codes.max(initial=0) + 1), person
