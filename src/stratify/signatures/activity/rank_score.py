"""Rank score that needs no other people: the mean rank of a set's proteins within the sample."""

from __future__ import annotations

import numpy as np

from stratify.signatures.activity.member_ranks import MemberRanks, member_ranks
from stratify.signatures.activity.method import Array, Members, Method, State, columns_of

_ROWS = 1000


def fit_ranks(levels: Array, members: Members) -> State:
    """Freeze which proteins belong to which set; no level is learned.

    Parameters
    ----------
    levels : array of shape (n, n_proteins)
        Not used.
    members : Members
        Weights are not used.

    Returns
    -------
    dict of arrays
        ``inside`` (n_sets, n_proteins).

    References
    ----------
    Foroutan et al., BMC Bioinformatics 2018, doi:10.1186/s12859-018-2435-4.
    """
    return {"inside": members.inside}


def score_ranks(state: State, levels: Array) -> Array:
    """Score patients, each from its own ranks.

    Parameters
    ----------
    state : dict of arrays
        From `fit_ranks`.
    levels : array of shape (n, n_proteins)
        NaN where missing; such a protein takes no rank. Ties take their lowest rank.

    Returns
    -------
    array of shape (n, n_sets)
        Mean rank between its smallest and its largest possible value, as -.5 to .5; NaN where no member, or
        nothing but members, has a level.

    Examples
    --------
    >>> score_ranks({"inside": np.array([[False, True, True]])}, np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]))
    array([[ 0.5],
           [-0.5]])
    """
    columns, places = columns_of(state["inside"])
    parts = []
    for first in range(0, max(len(levels), 1), _ROWS):
        ranks = member_ranks(levels[first : first + _ROWS], columns)
        rank = np.where(ranks.measured, ranks.lower + 1, 0)
        sets = [_centred(ranks, np.take(rank, place, axis=1), place) for place in places]
        parts.append(np.stack(sets, axis=1) if sets else np.zeros((len(rank), 0)))
    return np.concatenate(parts)


def _centred(ranks: MemberRanks, rank: np.ndarray, place: np.ndarray) -> Array:
    members = np.take(ranks.measured, place, axis=1).sum(axis=1)
    others = ranks.count[:, 0] - members
    known = (members > 0) & (others > 0)
    above = rank.sum(axis=1) / np.where(known, members, 1) - (members + 1) / 2
    return np.where(known, above / np.where(known, others, 1) - 0.5, np.nan)


def cohort_ranks(levels: Array, members: Members) -> Array:
    """Score each sample from its own ranks: levels (n, n_proteins) to scores (n, n_sets)."""
    return score_ranks(fit_ranks(levels, members), levels)


METHOD = Method(
    name="rank",
    title="rank score (singscore)",
    says="the mean rank of the set's proteins within the sample, from -.5 (all lowest) to .5 (all highest)",
    limits="levels of different proteins are compared as they are, so that proteins with high levels decide; "
    "which other proteins were measured matters",
    doi="10.1186/s12859-018-2435-4",
    weighted=False,
    needs_reference=False,
    needs_spread=False,
    fit=fit_ranks,
    score=score_ranks,
    cohort=cohort_ranks,
)
