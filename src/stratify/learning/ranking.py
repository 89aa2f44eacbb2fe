"""How well scores rank people, beside the AUC: precision, and sensitivity at a fixed specificity."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def average_precision(y: NDArray[np.int64], scores: Array) -> float:
    """Area under the steps of precision over recall.

    It depends on the mix: a score that says nothing reaches the share of positives.

    Parameters
    ----------
    y : integer array of shape (n,)
        1 and 0.
    scores : array of shape (n,)
        Any scale; people with one score are taken together.

    Returns
    -------
    float

    References
    ----------
    Davis & Goadrich, ICML 2006, doi:10.1145/1143844.1143874.

    Examples
    --------
    >>> round(average_precision(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8])), 3)
    0.833
    """
    cuts, place = np.unique(-scores, return_inverse=True)
    hits = np.bincount(place, weights=y, minlength=len(cuts)).cumsum()
    people = np.bincount(place, minlength=len(cuts)).cumsum()
    gained = np.diff(hits, prepend=0.0) / hits[-1]
    return float((gained * hits / people).sum())


def sensitivity_at(y: NDArray[np.int64], scores: Array, specificity: float) -> float:
    """Share of positives above the lowest cut that keeps at least that specificity in the same people.

    Parameters
    ----------
    y : integer array of shape (n,)
        1 and 0.
    scores : array of shape (n,)
        Any scale.
    specificity : float
        Between 0 and 1.

    Returns
    -------
    float

    Examples
    --------
    >>> sensitivity_at(np.array([0, 0, 0, 0, 1, 1]), np.array([1.0, 2.0, 3.0, 9.0, 4.0, 10.0]), 0.75)
    1.0
    """
    negatives = np.sort(scores[y == 0])
    allowed = int(np.floor((1 - specificity) * len(negatives) + 1e-9))
    if allowed >= len(negatives):
        return 1.0
    return float((scores[y == 1] > negatives[len(negatives) - 1 - allowed]).mean())
