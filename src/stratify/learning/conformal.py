"""One-sided cross-conformal p-values against the people without the reference disease."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stratify.learning.scorers import Scorer

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Member:
    """Model of one outer fold and what it said of the held-out negatives.

    Parameters
    ----------
    scorer : Scorer
        Fitted on the people outside the fold.
    negatives : array of shape (n_negatives,)
        Its scores of the held-out people without the reference disease, sorted.
    repeat : int
        Repeat of the cross-validation; p-values are averaged over repeats.
    """

    scorer: Scorer
    negatives: Array
    repeat: int


def p_values(members: tuple[Member, ...], scores: Array) -> Array:
    """How extreme a score is among the negatives, each judged by a model that had not seen that person.

    Parameters
    ----------
    members : tuple of Member
        One a fold and repeat.
    scores : array of shape (n_members, n)
        Scores that the members give to the new people.

    Returns
    -------
    array of shape (n,)
        ``(1 + number of negatives at or above) / (1 + number of negatives)``, mean over repeats.
        The smallest possible value is ``1 / (1 + number of negatives)``.

    References
    ----------
    Barber et al., Ann Stat 2021, doi:10.1214/20-AOS1965 (CV+);
    Vovk, Ann Math Artif Intell 2015, doi:10.1007/s10472-013-9368-4 (cross-conformal).

    Examples
    --------
    >>> from stratify.learning.scorers import linear_scorer
    >>> one = linear_scorer(np.zeros(1), np.ones(1), np.ones(1), 0.0)
    >>> p_values((Member(one, np.array([1.0, 2.0, 3.0]), 0),), np.array([[2.5]]))
    array([0.5])
    """
    repeats = sorted({member.repeat for member in members})
    values = np.zeros((scores.shape[1], len(repeats)))
    for place, repeat in enumerate(repeats):
        above, count = np.zeros(scores.shape[1]), 0
        for member, own in zip(members, scores, strict=True):
            if member.repeat == repeat:
                above += len(member.negatives) - np.searchsorted(member.negatives, own, side="left")
                count += len(member.negatives)
        values[:, place] = (1 + above) / (1 + count)
    return values.mean(axis=1)
