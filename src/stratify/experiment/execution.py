"""In how many processes an experiment runs, and where its searches are kept until the model is complete."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from stratify.experiment.config import ExperimentConfig
from stratify.learning.classifier import knowledge
from stratify.learning.execution import Execution
from stratify.learning.memory import available_memory, worker_bound, workers_that_fit
from stratify.learning.problem import Problem
from stratify.learning.run_digest import run_digest
from stratify.learning.training import Recipe
from stratify.learning.trial_store import TrialStore, open_trials


def make_execution(
    config: ExperimentConfig,
    problem: Problem,
    recipe: Recipe,
    folder: Path,
    *,
    tell: Callable[[str], None] = lambda line: None,
) -> Execution:
    """Open the store of an experiment's searches and count its workers.

    Parameters
    ----------
    config : ExperimentConfig
        The experiment.
    problem : Problem
        What it learns from.
    recipe : Recipe
        What it trains.
    folder : Path
        Of the model; without ``storage`` the searches are kept in a hidden file beside it.
    tell : callable
        Is told where memory allows fewer workers than were asked for.

    Returns
    -------
    Execution
    """
    learning = config.learning
    workers = workers_that_fit(learning.workers, problem, available_memory())
    if workers < learning.workers:
        bound = worker_bound(problem) / 2**20
        tell(f"{workers} of {learning.workers} workers: each may need {bound:.0f} MiB")
    stop_at = time.time() + 60 * learning.stop_after_minutes if learning.stop_after_minutes else float("inf")
    store = _open_store(config, problem, recipe, folder) if learning.trials > 1 else None
    return Execution(workers, store, stop_at)


def search_file(folder: Path) -> Path:
    """Where the searches of an unfinished model are kept.

    Parameters
    ----------
    folder : Path
        ``models/<name>-<version>``.

    Returns
    -------
    Path

    Examples
    --------
    >>> search_file(Path("models/demo-1")).as_posix()
    'models/.demo-1.search.db'
    """
    return folder.parent / f".{folder.name}.search.db"


def forget_searches(folder: Path) -> None:
    """Remove the searches of a model that is complete.

    Parameters
    ----------
    folder : Path
        ``models/<name>-<version>``.
    """
    search_file(folder).unlink(missing_ok=True)


def _open_store(config: ExperimentConfig, problem: Problem, recipe: Recipe, folder: Path) -> TrialStore:
    known = knowledge(recipe.definition.prior, recipe.definition.axes, problem.assays)
    digest = run_digest(problem, known, config.seed, config.learning.trials)
    url = config.learning.storage or f"sqlite:///{search_file(folder).absolute().as_posix()}"
    return open_trials(url, f"{config.name}-{config.version}", digest)
