"""One candidate, one answer: alone, in a crowd, over REST, on the page and through MLflow, in every column.

    python benchmarks/one_answer.py --people 10000 --asked 40

Simulated candidates, a third of them with gaps, normalised by the vendor and without control rows, since JSON
and MLflow take levels so. `stratify screen` writes the results of the crowd; all others are compared with
its lines, text by text: nothing is rounded and no column is left out.

- the crowd in another order of rows, with foreign proteins added, and each asked candidate alone
- ``POST /score`` as JSON (alone and together) and as a file, and ``results.csv`` of the page
- ``mlflow models serve``
"""

from __future__ import annotations

import argparse
import http.client
import importlib.util
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.screening.results import TEXT_COLUMNS, csv_bytes, result_columns
from stratify.screening.score import screen
from stratify.simulation.cohort import fresh_mdd, simulate_study
from stratify.simulation.design import design_preset

MODEL = Path(__file__).parents[1] / "models" / "demo-1"


def _beside(name: str):
    """Load another script of this folder."""
    spec = importlib.util.spec_from_file_location(f"beside_{name}", Path(__file__).with_name(f"{name}.py"))
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


serving = _beside("serving")
model_roads = _beside("model_roads")


def crowd(n: int) -> AnnData:
    """Draw candidates of the demo model's world; every third lacks about one level in a hundred."""
    study = simulate_study(design_preset("study"), seed=1)
    people = fresh_mdd(study.world, n, seed=5, prevalence=0.5, relative_size=0.9)[0]
    people = people[people.obs["sample_type"] == "sample"].copy()
    holes = np.random.default_rng(0).random((25, people.n_vars)) < 0.01
    people.X[::3] = np.where(holes[np.arange(n)[::3] % 25], np.nan, people.X[::3])
    return people


def write_long(people: AnnData, path: Path, *, foreign: int = 0, seed: int | None = None) -> Path:
    """Write a long table as parquet, with foreign proteins and in another order if asked for."""
    n, p = people.shape
    sample, assay = np.repeat(np.arange(n), p), np.tile(np.arange(p), n)
    columns = {"UniProt": "uniprot", "Assay": "assay", "Panel": "panel"}
    table = pd.DataFrame(
        {"SampleID": people.obs_names.to_numpy()[sample]}
        | {name: people.var[own].astype(str).to_numpy()[assay] for name, own in columns.items()}
        | {"NPX": np.asarray(people.X).ravel(), "Normalization": "Intensity", "Sample_Type": "SAMPLE"}
    )
    table["Panel"] = "Olink Target 96 " + table["Panel"]
    added = [
        table.iloc[::p].assign(
            UniProt=f"A0A0{i}0", Assay=f"FOREIGN{i}", Panel="Olink Target 96 Mouse", NPX=i + 0.5
        )
        for i in range(foreign)
    ]
    table = pd.concat([table, *added], ignore_index=True)
    if seed is not None:
        table = table.sample(frac=1, random_state=seed)
    table.to_parquet(path, index=False)
    return path


def lines(content: bytes) -> dict[str, str]:
    """Lines of results by sample."""
    head, *rows = content.decode().splitlines()
    if head != ",".join(result_columns()):
        raise ValueError(f"other columns: {head}")
    return {row.partition(",")[0]: row for row in rows}


def as_lines(rows: list[dict[str, object]]) -> dict[str, str]:
    """Lines as `screen` writes them, of rows that came as JSON."""
    table = pd.DataFrame(rows)[result_columns()]
    numbers = [name for name in table if name not in TEXT_COLUMNS]
    table[numbers] = table[numbers].apply(pd.to_numeric)
    return lines(csv_bytes(table, TEXT_COLUMNS))


def screened(path: Path) -> dict[str, str]:
    """Lines that the verb's library call writes."""
    with tempfile.TemporaryDirectory() as folder:
        screen(MODEL, path, out=Path(folder) / "out")
        return lines((Path(folder) / "out" / "results.csv").read_bytes())


def samples_of(people: AnnData) -> list[dict[str, object]]:
    """Body of a request."""
    return [
        {
            "sample_id": str(name),
            "levels": {
                str(assay): None if v != v else float(v)
                for assay, v in zip(people.var_names, row, strict=True)
            },
        }
        for name, row in zip(people.obs_names, np.asarray(people.X), strict=True)
    ]


