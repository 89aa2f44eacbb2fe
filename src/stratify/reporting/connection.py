"""The one door to MLflow: its import, its silence, and the client of a store."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from stratify.reporting.store import (
    STORE,
    abandoned,
    artifact_root,
    elsewhere,
    follow_move,
    only_one,
    store_uri,
)


def import_mlflow() -> Any:
    """Import MLflow with its reports to others switched off."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["DO_NOT_TRACK"] = "true"
    with warnings.catch_warnings():
        # its own type hints make it warn while it is imported
        warnings.simplefilter("ignore")
        import mlflow
        import mlflow.pyfunc
    return mlflow


@contextmanager
def quiet() -> Iterator[None]:
    """Keep MLflow's lines on progress, migrations and deprecated calls from the terminal."""
    loggers = [logging.getLogger(name) for name in ("mlflow", "mlflow.store.db.utils", "alembic")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


@contextmanager
def opened(store: Path = STORE) -> Iterator[Any]:
    """Open a store of runs and of registered models, and mark the runs whose process died.

    Parameters
    ----------
    store : Path, default "mlruns"
        Its folder; that of ``MLFLOW_TRACKING_URI`` when this is set.

    Yields
    ------
    MlflowClient
    """
    mlflow = import_mlflow()
    with quiet():
        if elsewhere():
            yield mlflow.MlflowClient()
            return
        uri = store_uri(store)
        with only_one(store):
            follow_move(store)
            client = mlflow.MlflowClient(tracking_uri=uri, registry_uri=uri)
            client.search_experiments(max_results=1)  # makes the tables
            for run_id in abandoned(store):
                _mark_killed(client, run_id)
        yield client


def _mark_killed(client: Any, run_id: str) -> None:
    try:
        dead = client.get_run(run_id)
    except import_mlflow().exceptions.MlflowException:
        return  # of a database that is gone
    families = client.search_runs([dead.info.experiment_id], f"tags.`mlflow.parentRunId` = '{run_id}'")
    for run in [*families, dead]:
        if run.info.status == "RUNNING":
            client.set_terminated(run.info.run_id, status="KILLED")


def experiment_of(client: Any, name: str, store: Path = STORE) -> str:
    """Find an experiment, or make it with its artifacts inside the store.

    Parameters
    ----------
    client : MlflowClient
        Of the store.
    name : str
        Of the experiment.
    store : Path, default "mlruns"
        Folder of the store.

    Returns
    -------
    str
        Its id.
    """
    if elsewhere():
        found = client.get_experiment_by_name(name)
        return str(found.experiment_id if found else client.create_experiment(name))
    with only_one(store):
        found = client.get_experiment_by_name(name)
        if found:
            return str(found.experiment_id)
        return str(client.create_experiment(name, f"{artifact_root(store)}/{quote(name, safe='')}"))
