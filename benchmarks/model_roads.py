"""Does a model folder give the same numbers on every road that leads to it.

    python benchmarks/model_roads.py models/demo-1 models/lvv-1    a table of models and roads
    python benchmarks/model_roads.py --spark FOLDER                Spark's UDF too; FOLDER has pyspark in it

The people whom a model keeps are written as a laboratory would send them, normalised by plate
controls, and given to `stratify screen`; one row has gaps. Every other road gets the same levels
and must answer with the same cell in every column, numbers to the last bit. A model that keeps
nobody is asked about the mean of its healthy people.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.reporting.bundle import load_model
from stratify.reporting.connection import import_mlflow
from stratify.screening.results import TEXT_COLUMNS
from stratify.screening.score import screen
from stratify.simulation.export import write_npx_long

DEMO = Path(__file__).parents[1] / "models" / "demo-1"
RESULTS = Path(__file__).parent / "results" / "model_roads.csv"
PEOPLE, PATIENCE = 24, 120
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}


def levels_of(folder: Path, people: int) -> pd.DataFrame:
    """Levels of people whom the model keeps, with gaps in one row; columns are assay ids."""
    model = load_model(folder).model
    kept = model.held_out.profiles[:people] if model.held_out.known else model.scorer.center[None]
    levels = np.array(kept, dtype=float)
    levels[0, ::7] = np.nan
    return pd.DataFrame(levels, [str(i) for i in range(len(levels))], model.assays.index.astype(str))


def screened(folder: Path, levels: pd.DataFrame, scratch: Path) -> pd.DataFrame:
    """Rows of `results.csv` that `stratify screen` writes for a file that holds the levels."""
    model, file = load_model(folder).model, scratch / f"{folder.name}.csv"
    assays = model.assays.copy()
    assays["assay"] = assays["gene"]
    facts = {"platform": model.platform, "scale": "NPX", "normalization": "Plate control"}
    people = pd.DataFrame({"sample_type": "sample", "control_name": ""}, levels.index)
    write_npx_long(AnnData(levels.to_numpy(), people, assays, {"stratify": facts}), file)
    out = scratch / f"screened-{folder.name}"
    screen(folder, file, out=out)
    return pd.read_csv(
        out / "results.csv", float_precision="round_trip", dtype=dict.fromkeys(TEXT_COLUMNS, str)
    )


def agree(wanted: pd.DataFrame, got: pd.DataFrame) -> str:
    """Say whether two tables hold the same cells; else in which columns they do not."""
    if len(wanted) != len(got) or set(wanted.columns) - set(got.columns):
        return "other rows or columns"
    wrong = [name for name in wanted if _cells(wanted[name]) != _cells(got[name])]
    return "identical" if not wrong else f"differ: {', '.join(wrong)}"


def _cells(column: pd.Series) -> list[Any]:
    """Cells of a column, an empty one the same however it is written."""
    return ["" if value is None or value != value else value for value in column]


def loaded(folder: Path, levels: pd.DataFrame, scratch: Path) -> pd.DataFrame:
    """`mlflow.pyfunc.load_model`, all rows at once."""
    return import_mlflow().pyfunc.load_model(str(folder)).predict(levels)


def grouped(folder: Path, levels: pd.DataFrame, scratch: Path) -> pd.DataFrame:
    """Ask the same by pandas' split, apply, combine: a group a row, then a group of several."""
    model = import_mlflow().pyfunc.load_model(str(folder))
    group = np.minimum(np.arange(len(levels)), 5)
    return levels.groupby(group, group_keys=False).apply(model.predict)


def evaluated(folder: Path, levels: pd.DataFrame, scratch: Path) -> pd.DataFrame:
    """Take what a metric of `mlflow.models.evaluate` gets to see; labels are made up."""
    mlflow, seen = import_mlflow(), []
    drawn = np.arange(len(levels)) % 2

    def keep(predictions: pd.Series, targets: pd.Series, metrics: Any) -> float:
        seen.append(predictions)
        return 0.0

    mlflow.set_tracking_uri(f"sqlite:///{scratch / 'mlflow.db'}")
    place = mlflow.create_experiment(folder.name, (scratch / folder.name).as_uri())
    mlflow.set_experiment(experiment_id=place)
    with mlflow.start_run():
        mlflow.models.evaluate(
            str(folder),
            levels.assign(label=drawn),
            targets="label",
            predictions="probability",
            extra_metrics=[mlflow.models.make_metric(eval_fn=keep, greater_is_better=True, name="keep")],
            evaluator_config={"log_model_explainability": False, "log_explainer": False},
            env_manager="local",
        )
    return pd.DataFrame({"probability": np.asarray(seen[-1])})  # before that, a try on one row


