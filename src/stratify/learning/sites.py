"""Leave one site out: what a model is worth where none of its people came from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.errors import CohortError
from stratify.learning.classifier import Knowledge
from stratify.learning.execution import Execution, FitTask
from stratify.learning.metrics import auc, score_interval
from stratify.learning.problem import Problem
from stratify.learning.tuned_fit import fit_and_score
from stratify.learning.validation import Plan, refuse_shared_patients

FEWEST = 2  # patients of either class that must be left to learn from


@dataclass(frozen=True)
class SiteResult:
    """One site that was held out.

    Parameters
    ----------
    site : str
        Its name.
    positives, negatives : int
        Labelled samples there.
    auc, low, high : float
        With an interval from the numbers of people (Newcombe); NaN where a class is absent, there or in all
        other sites.
    """

    site: str
    positives: int
    negatives: int
    auc: float
    low: float
    high: float


@dataclass(frozen=True)
class SiteValidation:
    """Scores of people whose whole site was held out.

    Parameters
    ----------
    family : str
        What was learned.
    predictions : DataFrame
        Columns ``site, sample_id, label, reference, score``; the score is NaN where the other sites lack a
        class.
    """

    family: str
    predictions: pd.DataFrame

    def results(self) -> list[SiteResult]:
        """Discrimination within each site; scores of different sites are never compared."""
        return [_result(site, part) for site, part in self.predictions.groupby("site", sort=True)]


def leave_one_site_out(
    problem: Problem,
    sites: NDArray[np.str_],
    name: str,
    known: Knowledge,
    plan: Plan,
    *,
    execution: Execution | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> SiteValidation:
    """Hold out the people of one site after the other, with the same search as in the other folds.

    Parameters
    ----------
    problem : Problem
        People, proteins and roles.
    sites : string array of shape (n,)
        Site of each row; empty where it is not known.
    name : str
        Family.
    known : Knowledge
        Prior proteins and pathways.
    plan : Plan
        Budget and seed of the searches.
    execution : Execution, optional
        In how many processes, and where trials are kept.
    tell : callable
        Receives lines of progress.

    Returns
    -------
    SiteValidation

    Raises
    ------
    CohortError
        When there is one site only, somebody's site is unknown, or a patient was seen at two.
    """
    rows = problem.learned
    names = _refuse_unusable(sites[rows])
    held = [(site, rows[sites[rows] == site]) for site in names]
    tasks = [
        FitTask(name, f"without {site}", np.setdiff1d(rows, test), test, plan.trials, plan.seed + place)
        for place, (site, test) in enumerate(held)
    ]
    for task in tasks:
        refuse_shared_patients(problem, task.train, task.test)
    possible = [task for task in tasks if _both_classes(problem, task.train)]
    execution = execution or Execution()
    done = execution.carry_out(partial(fit_and_score, problem, known, execution.stop_at), possible, tell)
    scores = np.full(len(problem.y), np.nan)
    for task, (_, found, *_) in zip(possible, done, strict=True):
        scores[task.test] = found
    return SiteValidation(name, _table(problem, sites, scores))


def _refuse_unusable(sites: NDArray[np.str_]) -> list[str]:
    unknown = int((sites == "").sum())
    names = sorted(set(sites) - {""})
    if unknown or len(names) < 2:
        found = f"{unknown} without one" if unknown else f"{len(names)} site"
        raise CohortError(
            "a site for everybody who is learned from, and at least two",
            found,
            "leave out leave_one_site_out",
        )
    return names


def _both_classes(problem: Problem, train: NDArray[Any]) -> bool:
    patients, y = problem.patients[train], problem.y[train]
    return min(len(np.unique(patients[y == label])) for label in (0, 1)) >= FEWEST


def _table(problem: Problem, sites: NDArray[np.str_], scores: NDArray[np.float64]) -> pd.DataFrame:
    rows = problem.learned
    table = pd.DataFrame(
        {
            "site": sites[rows],
            "sample_id": problem.samples[rows],
            "label": problem.y[rows],
            "reference": problem.reference[rows],
            "score": scores[rows],
        }
    )
    return table.sort_values("site", kind="stable", ignore_index=True)


def _result(site: Any, part: pd.DataFrame) -> SiteResult:
    label, score = part["label"].to_numpy(), part["score"].to_numpy()
    counts = int((label == 1).sum()), int((label == 0).sum())
    if not min(counts) or np.isnan(score).any():
        return SiteResult(str(site), *counts, *[float("nan")] * 3)
    area = auc(label, score)
    return SiteResult(str(site), *counts, area, *score_interval(area, *counts))
