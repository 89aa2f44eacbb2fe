"""The SQLite store of MLflow runs: made by one process at a time, and readable after its folder moved."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from stratify.errors import ExperimentError

STORE = Path("mlruns")
DATABASE, ARTIFACTS, LOCK = "mlflow.db", "artifacts", "mlflow.lock"
RUNNING = "running"
PATIENCE = 120.0
# Columns in which MLflow keeps absolute places.
PLACES = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("model_versions", "storage_location"),
    ("logged_models", "artifact_location"),
)


def elsewhere() -> bool:
    """Say whether ``MLFLOW_TRACKING_URI`` names a store, which then is the only one."""
    return bool(os.environ.get("MLFLOW_TRACKING_URI"))


def kept(folder: Path) -> bool:
    """Say whether there is a store to ask; who only asks makes none.

    Parameters
    ----------
    folder : Path
        Of the store.

    Returns
    -------
    bool
    """
    return elsewhere() or (folder / DATABASE).is_file()


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Let one process at a time through; the lock of a process that died is free.

    Parameters
    ----------
    folder : Path
        Of the store; made where it does not exist.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # SQLite's own file lock works on every system, and the system frees it when a process ends.
    with closing(sqlite3.connect(folder / LOCK, timeout=PATIENCE, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        yield


@contextmanager
def held(folder: Path, run_id: str) -> Iterator[None]:
    """Hold a run's own lock while it goes on; the system frees it when its process dies.

    Parameters
    ----------
    folder : Path
        Of the store.
    run_id : str
        Of the run.
    """
    place = folder / RUNNING / f"{run_id}.lock"
    place.parent.mkdir(parents=True, exist_ok=True)
    with only_one(folder):  # a file that is there and not locked is taken for that of a dead run
        lock = sqlite3.connect(place, timeout=PATIENCE, isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        with only_one(folder):
            lock.close()
            place.unlink(missing_ok=True)


def abandoned(folder: Path) -> list[str]:
    """Name the runs whose process died before it could say so, and forget them; ask inside `only_one`.

    Parameters
    ----------
    folder : Path
        Of the store.

    Returns
    -------
    list of str
        Their ids.
    """
    found = []
    for place in sorted((folder / RUNNING).glob("*.lock")):
        try:
            with closing(sqlite3.connect(place, timeout=0, isolation_level=None)) as lock:
                lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            continue  # it goes on
        place.unlink(missing_ok=True)
        found.append(place.stem)
    return found


def store_uri(folder: Path) -> str:
    """Tracking address of a store's database."""
    return f"sqlite:///{(folder.absolute() / DATABASE).as_posix()}"


def artifact_root(folder: Path) -> str:
    """Address below which a store keeps its artifacts."""
    return (folder.absolute() / ARTIFACTS).as_uri()


def follow_move(folder: Path) -> int:
    """Let a store that was moved find its artifacts again.

    Parameters
    ----------
    folder : Path
        Of the store.

    Returns
    -------
    int
        Number of places that were corrected.
    """
    if not (folder / DATABASE).is_file():
        return 0
    new = artifact_root(folder)
    with closing(sqlite3.connect(folder / DATABASE, timeout=PATIENCE)) as database, database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        old = _stored_root(database) if "experiments" in tables else None
        if old is None or old == new:
            return 0
        return sum(_move(database, table, column, old, new) for table, column in PLACES if table in tables)


def open_store(store: Path = STORE) -> None:
    """Make sure that runs can be kept, before anything is trained.

    Parameters
    ----------
    store : Path, default "mlruns"
        Folder of the store; nothing is done when ``MLFLOW_TRACKING_URI`` names another.

    Raises
    ------
    ExperimentError
        When its database is damaged or of another kind.
    """
    if elsewhere():
        return
    try:
        with only_one(store):
            follow_move(store)
    except sqlite3.DatabaseError as error:
        raise ExperimentError(
            f"a store of runs in {store.name!r}",
            f"a database that cannot be used ({error})",
            "move that folder away; a new one is made",
        ) from error


def _stored_root(database: sqlite3.Connection) -> str | None:
    query = "SELECT artifact_location FROM experiments WHERE artifact_location LIKE ? ORDER BY experiment_id"
    places = [place for (place,) in database.execute(query, (f"file://%/{ARTIFACTS}/%",))]
    return places[-1].rpartition(f"/{ARTIFACTS}/")[0] + f"/{ARTIFACTS}" if places else None


def _move(database: sqlite3.Connection, table: str, column: str, old: str, new: str) -> int:
    # table and column are constants of this file
    query = (
        f"UPDATE {table} SET {column} = ? || substr({column}, ?) "  # noqa: S608
        f"WHERE substr({column}, 1, ?) = ?"
    )
    return database.execute(query, (new, len(old) + 1, len(old) + 1, f"{old}/")).rowcount
