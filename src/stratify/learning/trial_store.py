"""Trials of searches that outlive the process: Optuna studies in SQLite, or in PostgreSQL by its URL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from stratify.errors import ExperimentError

SQLITE = "sqlite:///"
PATIENCE = 120.0
SHORT = 16  # characters of a digest that stand in the name of a study


@dataclass(frozen=True)
class TrialStore:
    """Where the finished trials of one experiment are kept.

    Only finished trials are written, each in one transaction, so a process that is killed leaves no half
    trial and no gap in the numbers.

    Parameters
    ----------
    storage : optuna.storages.BaseStorage
        An open store.
    prefix : str
        Begins the name of every study of this experiment.
    """

    storage: Any
    prefix: str

    def history(self, study: str) -> list[Any]:
        """Finished trials of a study in their order; none where it does not exist."""
        found = self._id(study)
        return [] if found is None else self.storage.get_all_trials(found)

    def keep(self, study: str, trial: Any) -> None:
        """Add a finished trial (``FrozenTrial``) to a study, unless one of its number is there."""
        from optuna.study import StudyDirection

        found = self._id(study)
        if found is None:
            with quiet():
                found = self.storage.create_new_study([StudyDirection.MINIMIZE], self.prefix + study)
        try:
            self.storage.get_trial_id_from_study_id_trial_number(found, trial.number)
        except KeyError:
            self.storage.create_new_trial(found, template_trial=trial)

    def _id(self, study: str) -> int | None:
        try:
            return self.storage.get_study_id_from_name(self.prefix + study)
        except KeyError:
            return None


def open_trials(url: str, experiment: str, digest: str) -> TrialStore:
    """Open the store of an experiment.

    Parameters
    ----------
    url : str
        Of the database, as SQLAlchemy writes it: ``sqlite:///runs/search.db``, or
        ``postgresql+psycopg://user@host/database``.
    experiment : str
        Name and version.
    digest : str
        Of everything that all its searches share.

    Returns
    -------
    TrialStore

    Raises
    ------
    ExperimentError
        When the database cannot be opened, or holds studies of another experiment of the same name.

    Examples
    --------
    >>> open_trials("sqlite://", "demo-1", "0" * 64).history("centroids, final fit")
    []
    """
    with quiet(), _refusing():
        storage = _open(url)
        names = [study.study_name for study in storage.get_all_studies()]
    prefix = f"{experiment} {digest[:SHORT]} "
    others = [name for name in names if name.startswith(f"{experiment} ") and not name.startswith(prefix)]
    if others:
        raise ExperimentError(
            f"searches of {experiment} as it is now",
            "searches of the same name on other data, settings or software",
            "raise the version, or remove them: they are only needed to go on with an interrupted run",
        )
    return TrialStore(storage, prefix)


@contextmanager
def quiet() -> Iterator[None]:
    """Let Optuna say nothing below a warning, and give its verbosity back."""
    import optuna

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)


@contextmanager
def _refusing() -> Iterator[None]:
    """Say in three parts, and without the URL, which may hold a password, what keeps a store from opening."""
    import optuna
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except ImportError:
        found, remedy = "no driver for that kind of database", "install it, for example psycopg"
    except (optuna.exceptions.StorageInternalError, SQLAlchemyError, sqlite3.Error, RuntimeError) as error:
        found, remedy = f"one that cannot be used ({type(error).__name__})", "see that it exists and is whole"
    else:
        return
    raise ExperimentError("a database of searches", found, f"{remedy}, or leave out storage")


def _open(url: str) -> Any:
    from optuna.storages import RDBStorage

    if not url.startswith(SQLITE):
        return RDBStorage(url)

    def connect() -> sqlite3.Connection:
        """Without a wait for the disk: what is written outlives the process, though not a loss of power."""
        connection = sqlite3.connect(url.removeprefix(SQLITE), timeout=PATIENCE)
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    return RDBStorage(url, engine_kwargs={"creator": connect})
