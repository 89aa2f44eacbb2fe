"""Whom to measure next: scored people drawn with known chances, most where a label would teach most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stratify.errors import CohortError

Array = NDArray[np.float64]

FLOOR = 2  # people of a stratum who are measured at least, so that its spread can be seen
FLOOR_SHARE = 0.75  # of the places that a stratum would get by its size alone
BANDS = (0.5, 0.75, 0.9)  # quantiles at which the scores of people who are not flagged are cut
_NEAREST = 0.05  # nobody's label is taken to be surer than this when a plan is made


@dataclass(frozen=True, eq=False)
class MeasurementPlan:
    """Who is to be measured, and with which chance each person could have been.

    Parameters
    ----------
    stratum : integer array of shape (n,)
        0 for people who are not flagged and have the lowest scores; the flagged have the highest number.
    inclusion : array of shape (n,)
        Chance to be chosen; above 0 for everybody.
    chosen : boolean array of shape (n,)
        Who was drawn.
    """

    stratum: NDArray[np.int64]
    inclusion: Array
    chosen: NDArray[np.bool_]


def plan_measurements(
    score: Array, flagged: NDArray[np.bool_], expected: Array, *, budget: int, seed: int = 0
) -> MeasurementPlan:
    r"""Draw people for an outside measurement, stratified by flag and score.

    Three questions share the budget: the prevalence of the label, the share of flags that are right, and the
    share of labelled people who are flagged. Of each, the variance that stratum h adds is
    :math:`N_h^2 s_{hk}^2 / n_h`, with :math:`s_{hk}` from the labels that are expected; the :math:`n_h` make
    the sum over questions least, each question in units of its own least variance, with at least two people
    in every stratum.

    Parameters
    ----------
    score : array of shape (n,)
        Of each person.
    flagged : boolean array of shape (n,)
        Who is flagged.
    expected : array of shape (n,)
        Chance of the label as it is thought of beforehand. Where it is wrong the plan is less sharp, the
        estimates that follow are not wrong.
    budget : int
        People to measure.
    seed : int, default 0
        Of the draw.

    Returns
    -------
    MeasurementPlan

    Raises
    ------
    CohortError
        A budget that does not leave two people a stratum, or that is enough for everybody.

    References
    ----------
    Neyman, J R Stat Soc 1934, doi:10.2307/2342192 (allocation), and J Am Stat Assoc 1938,
    doi:10.1080/01621459.1938.10503378 (two phases).

    Examples
    --------
    >>> score = np.linspace(-2, 2, 100)
    >>> plan = plan_measurements(score, score > 1.5, 1 / (1 + np.exp(-score)), budget=30)
    >>> int(plan.chosen.sum()), bool(plan.inclusion[-1] > plan.inclusion[0] > 0)
    (30, True)
    """
    stratum = strata(score, flagged)
    sizes = np.bincount(stratum)
    least = int(np.minimum(sizes, FLOOR).sum())
    if not least <= budget < len(score):
        raise CohortError(
            f"a budget of {least} to {len(score) - 1} for {len(score)} people in {len(sizes)} strata",
            f"{budget}",
            "measure everybody, or more of them" if budget >= len(score) else "raise the budget",
        )
    n = allocate(sizes, _spread(stratum, flagged, np.clip(expected, _NEAREST, 1 - _NEAREST)), budget)
    rng = np.random.default_rng(seed)
    chosen = np.zeros(len(score), dtype=bool)
    for h, count in enumerate(n):
        chosen[rng.permutation(np.flatnonzero(stratum == h))[:count]] = True
    return MeasurementPlan(stratum, (n / sizes)[stratum], chosen)


def strata(score: Array, flagged: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Cut people who are not flagged by their score, finer at the top; the flagged are one stratum.

    Parameters
    ----------
    score : array of shape (n,)
        Of each person.
    flagged : boolean array of shape (n,)
        Who is flagged.

    Returns
    -------
    integer array of shape (n,)
        Numbers from 0 without a gap.

    Examples
    --------
    >>> strata(np.arange(8.0), np.arange(8) == 0).tolist()
    [4, 0, 0, 0, 0, 1, 2, 3]
    """
    others = score[~flagged]
    edges = np.quantile(others, BANDS) if len(others) else np.zeros(0)
    place = np.where(flagged, len(BANDS) + 1, np.searchsorted(edges, score, side="left"))
    return np.unique(place, return_inverse=True)[1].reshape(-1)


def allocate(sizes: NDArray[np.int64], spread: Array, budget: int) -> NDArray[np.int64]:
    """Give places to strata one by one, each where it takes most off the variance.

    Parameters
    ----------
    sizes : integer array of shape (n_strata,)
        People of each stratum.
    spread : array of shape (n_strata,)
        SD within each stratum.
    budget : int
        Places.

    Returns
    -------
    integer array of shape (n_strata,)
        At least two a stratum and three quarters of what its size alone would bring it, or everybody in it.

    References
    ----------
    Wright, Am Stat 2012, doi:10.1080/00031305.2012.733679 (the best allocation in whole people).

    Examples
    --------
    >>> allocate(np.array([50, 50]), np.array([1.0, 3.0]), 20).tolist()
    [7, 13]
    """
    n = np.minimum(sizes, np.maximum(FLOOR, (FLOOR_SHARE * budget * sizes / sizes.sum()).astype(int)))
    while n.sum() < budget:
        gain = np.where(n < sizes, (sizes * spread) ** 2 / (n * (n + 1.0)), -1.0)
        n[int(gain.argmax())] += 1
    return n


def _spread(stratum: NDArray[np.int64], flagged: NDArray[np.bool_], expected: Array) -> Array:
    """SD of each stratum, the three questions together in units of their own least variance."""
    sizes = np.bincount(stratum)
    share = np.bincount(stratum, expected) / sizes
    flag = np.bincount(stratum, flagged) / sizes
    found = float((expected * flagged).sum() / expected.sum())
    own = np.sqrt(share * (1 - share))
    questions = [own, own * flag, own * np.abs(flag - found)]
    least = [float((sizes * one).sum()) for one in questions]
    parts = [(one / total) ** 2 for one, total in zip(questions, least, strict=True) if total > 0]
    return np.asarray(np.sqrt(np.sum(parts, axis=0)))
