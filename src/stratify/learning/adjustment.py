"""Which covariates a model adjusts for, how they are coded, and what is done where one is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.assays.schema import canonical_column
from stratify.errors import CohortError, listed
from stratify.learning.scorers import Scorer
from stratify.signatures.handling import handling_set, speaks_of_disease

Array = NDArray[np.float64]

HANDLING_COLUMN = "handling"
FEWEST_HEALTHY = 15  # with every covariate known
MOST_WORDS = 6
QUANTILES = (0.1, 0.3, 0.5, 0.7, 0.9)


@dataclass(frozen=True)
class Adjustment:
    """Covariates of a model; nothing is adjusted for where there are neither columns nor `own`.

    Parameters
    ----------
    columns : tuple of str
        Of the clinical table.
    words : tuple of tuple of str
        For each column its words, of which all but the first have an indicator; none for a number.
    own : array of shape (n_proteins,)
        Weights of the handling mean; empty where handling is not adjusted for.
    grid : array of shape (n_points, n_covariates)
        Coded covariates of the healthy people, as quantiles of a number and words, crossed.
    weights : array of shape (n_points,)
        Share of each point.
    """

    columns: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]
    own: Array
    grid: Array
    weights: Array

    @property
    def asked(self) -> bool:
        """Whether anything is adjusted for."""
        return bool(self.columns) or len(self.own) > 0

    @property
    def names(self) -> tuple[str, ...]:
        """What is adjusted for, handling last."""
        return (*self.columns, *([HANDLING_COLUMN] if len(self.own) else []))

    def coded(self, obs: pd.DataFrame) -> Array:
        """Code a clinical table.

        Parameters
        ----------
        obs : DataFrame
            One row a sample; a column may be absent.

        Returns
        -------
        array of shape (n, n_covariates)
            NaN where a value is absent, or a word that the healthy people do not have.
        """
        parts = [
            _coded(_column(obs, name), words) for name, words in zip(self.columns, self.words, strict=True)
        ]
        return np.column_stack([np.zeros((len(obs), 0)), *parts])

    def unknown(self, n: int) -> Array:
        """Code people (n) of whom no covariate is known."""
        return np.full((n, self.grid.shape[1]), np.nan)


_NO_GRID = np.zeros((0, 0)), np.zeros(0)
NO_ADJUSTMENT = Adjustment((), (), np.zeros(0), *_NO_GRID)


def _column(obs: pd.DataFrame, name: str) -> pd.Series:
    found = next((word for word in (name, canonical_column(name)) if word in obs), None)
    return pd.Series(np.nan, obs.index, dtype=object) if found is None else obs[found]


def _coded(values: pd.Series, words: Sequence[str]) -> Array:
    if not words:
        return pd.to_numeric(values, errors="coerce").to_numpy(dtype=float)[:, None]
    text = _words(values)
    known = text.isin(list(words)).to_numpy()
    marks = np.array([text == word for word in words[1:]], dtype=float).reshape(len(words) - 1, len(text)).T
    return np.where(known[:, None], marks, np.nan)


def _words(values: pd.Series) -> pd.Series:
    return values.astype("string").fillna("").str.strip()


def fit_adjustment(
    obs: pd.DataFrame, reference: NDArray[np.bool_], names: Sequence[str], assays: pd.DataFrame
) -> Adjustment:
    """Say how covariates are coded; no effect is learned here.

    Parameters
    ----------
    obs : DataFrame
        Everybody, with the named columns.
    reference : boolean array of shape (n,)
        The healthy people.
    names : sequence of str
        Columns, or ``handling``: the mean of the handling proteins that speak of no disease.
    assays : DataFrame
        Columns ``uniprot`` and ``gene``.

    Returns
    -------
    Adjustment

    Raises
    ------
    CohortError
        Fewer than fifteen healthy people of whom all is known, a column with too many words, or no
        handling protein.
    """
    columns = tuple(name for name in dict.fromkeys(names) if name != HANDLING_COLUMN)
    own = _handling_mean(assays) if HANDLING_COLUMN in names else np.zeros(0)
    healthy = obs[reference]
    words = tuple(_levels(_column(healthy, name), name) for name in columns)
    told = Adjustment(columns, words, own, *_NO_GRID)
    coded = told.coded(healthy)
    complete = coded[np.isfinite(coded).all(axis=1)]
    if len(complete) < FEWEST_HEALTHY:
        raise CohortError(
            f"at least {FEWEST_HEALTHY} healthy people with known {listed(names)}, to learn effects from",
            f"{len(complete)}",
            "leave out adjust in [learning], or name reference groups and complete the clinical table",
        )
    return Adjustment(columns, words, own, *_grid(complete, words))


def _handling_mean(assays: pd.DataFrame) -> Array:
    chosen = handling_set(assays, speaks_of_disease(assays))
    if not chosen.any():
        raise CohortError(
            "handling proteins, to adjust for", "none was measured", 'leave "handling" out of adjust'
        )
    return np.asarray(chosen / chosen.sum())


def _levels(values: pd.Series, name: str) -> tuple[str, ...]:
    if pd.api.types.is_numeric_dtype(values):
        return ()
    words = tuple(sorted(set(_words(values)) - {""}))
    if not 1 < len(words) <= MOST_WORDS:
        raise CohortError(
            f"a number, or 2 to {MOST_WORDS} words, in column {name} of the healthy people",
            f"{len(words)} words",
            "leave the column out of adjust in [learning]",
        )
    return words


def _grid(coded: Array, words: tuple[tuple[str, ...], ...]) -> tuple[Array, Array]:
    """Cross the quantiles of numbers and the words of the healthy people, with the share of each point."""
    points: list[list[tuple[Array, float]]] = []
    place = 0
    for levels in words:
        width = max(len(levels) - 1, 1)
        part = coded[:, place : place + width]
        place += width
        if levels:
            rows, count = np.unique(part, axis=0, return_counts=True)
            points.append([(row, c / len(part)) for row, c in zip(rows, count, strict=True)])
        else:
            values = np.quantile(part[:, 0], QUANTILES)
            points.append([(np.array([value]), 1 / len(QUANTILES)) for value in values])
    crossed = list(product(*points))
    grid = np.array([np.concatenate([np.zeros(0), *(value for value, _ in point)]) for point in crossed])
    return grid, np.array([float(np.prod([share for _, share in point])) for point in crossed])


def averaged(
    scorer: Scorer, filled: Array, covariates: Array | None, adjustment: Adjustment
) -> tuple[Array, Array]:
    """Score people; whose covariates are not all known is scored over those of the healthy people.

    Parameters
    ----------
    scorer : Scorer
        With effects.
    filled : array of shape (n, n_proteins)
        Profiles without gaps.
    covariates : array of shape (n, n_covariates), optional
        NaN where unknown; nothing is adjusted for if left out.
    adjustment : Adjustment
        With the grid; what is known of a person stays.

    Returns
    -------
    score, variance : arrays of shape (n,)
        Mean over the grid, and the variance over it; 0 for people of whom all is known.
    """
    score, variance = scorer.score(filled, covariates), np.zeros(len(filled))
    if covariates is None or not np.isnan(covariates).any():
        return score, variance
    lacking = np.flatnonzero(np.isnan(covariates).any(axis=1))
    own, some = covariates[lacking], np.ascontiguousarray(filled[lacking])
    told = [scorer.score(some, np.where(np.isnan(own), point, own)) for point in adjustment.grid]
    over = np.ascontiguousarray(np.array(told).T)
    score[lacking] = (over * adjustment.weights).sum(axis=1)
    variance[lacking] = ((over - score[lacking][:, None]) ** 2 * adjustment.weights).sum(axis=1)
    return score, variance
