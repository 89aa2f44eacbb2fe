"""How good families become as people are added, and from how many on boosting pays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.learning.classifier import Knowledge
from stratify.learning.execution import Execution, FitTask
from stratify.learning.metrics import auc, corrected_error
from stratify.learning.problem import Problem
from stratify.learning.tuned_fit import fit_and_score
from stratify.learning.validation import Fold, Plan, outer_folds

SHARES = (0.4, 0.55, 0.7, 0.85, 1.0)
FEWEST = 3  # patients of each role that every size keeps


@dataclass(frozen=True)
class LearningCurve:
    """AUCs of families in the same test folds, by the number of people they learned from.

    Parameters
    ----------
    points : DataFrame
        Columns ``family, share, people, repeat, fold, auc``; one row a family, size and fold.
    n_folds : int
        Outer folds of one repeat.
    """

    points: pd.DataFrame
    n_folds: int

    def table(self) -> pd.DataFrame:
        """Mean people and AUC, with its corrected standard error, a family and size."""
        rows = []
        for (family, share), part in self.points.groupby(["family", "share"], sort=False):
            error = corrected_error(part["auc"].to_numpy(), self.n_folds)
            rows.append((family, share, part["people"].mean(), part["auc"].mean(), error))
        return pd.DataFrame(rows, columns=["family", "share", "people", "auc", "error"])

    def pays_from(self, first: str, second: str) -> float | None:
        """Count the people from which on the first family beats the second by more than a standard error.

        Parameters
        ----------
        first, second : str
            Families, such as ``xgboost`` and the default.

        Returns
        -------
        float or None
            Mean number of people of the smallest such size, if it holds at all larger ones too; None where
            there is none within these people.
        """
        found = None
        for share in sorted(self.points["share"].unique(), reverse=True):
            part = self.points[self.points["share"] == share]
            wide = part.pivot(index=["repeat", "fold"], columns="family", values="auc")
            gain = (wide[first] - wide[second]).to_numpy()
            if gain.mean() <= corrected_error(gain, self.n_folds):
                break
            found = float(part["people"].mean())
        return found


def learning_curve(
    problem: Problem,
    names: Sequence[str],
    known: Knowledge,
    plan: Plan,
    *,
    execution: Execution | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> LearningCurve:
    """Learn from a growing part of each training fold, at the pre-specified settings.

    Parameters
    ----------
    problem : Problem
        People, proteins and roles.
    names : sequence of str
        Families.
    known : Knowledge
        Prior proteins and pathways.
    plan : Plan
        Folds, repeats and seed; nothing is searched.
    execution : Execution, optional
        In how many processes.
    tell : callable
        Receives lines of progress.

    Returns
    -------
    LearningCurve
        The errors are those of folds that share people; that they cover was measured for whole folds only.
    """
    places = [
        (fold, share, rows, name)
        for fold in outer_folds(problem, plan)
        for share, rows in _growing(problem, fold, plan.seed)
        for name in names
    ]
    tasks = [
        FitTask(
            name, f"share {share}, repeat {fold.repeat}, fold {fold.number}", rows, fold.test, 0, plan.seed
        )
        for fold, share, rows, name in places
    ]
    execution = replace(execution or Execution(), store=None)
    tell(f"learning curve: {len(tasks)} fits")
    done = execution.carry_out(partial(fit_and_score, problem, known, execution.stop_at), tasks, tell)
    points = [
        (name, share, len(rows), fold.repeat, fold.number, auc(problem.y[fold.test], scores))
        for (fold, share, rows, name), (_, scores, *_) in zip(places, done, strict=True)
    ]
    columns = ["family", "share", "people", "repeat", "fold", "auc"]
    return LearningCurve(pd.DataFrame(points, columns=columns), plan.folds)


def _growing(problem: Problem, fold: Fold, seed: int) -> Iterator[tuple[float, NDArray[np.int64]]]:
    """Parts of a training fold, each within the next; roles keep their mix and patients stay whole."""
    train = fold.train
    role = problem.y[train] * 2 + problem.reference[train]
    draw = np.random.default_rng((seed, fold.repeat, fold.number))
    order = {
        each: draw.permutation(np.unique(problem.patients[train][role == each])) for each in np.unique(role)
    }
    for share in SHARES:
        kept = [ids[: max(FEWEST, round(share * len(ids)))] for ids in order.values()]
        yield share, train[np.isin(problem.patients[train], np.concatenate(kept))]
