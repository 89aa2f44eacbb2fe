"""What every method of pathway activity is asked for: a record of itself, and three functions of arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
State = dict[str, NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Members:
    """Which proteins belong to which set.

    Parameters
    ----------
    inside : boolean array of shape (n_sets, n_proteins)
        Membership.
    weights : array of shape (n_proteins,)
        Share of samples above the limit of detection; only methods that have weights use it.
    """

    inside: NDArray[np.bool_]
    weights: Array

    @classmethod
    def equal(cls, inside: NDArray[np.bool_]) -> Members:
        """Members that all count alike, from a membership (n_sets, n_proteins)."""
        return cls(inside, np.ones(inside.shape[1]))


@dataclass(frozen=True)
class Method:
    """One way to turn the levels of a set's proteins into one number a sample.

    Parameters
    ----------
    name, title : str
        As it is asked for, and as people call it.
    says, limits : str
        One sentence each: what the number means, and where it misleads.
    doi : str
        Of its publication.
    weighted : bool
        Whether members count by their detectability.
    needs_reference : bool
        Whether other people are needed to score one; if not, cohort and frozen form are the same.
    needs_spread : bool
        Whether a protein that never varies in the reference is left out.
    fit : callable
        ``fit(levels (n, n_proteins), members) -> state``, plain arrays; ``state["inside"]`` (n_sets,
        n_proteins) says which members are used.
    score : callable
        ``score(state, levels (n, n_proteins)) -> (n, n_sets)``, row by row.
    cohort : callable
        ``cohort(levels (n, n_proteins), members) -> (n, n_sets)``: as published, the cohort is its own
        reference.
    """

    name: str
    title: str
    says: str
    limits: str
    doi: str
    weighted: bool
    needs_reference: bool
    needs_spread: bool
    fit: Callable[[Array, Members], State]
    score: Callable[[State, Array], Array]
    cohort: Callable[[Array, Members], Array]


def columns_of(inside: NDArray[np.bool_]) -> tuple[NDArray[np.intp], list[NDArray[np.intp]]]:
    """Find the columns that any set uses, and the places of each set's members among them.

    Parameters
    ----------
    inside : boolean array of shape (n_sets, n_proteins)
        Membership.

    Returns
    -------
    columns : array of shape (k,)
        In ascending order.
    places : list of arrays
        One a set, indices into `columns`.

    Examples
    --------
    >>> columns, places = columns_of(np.array([[True, False, True], [False, False, True]]))
    >>> columns.tolist(), [p.tolist() for p in places]
    ([0, 2], [[0, 1], [1]])
    """
    columns = np.flatnonzero(inside.any(axis=0))
    return columns, [np.flatnonzero(row) for row in inside[:, columns]]


def present_members(inside: NDArray[np.bool_], levels: Array) -> NDArray[np.int64]:
    """Count, for each sample and set, the members that have a level (n, n_sets)."""
    columns, places = columns_of(inside)
    measured = ~np.isnan(np.take(levels, columns, axis=1))
    counts = [np.take(measured, place, axis=1).sum(axis=1) for place in places]
    return np.stack(counts, axis=1) if counts else np.zeros((len(levels), 0), dtype=np.int64)
