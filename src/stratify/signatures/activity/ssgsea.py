r"""ssGSEA: how much earlier a set's proteins come than the others when a sample's levels are ranked.

:math:`\sum_j r_j^{1/4} (n - q_j + 1) / \sum_j r_j^{1/4} - \sum_{i \notin S} (n - q_i + 1) / (n - k)` with
rank :math:`r` from the bottom and position :math:`q` from the top, over the range of all scores of the
reference.
"""

from __future__ import annotations

import numpy as np

from stratify.signatures.activity.member_ranks import MemberRanks, member_ranks
from stratify.signatures.activity.method import Array, Members, Method, State, columns_of

_ROWS = 1000


def fit_ssgsea(levels: Array, members: Members) -> State:
    """Freeze the range of the reference people's scores.

    Parameters
    ----------
    levels : array of shape (n, n_proteins)
        Log2 levels of the reference people, NaN where missing.
    members : Members
        Weights are not used.

    Returns
    -------
    dict of arrays
        ``inside`` (n_sets, n_proteins) and ``range`` (): largest less smallest score over all sets and
        people; NaN where they are alike.

    References
    ----------
    Barbie et al., Nature 2009, doi:10.1038/nature08460.
    """
    return _fit(members, _walks(members.inside, levels))


def _fit(members: Members, scores: Array) -> State:
    known = scores[~np.isnan(scores)]
    width = np.ptp(known) if known.size else 0.0
    return {"inside": members.inside, "range": np.asarray(width if width > 0 else np.nan)}


def score_ssgsea(state: State, levels: Array) -> Array:
    """Score patients in units of the frozen range.

    Parameters
    ----------
    state : dict of arrays
        From `fit_ssgsea`.
    levels : array of shape (n, n_proteins)
        NaN where missing.

    Returns
    -------
    array of shape (n, n_sets)
        NaN where no member, or nothing but members, has a level.
    """
    return np.asarray(_walks(state["inside"], levels) / state["range"])


def cohort_ssgsea(levels: Array, members: Members) -> Array:
    """Score a cohort in units of its own range: levels (n, n_proteins) to scores (n, n_sets)."""
    scores = _walks(members.inside, levels)
    return np.asarray(scores / _fit(members, scores)["range"])


def _walks(inside: np.ndarray, levels: Array) -> Array:
    columns, places = columns_of(inside)
    parts = []
    for first in range(0, max(len(levels), 1), _ROWS):
        ranks = member_ranks(levels[first : first + _ROWS], columns)
        step = np.where(ranks.measured, ranks.count - ranks.descending() + 1, 0)
        root = np.where(ranks.measured, np.sqrt(np.sqrt(np.floor(ranks.mean_rank()))), 0.0)
        sets = [_areas(ranks, step, root, place) for place in places]
        parts.append(np.stack(sets, axis=1) if sets else np.zeros((len(step), 0)))
    return np.concatenate(parts)


def _areas(ranks: MemberRanks, step: np.ndarray, root: Array, place: np.ndarray) -> Array:
    step, root = np.take(step, place, axis=1), np.take(root, place, axis=1)
    members = np.take(ranks.measured, place, axis=1).sum(axis=1)
    count = ranks.count[:, 0]
    known = (members > 0) & (count > members)
    within = (root * step).sum(axis=1) / np.where(known, root.sum(axis=1), 1.0)
    outside = (count * (count + 1) / 2 - step.sum(axis=1)) / np.where(known, count - members, 1)
    return np.where(known, within - outside, np.nan)


METHOD = Method(
    name="ssgsea",
    title="ssGSEA",
    says="how much higher the set's proteins stand than the others in the ranking of the sample's own levels",
    limits="levels of different proteins are compared as they are, so that proteins with high levels decide; "
    "the unit depends on which sets are scored together",
    doi="10.1038/nature08460",
    weighted=False,
    needs_reference=True,
    needs_spread=False,
    fit=fit_ssgsea,
    score=score_ssgsea,
    cohort=cohort_ssgsea,
)
