"""Is anything shown at all: a permutation p-value through the whole path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from stratify.learning.classifier import Knowledge
from stratify.learning.metrics import auc
from stratify.learning.problem import Problem
from stratify.learning.validation import Plan, fit_fold, outer_folds


@dataclass(frozen=True)
class PermutationTest:
    """Result of a sequential permutation test.

    Parameters
    ----------
    statistic : float
        AUC of one repeat at the pre-specified settings.
    n_permutations, n_exceeding : int
        Permutations that were run, and how many of them did at least as well.
    p_value : float
        Of the AUC, one-sided.
    """

    statistic: float
    n_permutations: int
    n_exceeding: int
    p_value: float

    @property
    def shown(self) -> bool:
        """Whether the result may be worded as shown (p at most .05)."""
        return self.p_value <= 0.05


def permutation_test(
    problem: Problem,
    name: str,
    known: Knowledge,
    *,
    folds: int = 5,
    seed: int = 0,
    most: int = 199,
    enough: int = 10,
    tell: Callable[[str], None] = lambda line: None,
) -> PermutationTest:
    """Compare the AUC with its distribution under labels permuted by patient.

    Every step that learns is repeated for each permutation. The test stops as soon as ``enough``
    permutations did at least as well, so hopeless cases are quick; the p-value stays valid.

    Parameters
    ----------
    problem : Problem
        With true labels.
    name : str
        Family, at its pre-specified settings.
    known : Knowledge
        Prior proteins and pathways.
    folds, seed : int
        Outer folds of the one repeat, and the seed of folds and permutations.
    most : int, default 199
        Most permutations.
    enough : int, default 10
        Exceedances after which to stop.
    tell : callable
        Receives a line of progress.

    Returns
    -------
    PermutationTest

    References
    ----------
    Besag & Clifford, Biometrika 1991, doi:10.1093/biomet/78.2.301.
    """
    statistic = _statistic(problem, name, known, folds=folds, seed=seed)
    exceeding = 0
    for done in range(1, most + 1):
        permuted = problem.permuted(seed * 100_003 + done)
        exceeding += _statistic(permuted, name, known, folds=folds, seed=seed) >= statistic
        if exceeding == enough:
            return PermutationTest(statistic, done, exceeding, exceeding / done)
        if done % 50 == 0:
            tell(f"permutation test, {done} of at most {most}")
    return PermutationTest(statistic, most, exceeding, (1 + exceeding) / (1 + most))


def _statistic(problem: Problem, name: str, known: Knowledge, *, folds: int, seed: int) -> float:
    scores, y = np.full(len(problem.y), np.nan), problem.y.copy()
    for fold in outer_folds(problem, Plan(folds=folds, repeats=1, trials=0, seed=seed)):
        here, test = problem.in_fold(fold.train), fold.test
        model = fit_fold(here, fold.train, name, known, trials=0, seed=seed)
        scores[test] = model.decision_function(
            problem.profiles[test], problem.limits_of(test), problem.covariates_of(test)
        )
        y[test] = here.y[test]
    rows = problem.learned
    return auc(y[rows], scores[rows])
