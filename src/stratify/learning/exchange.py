"""Permutations that keep what belongs to a patient together, and a test that stops early."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


class Exchange:
    """Who may exchange values with whom when nothing but chance links values and features.

    Where each patient has one value, patients of a stratum exchange it. Otherwise those whose samples lie
    in the same strata exchange all their values, and samples of one patient in one stratum exchange theirs,
    so that a column that changes within every patient alike (two visits on two plates) can be tested. With
    `in_order` the samples of a patient keep their order, as times must.

    Parameters
    ----------
    values : array of shape (n,)
        What is permuted.
    patients, strata : integer arrays of shape (n,)
        Patient and stratum of each row.
    in_order : bool, default False
        Whether the samples of a patient keep their order.

    References
    ----------
    Winkler et al., NeuroImage 2015, doi:10.1016/j.neuroimage.2015.05.092.

    Examples
    --------
    >>> pairs = Exchange(np.array([1.0, 1.0, 2.0, 2.0]), np.array([0, 0, 1, 1]), np.zeros(4, dtype=int))
    >>> drawn = pairs.draw(np.random.default_rng(0), 9)
    >>> bool((drawn[0] == drawn[1]).all() and (drawn[0] != drawn[2]).all())
    True
    """

    def __init__(
        self, values: Array, patients: Integers, strata: Integers, *, in_order: bool = False
    ) -> None:
        self._cells: Integers | None = None
        rows = pd.DataFrame({"value": values, "stratum": strata}).groupby(patients, sort=True)
        if (rows["value"].nunique(dropna=False) == 1).all():
            self._values = rows["value"].first().to_numpy()
            self._expand = np.unique(patients, return_inverse=True)[1]
            keys = [tuple(sorted(set(part))) for _, part in rows["stratum"]]
            members = [[i] for i in range(len(keys))]
        else:
            self._values, self._expand = np.asarray(values), np.arange(len(values))
            keys = [tuple(part) for _, part in rows["stratum"]]
            members = [list(rows.indices[patient]) for patient, _ in rows["stratum"]]
            if not in_order:
                self._cells = np.unique(np.column_stack([patients, strata]), axis=0, return_inverse=True)[1]
        blocks: dict[tuple[int, ...], list[list[int]]] = {}
        for key, rows_of_one in zip(keys, members, strict=True):
            blocks.setdefault(key, []).append(rows_of_one)
        self._blocks = [np.array(block) for block in blocks.values()]

    def draw(self, rng: np.random.Generator, n: int) -> Array:
        """Draw ``n`` permutations, one a column, of shape (len(values), n)."""
        drawn = np.repeat(self._values[:, None], n, axis=1)
        for rows in self._blocks:
            turns = rng.permuted(np.tile(np.arange(len(rows)), (n, 1)), axis=1)
            drawn[rows.ravel()] = self._values[rows][turns].reshape(n, -1).T
        if self._cells is not None:
            place = np.argsort(self._cells, kind="stable")
            order = np.argsort(self._cells.reshape(-1, 1) + rng.random(drawn.shape), axis=0)
            drawn[place] = np.take_along_axis(drawn, order, axis=0)
        return np.asarray(drawn[self._expand])


def sequential_p(
    observed: float, draw: Callable[[int], Array], *, most: int = 499, enough: int = 10, chunk: int = 50
) -> tuple[float, int]:
    """Permutation p-value that stops as soon as it is clearly large.

    Parameters
    ----------
    observed : float
        The statistic; larger is stronger.
    draw : callable
        Gives that many statistics under permutation; one that is NaN counts as an exceedance.
    most : int, default 499
        Most permutations.
    enough : int, default 10
        Exceedances after which to stop.
    chunk : int, default 50
        Permutations that are drawn at once.

    Returns
    -------
    p_value : float
        Where no draw reaches the observed value, the tail of a normal distribution with the draws' mean and
        SD if that is smaller, so that a strong effect survives a correction for many tests.
    n_permutations : int

    References
    ----------
    Besag & Clifford, Biometrika 1991, doi:10.1093/biomet/78.2.301; Knijnenburg et al., Bioinformatics 2009,
    doi:10.1093/bioinformatics/btp211 (p-values beyond the number of permutations).

    Examples
    --------
    >>> sequential_p(1.0, lambda n: np.full(n, 2.0)), sequential_p(1.0, np.zeros)
    ((1.0, 10), (0.002, 499))
    """
    done = exceeding = 0
    seen: list[Array] = []
    while done < most:
        values = draw(min(chunk, most - done))
        seen.append(values)
        hits = exceeding + np.cumsum(~(values < observed - 1e-12))
        if hits[-1] >= enough:
            done += int(np.argmax(hits >= enough)) + 1
            return enough / done, done
        exceeding, done = int(hits[-1]), done + len(values)
    p = (1 + exceeding) / (1 + most)
    return (p if exceeding else min(p, _normal_tail(observed, np.concatenate(seen)))), most


def _normal_tail(observed: float, drawn: Array) -> float:
    spread = float(drawn.std(ddof=1)) if len(drawn) > 1 else 0.0
    return float(ndtr((drawn.mean() - observed) / spread)) if spread > 0 else 1.0
