"""PLAGE: the first singular vector of a set's standardised proteins, with frozen loadings."""

from __future__ import annotations

import numpy as np

from stratify.signatures.activity.method import Array, Members, Method, State, columns_of
from stratify.signatures.activity.moments import moments

_SMALLEST = 1e-12


def fit_plage(levels: Array, members: Members) -> State:
    """Freeze means, SDs and the loadings of the first component.

    A singular vector has no sign of its own. Here the loadings add up to a positive number, so that a high
    score means high levels of most members; where they cancel, the largest loading is positive.

    Parameters
    ----------
    levels : array of shape (n, n_proteins)
        Log2 levels of the reference people; a gap stands at the mean.
    members : Members
        Weights are not used.

    Returns
    -------
    dict of arrays
        ``inside`` (n_sets, n_proteins), ``center``, ``scale`` (n_proteins,); ``loadings`` (n_sets,
        n_proteins) of unit length; ``size`` (n_sets,), the first singular value.

    References
    ----------
    Tomfohr et al., BMC Bioinformatics 2005, doi:10.1186/1471-2105-6-225.
    """
    return _fit(levels, members)[0]


def _fit(levels: Array, members: Members) -> tuple[State, Array]:
    """State, and the standardised levels of its columns."""
    center, scale = (np.full(levels.shape[1], np.nan) for _ in range(2))
    columns = np.flatnonzero(members.inside.any(axis=0))
    center[columns], scale[columns] = moments(np.take(levels, columns, axis=1))
    inside = members.inside & ~np.isnan(scale)
    state = {"inside": inside, "center": center, "scale": scale}
    columns, places = columns_of(inside)
    z = _standardised(state, levels, columns)
    filled = np.where(np.isnan(z), 0.0, z)
    loadings, size = np.zeros(inside.shape), np.full(len(inside), np.nan)
    for row, place in enumerate(places):
        if len(place):
            loadings[row, columns[place]], size[row] = _first(np.take(filled, place, axis=1))
    state |= {"loadings": loadings, "size": np.where(size > _SMALLEST, size, np.nan)}
    return state, z


def _first(z: Array) -> tuple[Array, float]:
    """First right singular vector and value of (n, s)."""
    if z.shape[1] > len(z):
        _, values, right = np.linalg.svd(z, full_matrices=False)
        vector, value = right[0], float(values[0])
    else:
        squares, vectors = np.linalg.eigh(z.T @ z)
        vector, value = vectors[:, -1], float(np.sqrt(max(squares[-1], 0.0)))
    total = vector.sum()
    if abs(total) < 1e-9:
        total = vector[np.abs(vector).argmax()]
    return (vector if total > 0 else -vector), value


def score_plage(state: State, levels: Array) -> Array:
    """Project patients on the frozen loadings.

    Parameters
    ----------
    state : dict of arrays
        From `fit_plage`.
    levels : array of shape (n, n_proteins)
        NaN where missing.

    Returns
    -------
    array of shape (n, n_sets)
        In the unit of a singular vector: squares add up to one over the reference people. Where members have
        no level, the least-squares fit to the others; NaN where none has.
    """
    columns = columns_of(state["inside"])[0]
    return _project(state, _standardised(state, levels, columns))


def _project(state: State, z: Array) -> Array:
    columns, places = columns_of(state["inside"])
    gaps = np.isnan(z)
    whole = not gaps.any()
    z = z if whole else np.where(gaps, 0.0, z)
    scores = np.full((len(z), len(places)), np.nan)
    for column, place in enumerate(places):
        loadings = state["loadings"][column, columns[place]]
        total = (np.take(z, place, axis=1) * loadings).sum(axis=1)
        squares = np.square(loadings)
        known = squares if whole else np.where(np.take(gaps, place, axis=1), 0.0, squares)
        size = state["size"][column] * known.sum(axis=-1)
        np.divide(total, size, out=scores[:, column], where=size > _SMALLEST)
    return scores


def _standardised(state: State, levels: Array, columns: np.ndarray) -> Array:
    z = np.take(levels, columns, axis=1) - state["center"][columns]
    return np.asarray(z / state["scale"][columns])


def cohort_plage(levels: Array, members: Members) -> Array:
    """Score a cohort that is its own reference: levels (n, n_proteins) to scores (n, n_sets)."""
    return _project(*_fit(levels, members))


METHOD = Method(
    name="plage",
    title="PLAGE",
    says="where a sample lies along the direction in which the set's proteins vary most among the reference",
    limits="that direction may be age, sex or handling rather than the pathway; what leaves it is not seen",
    doi="10.1186/1471-2105-6-225",
    weighted=False,
    needs_reference=True,
    needs_spread=True,
    fit=fit_plage,
    score=score_plage,
    cohort=cohort_plage,
)