def rest(port: int, body: bytes, kind: str) -> dict[str, str]:
    """Lines that ``/score`` answers."""
    status, answer = serving.ask(port, body, kind)
    if status != 200:
        raise ValueError(f"{status}: {answer[:500]}")
    return as_lines(json.loads(answer)["results"])


def page(port: int, data: bytes) -> dict[str, str]:
    """Lines that a browser downloads after a file was dropped."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("GET", "/")
    response = connection.getresponse()
    token = re.search(rb'name="form_token" value="([0-9a-f]+)"', response.read())[1]
    cookie = {"Cookie": response.headers["set-cookie"].partition(";")[0]}
    body, kind = serving.form(data)
    field = b'--mark\r\nContent-Disposition: form-data; name="form_token"\r\n\r\n' + token + b"\r\n"
    connection.request("POST", "/screen", field + body, {"Content-Type": kind} | cookie)
    response = connection.getresponse()
    response.read()
    if response.status != 303:
        raise ValueError(f"the page answers {response.status}")
    connection.request("GET", "/download/results.csv", headers=cookie)
    found = lines(connection.getresponse().read())
    connection.close()
    return found


def through_mlflow(port: int, people: AnnData) -> dict[str, str]:
    """Lines that MLflow's server answers; it hands no sample ids on, so they are put back by place."""
    rows = [[None if v != v else float(v) for v in row] for row in np.asarray(people.X)]
    body = json.dumps({"dataframe_split": {"columns": [str(v) for v in people.var_names], "data": rows}})
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("POST", "/invocations", body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    content = response.read()
    connection.close()
    if response.status != 200:
        raise ValueError(f"{response.status}: {content[:500]}")
    answers = json.loads(content)["predictions"]
    return as_lines(
        [row | {"sample_id": str(name)} for row, name in zip(answers, people.obs_names, strict=True)]
    )


def differing(wanted: dict[str, str], found: dict[str, str]) -> int:
    """Count the lines that are not the very text."""
    return sum(line != wanted[name] for name, line in found.items())


def roads(
    people: AnnData, asked: AnnData, folder: Path, *, mlflow: bool
) -> Iterator[tuple[str, dict[str, str]]]:
    """Every other way to an answer, and its lines."""
    names = [str(name) for name in asked.obs_names]
    shuffled = screened(write_long(people, folder / "shuffled.parquet", seed=1))
    yield "another order of rows", shuffled
    yield "foreign proteins added", screened(write_long(people, folder / "more.parquet", foreign=3))
    alone = {}
    for i, name in enumerate(names):
        alone |= screened(write_long(asked[[i]], folder / f"{name}.parquet"))
    yield "alone", alone
    with serving.server(folder) as (port, _):
        samples = samples_of(asked)
        one_by_one = {}
        for sample in samples:
            one_by_one |= rest(port, json.dumps({"samples": [sample]}).encode(), "application/json")
        yield "REST, JSON, alone", one_by_one
        yield (
            "REST, JSON, together",
            rest(port, json.dumps({"samples": samples}).encode(), "application/json"),
        )
        data = (folder / "crowd.parquet").read_bytes()
        yield "REST, the file of the crowd", rest(port, *serving.form(data))
        yield "the page's results.csv of the crowd", page(port, data)
        yield "the page's results.csv, one alone", page(port, (folder / f"{names[0]}.parquet").read_bytes())
    if mlflow:
        with model_roads.mlflow_server(MODEL, folder / "mlflow.log") as port:
            yield "MLflow serving", through_mlflow(port, asked)


def compare(n: int, asked: int, *, mlflow: bool = True) -> pd.DataFrame:
    """Differing lines by road."""
    people = crowd(n)
    chosen = people[np.unique(np.linspace(0, n - 1, asked).astype(int))].copy()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wanted = screened(write_long(people, folder / "crowd.parquet"))
        calls = pd.Series([line.split(",")[3] for line in wanted.values()]).value_counts()
        print(f"{n} candidates in one file: {', '.join(f'{k} {v}' for k, v in calls.items())}", flush=True)
        for road, found in roads(people, chosen, folder, mlflow=mlflow):
            rows.append({"road": road, "lines": len(found), "differ": differing(wanted, found)})
            print(f"{road:36} {rows[-1]['lines']:6} lines, {rows[-1]['differ']} differ", flush=True)
    return pd.DataFrame(rows)


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--asked", type=int, default=40)
    options = parser.parse_args()
    raise SystemExit(int(compare(options.people, options.asked)["differ"].sum() > 0))


if __name__ == "__main__":
    main()