def predicted(folder: Path, levels: pd.DataFrame, scratch: Path) -> pd.DataFrame:
    """`mlflow models predict`, JSON in and out."""
    body, out = scratch / "in.json", scratch / "out.json"
    body.write_text(json.dumps(_split(levels)), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "mlflow",
        "models",
        "predict",
        "-m",
        str(folder),
        "--env-manager",
        "local",
    ]
    files = ["-i", str(body), "-o", str(out), "-t", "json"]
    subprocess.run([*command, *files], check=True, capture_output=True, env=os.environ | QUIET)
    return pd.DataFrame(json.loads(out.read_text(encoding="utf-8"))["predictions"])


@contextlib.contextmanager
def mlflow_server(folder: Path, log: Path, variables: Mapping[str, str] = QUIET) -> Iterator[int]:
    """Port of `mlflow models serve`; it looks for uvicorn on the PATH, so this interpreter's is put first."""
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", str(folder), "--env-manager", "local"]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    with log.open("w") as written:
        server = subprocess.Popen(
            [*command, "-p", str(port), "-w", "1"],
            env=os.environ | QUIET | {"PATH": path} | variables,
            stdout=written,
            stderr=written,
            start_new_session=True,
        )
    try:
        end = time.monotonic() + PATIENCE
        while not _answers(port):
            if server.poll() is not None or time.monotonic() > end:
                raise RuntimeError(log.read_text(encoding="utf-8"))
            time.sleep(0.1)
        yield port
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait()


def free_port() -> int:
    """Port below those of outgoing connections, one of which could take it in the meantime."""
    return next(port for port in range(20000 + os.getpid() % 10000, 32000) if not _answers(port))


def served(folder: Path, levels: pd.DataFrame, scratch: Path) -> pd.DataFrame:
    """`mlflow models serve`, asked once over HTTP."""
    with mlflow_server(folder, scratch / "server.log") as port:
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/invocations",
            json.dumps(_split(levels)).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
            return pd.DataFrame(json.loads(answer.read())["predictions"])


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _split(levels: pd.DataFrame) -> dict[str, Any]:
    rows = [[None if np.isnan(value) else value for value in row] for row in levels.to_numpy().tolist()]
    columns = {"index": levels.index.tolist(), "columns": levels.columns.tolist(), "data": rows}
    return {"dataframe_split": columns}


def on_spark(folder: Path, levels: pd.DataFrame, scratch: Path) -> pd.DataFrame:
    """`mlflow.pyfunc.spark_udf` on two workers; numbers and texts that have a column type in Spark."""
    from pyspark.sql import SparkSession
    from pyspark.sql.functions import struct

    spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    wanted = loaded(folder, levels.iloc[:2], scratch)
    kinds = {"f": "double", "i": "bigint"}
    told = ", ".join(f"{name} {kinds.get(wanted[name].dtype.kind, 'string')}" for name in wanted)
    predict = import_mlflow().pyfunc.spark_udf(spark, str(folder), result_type=told, env_manager="local")
    table = spark.createDataFrame(levels.rename(columns=_plain).reset_index(names="row"))
    columns = [table[_plain(name)].alias(name) for name in levels]
    found = table.select("row", predict(struct(*columns)).alias("a")).select("row", "a.*").toPandas()
    return found.set_index("row").loc[levels.index].drop(columns="sample_id")


def _plain(name: str) -> str:
    return name.replace(".", "_")


ROADS: dict[str, Callable[[Path, pd.DataFrame, Path], pd.DataFrame]] = {
    "pyfunc.load_model": loaded,
    "pandas groupby.apply": grouped,
    "models.evaluate": evaluated,
    "models predict": predicted,
    "models serve": served,
}


def compare(folder: Path, roads: Sequence[str], people: int = PEOPLE) -> list[dict[str, str]]:
    """Try roads to one model."""
    folder, rows = folder.absolute(), []
    with tempfile.TemporaryDirectory() as place:
        levels = levels_of(folder, people)
        wanted = screened(folder, levels, Path(place))
        for road in roads:
            got = ROADS[road](folder, levels, Path(place))
            shared = [name for name in wanted if name in got]
            told = agree(wanted[shared], got)
            rows.append(
                {"model": folder.name, "people": str(len(levels)), "road": road, "columns": str(len(shared))}
                | {"against screen": told}
            )
    return rows


def main() -> None:
    """Print and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("models", nargs="*", type=Path, default=[DEMO])
    parser.add_argument("--spark", type=Path, help="folder into which pyspark was installed")
    parser.add_argument("--roads", nargs="*", default=list(ROADS))
    told = parser.parse_args()
    if told.spark:
        sys.path.append(str(told.spark))
        os.environ["PYTHONPATH"] = os.pathsep.join([*sys.path])  # for its workers
        ROADS["pyfunc.spark_udf"] = on_spark
        told.roads = [*told.roads, "pyfunc.spark_udf"]
    table = pd.DataFrame([row for model in told.models for row in compare(model, told.roads)])
    RESULTS.parent.mkdir(exist_ok=True)
    table.to_csv(RESULTS, index=False)
    sys.stdout.write(table.to_string(index=False) + "\n")


if __name__ == "__main__":
    main()
