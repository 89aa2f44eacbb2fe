"""MLflow, and nowhere else: the model folder that it can load, and the runs that it keeps."""

from __future__ import annotations

import json
import logging
import math
import os
import shutil
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import numpy as np
import pandas as pd

from stratify.learning.frozen import FrozenModel
from stratify.learning.training import Training
from stratify.reporting.facts import Facts, flatten
from stratify.reporting.manifest import software_version
from stratify.reporting.mlflow_description import LOADER
from stratify.reporting.performance import FamilyResult, calibration, everything, family_results
from stratify.reporting.store import STORE, artifact_root, follow_move, only_one, store_uri

# MLflow writes the time of saving; a model folder holds nothing that is not content.
NO_TIME = "1970-01-01 00:00:00.000000"
LONGEST_PARAMETER = 6000


def track(
    training: Training, facts: Facts, figures: Mapping[str, str], folder: Path, *, store: Path = STORE
) -> str:
    """Keep a training as an MLflow run, with one child run a family.

    The store is ``<store>/mlflow.db`` with artifacts beside it, unless ``MLFLOW_TRACKING_URI`` names
    another. Names of groups, settings, counts and metrics are kept; no patient's value is, but in the
    out-of-fold table and the figures.

    Parameters
    ----------
    training : Training
        A finished training.
    facts : Facts
        What is reported beside it.
    figures : mapping
        Name to SVG text.
    folder : Path
        The finished model folder.
    store : Path, default "mlruns"
        Folder of the store.

    Returns
    -------
    str
        Id of the parent run.
    """
    results = family_results(everything(training, facts), training.family)
    name = f"{training.model.name}-{training.model.version}"
    with (
        _opened(store, facts.name) as (client, experiment),
        _run(client, experiment, name, _tags(training, facts)) as run_id,
    ):
        _log_parameters(client, run_id, _parameters(training, facts))
        _log_metrics(client, run_id, _metrics(training, results[0]))
        _log_data(client, run_id, facts)
        for figure, svg in figures.items():
            client.log_text(run_id, svg, f"figures/{figure}.svg")
        client.log_artifacts(run_id, str(folder), "model")
        client.log_artifact(run_id, str(folder / "facts" / "out_of_fold.csv"))
        for result in results:
            _track_family(client, experiment, run_id, result)
    return run_id


def write_mlmodel(model: FrozenModel, folder: Path, *, digest: str) -> None:
    """Make a folder with a bundle loadable by ``mlflow.pyfunc``; no pickle, no code, no time.

    Parameters
    ----------
    model : FrozenModel
        The trained model.
    folder : Path
        With ``bundle``; gets ``MLmodel``, requirements and a synthetic input example.
    digest : str
        Of the bundle; the model's id is made from it.
    """
    mlflow = _mlflow()
    with TemporaryDirectory() as scratch, _quiet():
        saved = Path(scratch) / "model"
        mlflow.pyfunc.save_model(
            saved,
            loader_module=LOADER,
            data_path=str(folder / "bundle"),
            signature=_signature(model),
            input_example=synthetic_profiles(model),
            pip_requirements=[_requirement()],
        )
        _fix_description(mlflow.models.Model.load(str(saved)), digest).save(str(saved / "MLmodel"))
        (saved / "conda.yaml").unlink()
        shutil.rmtree(saved / "data")
        for path in sorted(saved.iterdir()):
            shutil.copyfile(path, folder / path.name)


def synthetic_profiles(model: FrozenModel) -> pd.DataFrame:
    """Make an input example of nobody: the rounded healthy means, and the same one SD higher.

    Parameters
    ----------
    model : FrozenModel
        The trained model.

    Returns
    -------
    DataFrame
        Two rows; one column an assay id.
    """
    center, scale = model.scorer.center, model.scorer.scale
    return pd.DataFrame(np.round([center, center + scale], 1), columns=model.assays.index.to_list())


def _mlflow() -> Any:
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["DO_NOT_TRACK"] = "true"
    with warnings.catch_warnings():
        # its own type hints make it warn while it is imported
        warnings.simplefilter("ignore")
        import mlflow
        import mlflow.pyfunc
    return mlflow


@contextmanager
def _quiet() -> Iterator[None]:
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


def _requirement() -> str:
    version = software_version()
    return f"stratify=={version}" if version[:1].isdigit() else "stratify"


def _signature(model: FrozenModel) -> Any:
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema

    columns: Any = [ColSpec(DataType.double, str(name), required=False) for name in model.assays.index]
    return ModelSignature(inputs=Schema(columns))


