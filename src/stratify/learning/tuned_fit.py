"""One family fitted to some of the people after a search of its settings, in whatever process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.errors import CohortError
from stratify.learning.classifier import Knowledge, SubtypeClassifier, family
from stratify.learning.execution import FitTask
from stratify.learning.problem import Problem
from stratify.learning.search import Course, Found, tune

Rows = NDArray[np.int64]
Scores = NDArray[np.float64]


def tuned_fit(
    problem: Problem, known: Knowledge, task: FitTask, course: Course
) -> tuple[SubtypeClassifier, Found]:
    """Prepare, tune and fit, and say what the search found.

    Parameters
    ----------
    problem : Problem
        People, proteins and roles.
    known : Knowledge
        Prior proteins and pathways.
    task : FitTask
        Family, people, budget and seed.
    course : Course
        What is known of the search, and who watches it.

    Returns
    -------
    model : SubtypeClassifier
    found : Found
    """
    chosen, train = family(task.family), task.train
    path, z = _prepared(problem, known, task.family, train)
    y, patients = problem.y[train], problem.patients[train]
    rows = y >= 0
    found = tune(
        chosen,
        known,
        z[rows],
        y[rows],
        trials=task.trials,
        seed=task.seed,
        patients=patients[rows],
        course=course,
    )
    path.estimator.set_params(**found.settings)
    return path.fit_prepared(z, y, patients), found


def _prepared(
    problem: Problem, known: Knowledge, name: str, train: Rows
) -> tuple[SubtypeClassifier, NDArray[np.float64]]:
    path = SubtypeClassifier(family(name).build(known))
    z = path.prepare(
        problem.profiles[train],
        problem.reference[train],
        problem.limits_of(train),
        covariates=problem.covariates_of(train),
        own=problem.adjustment.own,
    )
    return path, z


def fit_and_score(
    problem: Problem, known: Knowledge, stop_at: float, task: FitTask, send: Callable[[Any], None]
) -> tuple[SubtypeClassifier, Scores, Found, Scores]:
    """Do one task, in whatever process.

    Parameters
    ----------
    problem : Problem
        People, proteins and roles.
    known : Knowledge
        Prior proteins and pathways.
    stop_at : float
        Time after which no trial is begun.
    task : FitTask
        What is fitted to whom, and who is scored.
    send : callable
        Receives lines of progress and finished trials.

    Returns
    -------
    model : SubtypeClassifier
    scores : array of shape (n_test,)
    found : Found
    fewer : array of shape (n_test,)
        Scores by the model of ``task.fewer``; NaN where there are none, or too few to learn from.
    """
    if task.said:
        send(task.said)
    here = problem.in_fold(task.train) if len(task.test) else problem
    model, found = tuned_fit(here, known, task, task.course(send, stop_at))
    fewer = np.full(len(task.test), np.nan)
    if len(task.fewer):
        with suppress(CohortError):  # so few that nothing can be learned from them: then nothing is told
            fewer = _scores(problem, _fit_at(problem, known, task, found), task.test)
    return model, _scores(problem, model, task.test), found, fewer


def _fit_at(problem: Problem, known: Knowledge, task: FitTask, found: Found) -> SubtypeClassifier:
    """Fit to fewer people at the settings that were found."""
    here, rows = problem.in_fold(task.fewer), task.fewer
    path, z = _prepared(here, known, task.family, rows)
    path.estimator.set_params(**found.settings)
    return path.fit_prepared(z, here.y[rows], here.patients[rows])


def _scores(problem: Problem, model: SubtypeClassifier, rows: Rows) -> Scores:
    if not len(rows):
        return np.zeros(0)
    return model.decision_function(
        problem.profiles[rows], problem.limits_of(rows), problem.covariates_of(rows)
    )


def search_table(tasks: Sequence[FitTask], found: Sequence[Found]) -> pd.DataFrame:
    """Put searches in the shape of ``Evaluation.searches``; what was not searched is left out.

    Parameters
    ----------
    tasks : sequence of FitTask
        What was asked.
    found : sequence of Found
        What came out, in the same order.

    Returns
    -------
    DataFrame
    """
    rows = [
        {
            "family": task.family,
            "place": task.place,
            "budget": task.trials,
            "trials": result.trials,
            "pruned": result.pruned,
            "loss": result.loss,
            **result.settings,
        }
        for task, result in zip(tasks, found, strict=True)
        if task.trials > 1 and family(task.family).space
    ]
    return pd.DataFrame(rows)
