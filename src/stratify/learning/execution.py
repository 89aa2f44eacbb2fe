"""How fits and their searches are carried out: in how many processes, kept where, until when."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stratify.learning.classifier import family
from stratify.learning.run_digest import digest_of
from stratify.learning.search import Course
from stratify.learning.trial_store import TrialStore
from stratify.learning.workers import Send, Work, spread


@dataclass(frozen=True)
class FitTask:
    """One family, fitted to some of the people after a search of its settings.

    Parameters
    ----------
    family : str
        Its name.
    place : str
        Where in the run it stands, such as ``repeat 1, fold 2``.
    train, test : integer arrays
        Row numbers of those who are learned from, and of those who are scored.
    trials, seed : int
        Budget and seed of the search.
    said : str
        Line of progress that is told when the task begins.
    history : sequence of optuna.trial.FrozenTrial
        Finished trials of an interrupted search.
    fewer : integer array
        Row numbers of some of ``train``; those who are scored are scored once more by a model of these people
        at the settings that were found, if there are any.
    """

    family: str
    place: str
    train: NDArray[np.int64]
    test: NDArray[np.int64]
    trials: int
    seed: int
    said: str = ""
    history: Sequence[Any] = field(default=(), repr=False)
    fewer: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @property
    def study(self) -> str:
        """Name of its search: what it is, and a digest of what decides it beside what the run shares."""
        decides = (self.family, family(self.family).space, self.trials, self.seed, digest_of(self.train))
        return f"{self.family}, {self.place}, {hashlib.sha256(repr(decides).encode()).hexdigest()[:16]}"

    def course(self, send: Send, stop_at: float) -> Course:
        """Watch its search and send what happens."""
        return Course(
            name=f"{self.family}, {self.place}",
            history=self.history,
            keep=lambda trial: send((self.study, trial)),
            tell=send,
            stop_at=stop_at,
        )


@dataclass(frozen=True)
class Execution:
    """How a run is carried out. What comes out does not depend on it, unless ``stop_at`` cuts searches short.

    Parameters
    ----------
    workers : int
        Processes.
    store : TrialStore or None
        Where the trials of searches are kept; None keeps them in memory.
    stop_at : float
        Time (seconds since the epoch) after which no trial is begun.
    """

    workers: int = 1
    store: TrialStore | None = None
    stop_at: float = float("inf")

    def carry_out(self, work: Work, tasks: Sequence[FitTask], tell: Callable[[str], None]) -> list[Any]:
        """Do tasks, from where an earlier process was interrupted; results in their order.

        Parameters
        ----------
        work : callable
            From a task, and a function that sends what happens, to a result.
        tasks : sequence of FitTask
            What is done.
        tell : callable
            Receives lines of progress.

        Returns
        -------
        list
        """

        def receive(message: Any) -> None:
            """Tell a line, or keep the trial of a study."""
            if isinstance(message, str):
                tell(message)
            elif self.store is not None:
                self.store.keep(*message)

        if self.store is not None:
            tasks = [replace(task, history=tuple(self.store.history(task.study))) for task in tasks]
        return spread(work, tasks, workers=self.workers, receive=receive)