def _fix_description(description: Any, digest: str) -> Any:
    description.model_uuid = digest[:32]
    description.utc_time_created = NO_TIME
    description.run_id = None
    flavor = description.flavors["python_function"]
    flavor["data"] = "bundle"
    flavor["env"] = {"virtualenv": "python_env.yaml"}
    return description


@contextmanager
def _opened(store: Path, experiment: str) -> Iterator[tuple[Any, str]]:
    """Client of the store, and the id of the experiment, made where it does not exist."""
    mlflow = _mlflow()
    with _quiet():
        if os.environ.get("MLFLOW_TRACKING_URI"):
            client = mlflow.MlflowClient()
            yield client, _experiment(client, experiment, None)
            return
        with only_one(store):
            follow_move(store)
            client = mlflow.MlflowClient(tracking_uri=store_uri(store), registry_uri=store_uri(store))
            found = _experiment(client, experiment, f"{artifact_root(store)}/{quote(experiment, safe='')}")
        yield client, found


def _experiment(client: Any, name: str, location: str | None) -> str:
    found = client.get_experiment_by_name(name)
    return found.experiment_id if found else client.create_experiment(name, artifact_location=location)


@contextmanager
def _run(client: Any, experiment: str, name: str, tags: Mapping[str, str]) -> Iterator[str]:
    run_id = client.create_run(experiment, run_name=name, tags=dict(tags)).info.run_id
    status = "FAILED"
    try:
        yield run_id
        status = "FINISHED"
    finally:
        client.set_terminated(run_id, status=status)


def _track_family(client: Any, experiment: str, parent: str, result: FamilyResult) -> None:
    tags = {"mlflow.parentRunId": parent, "family": result.name}
    with _run(client, experiment, result.name, tags) as run_id:
        _log_metrics(client, run_id, _family_metrics(result))


def _tags(training: Training, facts: Facts) -> dict[str, str]:
    return {
        "question": facts.question,
        "data_sha256": facts.data_digest,
        "simulated": str(facts.simulated).lower(),
        "permuted": str(facts.permuted).lower(),
        "shown": str(training.test.shown).lower(),
        "family": training.family,
    }


def _parameters(training: Training, facts: Facts) -> dict[str, Any]:
    definition = {f"definition.{key}": value for key, value in training.model.definition.items()}
    settings = {f"settings.{key}": value for key, value in flatten(facts.settings).items()}
    versions = {f"software.{key}": value for key, value in facts.software.items()}
    learned = {f"learned.{_plain(key)}": value for key, value in facts.flow.learned.items()}
    return {"seed": facts.seed, "family": training.family, **definition, **settings, **versions, **learned}


def _plain(key: str) -> str:
    """Write a name in the characters that MLflow allows, distinct where the names are."""
    return quote(key, safe=" ").replace("%", "_")


def _metrics(training: Training, chosen: FamilyResult) -> dict[str, float]:
    test = training.test
    fit = calibration(training.evaluation.of(training.family))
    return _family_metrics(chosen) | {
        "permutation_p": test.p_value,
        "permutations": test.n_permutations,
        "brier": fit.brier,
        "calibration_slope": fit.slope,
        "calibration_intercept": fit.intercept,
    }


def _family_metrics(result: FamilyResult) -> dict[str, float]:
    values = {"auc": result.auc, "auc_low": result.low, "auc_high": result.high}
    return values | {"chosen_minus_this": result.difference, "chosen_minus_this_error": result.error}


def _log_parameters(client: Any, run_id: str, parameters: Mapping[str, Any]) -> None:
    from mlflow.entities import Param

    rows = [Param(key, str(value)[:LONGEST_PARAMETER]) for key, value in parameters.items()]
    for start in range(0, len(rows), 100):
        client.log_batch(run_id, params=rows[start : start + 100])


def _log_metrics(client: Any, run_id: str, metrics: Mapping[str, float]) -> None:
    from mlflow.entities import Metric
    from mlflow.utils.time import get_current_time_millis

    now = get_current_time_millis()
    client.log_batch(run_id, [Metric(key, v, now, 0) for key, v in metrics.items() if math.isfinite(v)])


def _log_data(client: Any, run_id: str, facts: Facts) -> None:
    from mlflow.entities import Dataset, DatasetInput

    sources = json.dumps({"files": sorted(facts.sources)})
    data = Dataset(facts.name, facts.data_digest[:32], "local", sources)
    client.log_inputs(run_id, datasets=[DatasetInput(data)])
