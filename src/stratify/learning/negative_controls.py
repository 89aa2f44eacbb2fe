"""What proteins that have nothing to do with the disease tell of the classes: a sign of confounding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stratify.errors import CohortError, listed
from stratify.learning.classifier import Knowledge
from stratify.learning.permutation import PermutationTest, permutation_test
from stratify.learning.problem import Problem

FEWEST = 3
FAMILY = "pathway-ridge"


@dataclass(frozen=True)
class NegativeControls:
    """Discrimination by negative-control proteins alone.

    Parameters
    ----------
    proteins : tuple of str
        Genes that were measured.
    absent : tuple of str
        Names that were asked for and not measured.
    auc, p_value : float
        Out of fold, one repeat, and by permutation of the labels.
    """

    proteins: tuple[str, ...]
    absent: tuple[str, ...]
    auc: float
    p_value: float

    @property
    def above_chance(self) -> bool:
        """Whether they tell the classes apart (p at most .05)."""
        return self.p_value <= 0.05


def judge_negative_controls(
    problem: Problem, names: Sequence[str], *, folds: int = 5, seed: int = 0, most: int = 199
) -> NegativeControls:
    """Learn from the controls alone, by the path of every model, with a ridge that knows no pathway.

    Parameters
    ----------
    problem : Problem
        People, proteins and roles.
    names : sequence of str
        Genes or accessions.
    folds, seed, most : int
        As in `permutation_test`.

    Returns
    -------
    NegativeControls

    Raises
    ------
    CohortError
        Fewer than three of them were measured.

    References
    ----------
    Lipsitch et al., Epidemiology 2010, doi:10.1097/EDE.0b013e3181d61eeb (negative controls).
    """
    chosen, absent = _measured(problem, names)
    if chosen.sum() < FEWEST:
        raise CohortError(
            f"at least {FEWEST} negative-control proteins among the features",
            f"{int(chosen.sum())}; not measured: {listed(absent)}",
            "name genes or accessions of the file in negative_controls, or leave it out",
        )
    test = _alone(problem, chosen, folds=folds, seed=seed, most=most)
    genes = tuple(dict.fromkeys(problem.assays["gene"][chosen].astype(str)))
    return NegativeControls(genes, tuple(absent), test.statistic, test.p_value)


def _measured(problem: Problem, names: Sequence[str]) -> tuple[NDArray[np.bool_], list[str]]:
    table = problem.assays[["gene", "uniprot"]].astype(str).apply(lambda column: column.str.upper())
    hits = {name: table.eq(name.strip().upper()).any(axis=1).to_numpy() for name in dict.fromkeys(names)}
    chosen = np.any([np.zeros(len(table), dtype=bool), *hits.values()], axis=0)
    return chosen, [name for name, hit in hits.items() if not hit.any()]


def _alone(
    problem: Problem, chosen: NDArray[np.bool_], *, folds: int, seed: int, most: int
) -> PermutationTest:
    limits = None if problem.limits is None else problem.limits[:, chosen]
    alone = replace(
        problem,
        profiles=np.ascontiguousarray(problem.profiles[:, chosen]),
        assays=problem.assays[chosen],
        detectability=problem.detectability[chosen],
        limits=limits,
        covariates=None,
    )
    return permutation_test(alone, FAMILY, Knowledge(None, None), folds=folds, seed=seed, most=most)
