"""GSVA: proteins are put on the scale of the reference people's distribution, ranked, and a walk is taken."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stratify.signatures.activity.kernel_distribution import fit_kernels, kernel_distribution
from stratify.signatures.activity.member_ranks import MemberRanks, member_ranks
from stratify.signatures.activity.method import Array, Members, Method, State, columns_of

_ROWS = 1000  # samples at a time, for memory


def fit_gsva(levels: Array, members: Members) -> State:
    """Freeze the reference people's distributions.

    Parameters
    ----------
    levels : array of shape (n, n_proteins)
        Log2 levels of the reference people, NaN where missing.
    members : Members
        Weights are not used.

    Returns
    -------
    dict of arrays
        ``inside`` (n_sets, n_proteins) without proteins that never vary, and the state of `fit_kernels`.

    References
    ----------
    Hanzelmann et al., BMC Bioinformatics 2013, doi:10.1186/1471-2105-14-7.
    """
    kernels = fit_kernels(levels)
    return {"inside": members.inside & ~np.isnan(kernels["bandwidth"]), **kernels}


def score_gsva(state: State, levels: Array, *, max_difference: bool = True) -> Array:
    """Score patients against the frozen distributions.

    Parameters
    ----------
    state : dict of arrays
        From `fit_gsva`.
    levels : array of shape (n, n_proteins)
        NaN where missing; such a protein takes no rank.
    max_difference : bool, default True
        The largest deviation above zero plus the largest below, as published; False takes the larger one.

    Returns
    -------
    array of shape (n, n_sets)
        Between -1 and 1; NaN where no member, or nothing but members, has a level.
    """
    columns, places = columns_of(state["inside"])
    parts = [
        walks(member_ranks(kernel_distribution(state, part), columns), places, max_difference=max_difference)
        for part in (levels[i : i + _ROWS] for i in range(0, max(len(levels), 1), _ROWS))
    ]
    return np.concatenate(parts)


def walks(ranks: MemberRanks, places: list[NDArray[np.intp]], *, max_difference: bool = True) -> Array:
    """Largest deviations of the walks down each sample's ranking.

    Parameters
    ----------
    ranks : MemberRanks
        Of the distribution values.
    places : list of arrays
        Of each set's members among the ranked columns.
    max_difference : bool, default True
        As in `score_gsva`.

    Returns
    -------
    array of shape (n, n_sets)
    """
    position = np.where(ranks.measured, ranks.descending(), ranks.count + 1)
    scores = np.empty((len(position), len(places)))
    for column, place in enumerate(places):
        walked = np.sort(np.take(position, place, axis=1), axis=1)
        scores[:, column] = _deviation(walked, ranks.count, max_difference=max_difference)
    return scores


def _deviation(position: NDArray[np.int64], count: NDArray[np.int64], *, max_difference: bool) -> Array:
    """Deviation from sorted positions (n, s), those beyond the count being absent.

    The walk turns only where a member stands, so its extremes are just before and just after members.
    """
    present = position <= count
    members = present.sum(axis=1, keepdims=True)
    others = count - members
    weight = np.where(present, np.abs(count / 2 - (position - 1)), 0.0)
    weight = np.where(weight.sum(axis=1, keepdims=True) > 0, weight, present)
    total = weight.sum(axis=1, keepdims=True)
    risen = np.cumsum(weight, axis=1)
    fallen = (position - np.cumsum(present, axis=1)) / np.maximum(others, 1)
    after = np.where(present, risen / np.maximum(total, 1e-300) - fallen, 0.0)
    before = np.where(present, (risen - weight) / np.maximum(total, 1e-300) - fallen, 0.0)
    above = np.maximum(after.max(axis=1, initial=0.0), 0.0)
    below = np.minimum(before.min(axis=1, initial=0.0), 0.0)
    value = above + below if max_difference else np.where(above > -below, above, below)
    return np.where(((members > 0) & (others > 0))[:, 0], value, np.nan)


def cohort_gsva(levels: Array, members: Members) -> Array:
    """Score a cohort that is its own reference: levels (n, n_proteins) to scores (n, n_sets)."""
    return score_gsva(fit_gsva(levels, members), levels)


METHOD = Method(
    name="gsva",
    title="GSVA",
    says="whether the set's proteins stand higher in the sample's own ranking than its other proteins do, "
    "after each was put on the scale of the reference people",
    limits="a sensitivity output: the kernel saturates beyond 2 SD, and one absent protein re-ranks the rest",
    doi="10.1186/1471-2105-14-7",
    weighted=False,
    needs_reference=True,
    needs_spread=True,
    fit=fit_gsva,
    score=score_gsva,
    cohort=cohort_gsva,
)
