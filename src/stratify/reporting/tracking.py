"""What MLflow gets: the model folder that it can load, and the runs that it keeps."""

from __future__ import annotations

import json
import math
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import numpy as np
import pandas as pd

from stratify.learning.frozen import FrozenModel
from stratify.learning.training import Training
from stratify.reporting.connection import experiment_of, import_mlflow, opened, quiet
from stratify.reporting.facts import Facts, flatten
from stratify.reporting.manifest import manifest_digest, software_version
from stratify.reporting.mlflow_description import LOADER
from stratify.reporting.performance import FamilyResult, calibration, everything, family_results
from stratify.reporting.store import STORE, elsewhere, held

# MLflow writes the time of saving; a model folder holds nothing that is not content.
NO_TIME = "1970-01-01 00:00:00.000000"
LONGEST_PARAMETER = 6000
DIGEST_TAG = "model_digest"


@contextmanager
def started_run(experiment: str, name: str, *, store: Path = STORE) -> Iterator[str]:
    """Begin a run before anything is computed, and say how it ended.

    A failure is marked ``FAILED``, an interruption ``KILLED``. A process that was killed outright can mark
    nothing: whoever opens the store next marks it (`opened`).

    Parameters
    ----------
    experiment, name : str
        Of the MLflow experiment and of the run.
    store : Path, default "mlruns"
        Folder of the store.

    Yields
    ------
    str
        Id of the run.
    """
    with opened(store) as client, ExitStack() as lock:
        with _run(client, experiment_of(client, experiment, store), name, {}) as run_id:
            if not elsewhere():
                lock.enter_context(held(store, run_id))
            yield run_id


def track(
    training: Training,
    facts: Facts,
    figures: Mapping[str, str],
    folder: Path,
    *,
    store: Path = STORE,
    run_id: str = "",
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
    run_id : str
        Of a run that has begun (`started_run`); one of its own when empty.

    Returns
    -------
    str
        Id of the parent run.
    """
    name = f"{training.model.name}-{training.model.version}"
    begun = nullcontext(run_id) if run_id else started_run(facts.name, name, store=store)
    with begun as parent, opened(store) as client:
        _describe(client, parent, training, facts, folder)
        for figure, svg in figures.items():
            client.log_text(parent, svg, f"figures/{figure}.svg")
        client.log_artifacts(parent, str(folder), "model")
        client.log_artifact(parent, str(folder / "facts" / "out_of_fold.csv"))
        for result in family_results(everything(training, facts), training.family):
            _track_family(client, client.get_run(parent).info.experiment_id, parent, result, training)
    return parent


def _describe(client: Any, run_id: str, training: Training, facts: Facts, folder: Path) -> None:
    for key, value in _tags(training, facts, folder).items():
        client.set_tag(run_id, key, value)
    _log_parameters(client, run_id, _parameters(training, facts))
    chosen = family_results(everything(training, facts), training.family)[0]
    _log_metrics(client, run_id, _metrics(training, chosen))
    _log_data(client, run_id, facts)


@contextmanager
def _run(client: Any, experiment: str, name: str, tags: Mapping[str, str]) -> Iterator[str]:
    run_id = client.create_run(experiment, run_name=name, tags=dict(tags)).info.run_id
    status = "FAILED"
    try:
        yield run_id
        status = "FINISHED"
    except KeyboardInterrupt:
        status = "KILLED"
        raise
    finally:
        client.set_terminated(run_id, status=status)


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
    mlflow = import_mlflow()
    with TemporaryDirectory() as scratch, quiet():
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


def _requirement() -> str:
    version = software_version()
    return f"stratify=={version}" if version[:1].isdigit() else "stratify"


def _signature(model: FrozenModel) -> Any:
    """Name the columns. MLflow repeats rows where it refuses a type, so types are left to the loader."""
    mlflow = import_mlflow()
    anything, column = mlflow.types.schema.AnyType(), mlflow.types.ColSpec
    columns: Any = [column(anything, str(name), required=False) for name in model.assays.index]
    return mlflow.models.ModelSignature(inputs=mlflow.types.Schema(columns))


def _fix_description(description: Any, digest: str) -> Any:
    description.model_uuid = digest[:32]
    description.utc_time_created = NO_TIME
    description.run_id = None
    flavor = description.flavors["python_function"]
    flavor["data"] = "bundle"
    flavor["env"] = {"virtualenv": "python_env.yaml"}
    return description


def _track_family(
    client: Any, experiment: str, parent: str, result: FamilyResult, training: Training
) -> None:
    """Log a family's figures, and the AUC in each outer fold as steps of one metric."""
    tags = {"mlflow.parentRunId": parent, "family": result.name}
    with _run(client, experiment, result.name, tags) as run_id:
        _log_metrics(client, run_id, _family_metrics(result))
        if result.name in training.evaluation.families:
            for step, value in enumerate(training.evaluation.fold_aucs(result.name)):
                client.log_metric(run_id, "fold_auc", float(value), step=step)


def _tags(training: Training, facts: Facts, folder: Path) -> dict[str, str]:
    digest = manifest_digest(folder)
    return {
        DIGEST_TAG: digest,
        "stratify": facts.software.get("stratify", "unknown"),
        "definition": str(training.model.definition.get("name", "")),
        "searches": "model/facts/searches.csv" if len(training.searches) else "none",
        "mlflow.note.content": f"{facts.question}\n\nModel `{folder.name}`, digest `{digest}`; its card is "
        "the artifact `model/card.html`. One child run a family, `fold_auc` by repeats and folds.",
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
    param = import_mlflow().entities.Param
    rows = [param(key, str(value)[:LONGEST_PARAMETER]) for key, value in parameters.items()]
    for start in range(0, len(rows), 100):
        client.log_batch(run_id, params=rows[start : start + 100])


def _log_metrics(client: Any, run_id: str, metrics: Mapping[str, float]) -> None:
    metric, now = import_mlflow().entities.Metric, int(1000 * time.time())
    client.log_batch(run_id, [metric(key, v, now, 0) for key, v in metrics.items() if math.isfinite(v)])


def _log_data(client: Any, run_id: str, facts: Facts) -> None:
    entities = import_mlflow().entities
    sources = json.dumps({"files": sorted(facts.sources)})
    data = entities.Dataset(facts.name, facts.data_digest[:32], "local", sources)
    client.log_inputs(run_id, datasets=[entities.DatasetInput(data)])
