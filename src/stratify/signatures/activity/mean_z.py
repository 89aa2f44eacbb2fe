r"""Mean z of a set: frozen and weighted by detectability, or combined over a cohort.

For one patient, :math:`(\sum_j w_j z_j / \sum_j w_j - \mu) / \sigma`, where :math:`z_j` are SDs from the
reference people's mean, :math:`w_j` is how often protein j is detectable, and :math:`\mu, \sigma` are the
reference people's own mean and SD of the weighted mean. For a cohort that is its own reference,
:math:`\sum_j w_j z_j / \sqrt{\sum_j w_j^2}`, which with equal weights is the combined z of Lee et al.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stratify.signatures.activity.method import Array, Members, Method, State, columns_of
from stratify.signatures.activity.moments import moments

SHRINK = 0.2  # how far each SD is drawn towards the median SD, as for the classifier
SMALLEST_SPREAD = 1e-9


def fit_mean_z(levels: Array, members: Members) -> State:
    """Freeze the weighted mean z.

    Parameters
    ----------
    levels : array of shape (n, n_proteins)
        Log2 levels of the reference people, NaN where missing.
    members : Members
        Of the sets, with weights.

    Returns
    -------
    dict of arrays
        ``inside`` (n_sets, n_proteins), ``center``, ``scale``, ``weights`` (n_proteins,); ``mean``, ``sd``
        (n_sets,).

    References
    ----------
    Lee et al., PLoS Comput Biol 2008, doi:10.1371/journal.pcbi.1000217.
    """
    center, sd = moments(levels)
    known = ~np.isnan(sd)
    scale = (1 - SHRINK) * sd + SHRINK * (np.median(sd[known]) if known.any() else np.nan)
    inside = members.inside & known & (members.weights > 0)
    state = {"inside": inside, "center": center, "scale": scale, "weights": members.weights}
    raw = _sums(state, levels, np.abs)
    count = np.maximum((~np.isnan(raw)).sum(axis=0), 1)
    mean = np.nansum(raw, axis=0) / count
    spread = np.sqrt(np.nansum(np.square(raw - mean), axis=0) / np.maximum(count - 1, 1))
    return state | {"mean": mean, "sd": np.where(spread > SMALLEST_SPREAD, spread, 1.0)}


def score_mean_z(state: State, levels: Array) -> Array:
    """Score patients in SDs of the reference people's own scores.

    Parameters
    ----------
    state : dict of arrays
        From `fit_mean_z`.
    levels : array of shape (n, n_proteins)
        NaN where missing.

    Returns
    -------
    array of shape (n, n_sets)
        NaN where no member has a level; on the others' weights where some have none.
    """
    return (_sums(state, levels, np.abs) - state["mean"]) / state["sd"]


def combined_z(levels: Array, members: Members) -> Array:
    """Score a cohort that is its own reference.

    Parameters
    ----------
    levels : array of shape (n, n_proteins)
        NaN where missing.
    members : Members
        Of the sets, with weights.

    Returns
    -------
    array of shape (n, n_sets)

    References
    ----------
    Lee et al., PLoS Comput Biol 2008, doi:10.1371/journal.pcbi.1000217.

    Examples
    --------
    >>> levels = np.array([[1.0, 2.0], [3.0, 6.0], [5.0, 4.0]])
    >>> combined_z(levels, Members.equal(np.array([[True, True]]))).round(3).ravel()
    array([-1.414,  0.707,  0.707])
    """
    columns = np.flatnonzero(members.inside.any(axis=0))
    levels, weights = np.take(levels, columns, axis=1), members.weights[columns]
    center, scale = moments(levels)
    inside = members.inside[:, columns] & ~np.isnan(scale) & (weights > 0)
    return _sums({"inside": inside, "center": center, "scale": scale, "weights": weights}, levels, np.square)


def _sums(state: State, levels: Array, norm: np.ufunc) -> Array:
    """Weighted sums of z over the sum of weights (``abs``) or the root of their squares (``square``)."""
    columns, places = columns_of(state["inside"])
    z = (np.take(levels, columns, axis=1) - state["center"][columns]) / state["scale"][columns]
    gaps = np.isnan(z)
    whole = not gaps.any()
    z = z if whole else np.where(gaps, 0.0, z)
    scores = np.full((len(levels), len(places)), np.nan)
    for column, place in enumerate(places):
        weights = state["weights"][columns[place]]
        total = (np.take(z, place, axis=1) * weights).sum(axis=1)
        size = _size(norm(weights), None if whole else np.take(gaps, place, axis=1))
        np.divide(total, np.sqrt(size) if norm is np.square else size, out=scores[:, column], where=size > 0)
    return scores


def _size(weights: Array, gaps: NDArray[np.bool_] | None) -> Array:
    return weights.sum(keepdims=True) if gaps is None else np.where(gaps, 0.0, weights).sum(axis=1)


METHOD = Method(
    name="z",
    title="mean z",
    says="how many SDs the set's proteins lie above the reference people on average",
    limits="proteins that move against each other cancel; the unit depends on how they correlate there",
    doi="10.1371/journal.pcbi.1000217",
    weighted=True,
    needs_reference=True,
    needs_spread=True,
    fit=fit_mean_z,
    score=score_mean_z,
    cohort=combined_z,
)
