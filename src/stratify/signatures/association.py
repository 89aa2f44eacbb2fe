"""What an outcome goes with: scores against severity, in a cohort of any size; association, never cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from stratify.errors import CohortError
from stratify.signatures.adjusted_rows import Effects, effects, prepare_rows
from stratify.signatures.association_result import Association, fisher_z, q_values, z_errors
from stratify.signatures.curvature import curvature_p
from stratify.signatures.partial_pooling import Pooled, pool
from stratify.signatures.rank_p import rank_p_values
from stratify.signatures.specificity import AXES, Specificity, judge_axes
from stratify.signatures.visits import between_and_within, is_constant_within, person_means

Array = NDArray[np.float64]

FEWEST_DF = 5


def associate_scores(
    scores: pd.DataFrame,
    outcome: pd.Series,
    *,
    covariates: Array | None = None,
    persons: Sequence[str] | None = None,
    axes: Sequence[str] = AXES,
) -> Association:
    """Associate every score with an outcome.

    Parameters
    ----------
    scores : DataFrame of shape (n, m)
        One column a score; NaN where not measured.
    outcome : Series of float, shape (n,)
        Without gaps, row by row as the scores.
    covariates : array of shape (n, c), optional
        Numbers without gaps (categories as columns of 0 and 1).
    persons : sequence of str, optional
        Person of each row; every row is its own person if left out. Where the outcome of nobody changes from
        row to row (a baseline severity), the rows of each person are averaged.
    axes : sequence of str, default Th2, Th1, Th17
        Scores that are each other's rivals.

    Returns
    -------
    Association

    Raises
    ------
    CohortError
        Too few rows for so many covariates, or covariates that explain the outcome in full.

    References
    ----------
    Benjamini & Hochberg, J R Stat Soc B 1995, doi:10.1111/j.2517-6161.1995.tb02031.x; for the rest see
    `adjusted_rows`, `dependent_correlations`, `partial_pooling` and `curvature`.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> scores = pd.DataFrame(rng.normal(size=(30, 2)), columns=["Th2", "Th1"])
    >>> found = associate_scores(scores, scores["Th2"] + rng.normal(size=30))
    >>> table = found.table()
    >>> table["score"].tolist(), table.loc[0, "reason"]
    (['Th2', 'Th1'], 'cannot be judged: Th17 not measured')
    """
    y = outcome.to_numpy(dtype=float)
    design = np.zeros((len(y), 0)) if covariates is None else np.asarray(covariates, dtype=float)
    person = np.arange(len(y)) if persons is None else np.unique(list(persons), return_inverse=True)[1]
    columns = scores.to_numpy(dtype=float)
    averaged = is_constant_within(y, person)
    if averaged:
        columns, y, design = person_means(columns, person), *(person_means(v, person) for v in (y, design))
        person = np.arange(len(y))
    _require_freedom(y, design, person)
    parts = [_part(columns[:, own], y, design, person, own) for own in _patterns(columns)]
    order = np.argsort(np.concatenate([part.own for part in parts]))
    rank = Effects.joined([part.rank for part in parts])[order]
    facts = pd.concat([part.facts for part in parts], ignore_index=True).iloc[order].reset_index(drop=True)
    n_samples, n_persons = (facts.pop(name).to_numpy(dtype=int) for name in ("n_samples", "n_persons"))
    width = int(np.linalg.matrix_rank(design - design.mean(axis=0))) if design.shape[1] else 0
    repeated = bool(len(np.unique(person)) < len(person))
    p = rank_p_values(rank, repeated=repeated)
    errors = z_errors(rank, n_samples, width, ranks=True, repeated=repeated)
    return Association(
        outcome=str(outcome.name),
        scores=tuple(map(str, scores.columns)),
        rank=rank,
        linear=Effects.joined([part.linear for part in parts])[order],
        n_samples=n_samples,
        n_persons=n_persons,
        covariates=width,
        repeated=repeated,
        averaged=averaged,
        pooled=_pooled(rank, errors, columns, y, design, person),
        curvature=facts.pop("curvature").to_numpy(),
        levels=facts,
        specificity=tuple(_judged(scores.columns, columns, y, design, person, q_values(p), axes)),
    )


@dataclass(frozen=True, eq=False)
class _Part:
    """Scores that are measured in the same rows: their places, effects and facts, one row a score."""

    own: NDArray[np.int_]
    rank: Effects
    linear: Effects
    facts: pd.DataFrame


def _patterns(columns: Array) -> list[NDArray[np.int_]]:
    """Columns that are measured in the same rows."""
    kinds = np.unique(np.isfinite(columns), axis=1, return_inverse=True)[1].ravel()
    return [np.flatnonzero(kinds == kind) for kind in np.unique(kinds)]


def _part(columns: Array, y: Array, design: Array, person: NDArray[np.int_], own: NDArray[np.int_]) -> _Part:
    seen = np.isfinite(columns[:, 0])
    x, y, design, person = columns[seen], y[seen], design[seen], person[seen]
    persons = len(np.unique(person))
    facts = pd.DataFrame(index=range(len(own)))
    facts = facts.assign(n_samples=len(y), n_persons=persons, curvature=np.nan)
    if persons - 2 - design.shape[1] < FEWEST_DF or np.ptp(y) == 0:
        return _Part(own, Effects.unknown(len(own)), Effects.unknown(len(own)), facts)
    rows = prepare_rows(y, design, person)
    ranked = effects(rankdata(x, axis=0), prepare_rows(rankdata(y), design, person))
    facts["curvature"] = curvature_p(x, y, design, person)
    if rows.repeated:
        facts = facts.join(between_and_within(x, y, design, person))
    return _Part(own, ranked, effects(x, rows), facts)


def _require_freedom(y: Array, design: Array, person: NDArray[np.int_]) -> None:
    people = len(np.unique(person))
    if people - 2 - design.shape[1] < FEWEST_DF:
        raise CohortError(
            f"at least {FEWEST_DF} persons more than covariates (categories count one a level) and two",
            f"{people} persons and {design.shape[1]} columns of covariates",
            "name fewer covariates",
        )
    rows = prepare_rows(y, design, person)
    if not float(rows.outcome @ rows.outcome) > 1e-12 * max(float(((y - y.mean()) ** 2).sum()), 1e-300):
        raise CohortError(
            "an outcome that covariates leave something of",
            "the covariates explain it in full",
            "leave out the covariate that is the outcome itself",
        )


def _pooled(
    rank: Effects, errors: Array, columns: Array, y: Array, design: Array, person: NDArray[np.int_]
) -> Pooled:
    """Pool what could be estimated; errors correlate as the scores do among people, if people are enough."""
    known = np.isfinite(rank.correlation) & np.isfinite(errors)
    gap = np.full(len(known), np.nan)
    if not known.any():
        return Pooled(np.nan, np.nan, gap, gap, gap, False)
    correlation = None
    if np.isfinite(columns[:, known]).all() and known.sum() <= (len(y) - design.shape[1]) / 2:
        cleared = prepare_rows(rankdata(y), design, person).adjust(rankdata(columns[:, known], axis=0))
        correlation = np.corrcoef(cleared, rowvar=False).reshape(known.sum(), known.sum())
    found = pool(fisher_z(rank.correlation[known]), errors[known], correlation)
    estimate, low, high = np.array([gap, gap, gap])
    estimate[known], low[known], high[known] = found.estimate, found.low, found.high
    return Pooled(found.center, found.spread, estimate, low, high, found.correlated)


def _judged(
    names: pd.Index,
    columns: Array,
    y: Array,
    design: Array,
    person: NDArray[np.int_],
    q: Array,
    axes: Sequence[str],
) -> list[Specificity]:
    """Axes are compared in the rows in which all of them are measured."""
    places = [list(names).index(name) for name in axes if name in names]
    places = [i for i in places if len(np.unique(columns[np.isfinite(columns[:, i]), i])) > 1]
    there, values = list(names[places]), columns[:, places]
    seen = np.isfinite(values).all(axis=1)
    if not there or seen.sum() - 3 - design.shape[1] < FEWEST_DF or np.ptp(y[seen]) == 0:
        return []
    rows = prepare_rows(rankdata(y[seen]), design[seen], person[seen])
    return judge_axes(there, rankdata(values[seen], axis=0), rows, q[places], axes=axes)
