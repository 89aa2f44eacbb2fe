from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from stratify.errors import ModelError, ScreeningError
from stratify.learning.validation import Evaluation
from stratify.reporting.bundle import load_model
from stratify.reporting.folder import refuse_foreign_folder, replacing, run_record, write_model_folder


@pytest.fixture(scope="session")
def written(training, facts, figures, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "small-1"
    return folder, write_model_folder(training, facts, figures, folder)


def contents(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_folder_passes_its_own_check(written):
    folder, digest = written
    loaded = load_model(folder)
    assert loaded.digest == digest
    assert loaded.model.name == "small"


def test_same_training_is_the_same_bytes(written, training, facts, figures, tmp_path):
    again = tmp_path / "elsewhere" / "another-name"
    assert write_model_folder(training, facts, figures, again) == written[1]
    assert contents(again) == contents(written[0])


def test_folder_holds_no_pickle_no_code_and_no_place(written):
    files = contents(written[0])
    assert set(files) >= {"MLmodel", "requirements.txt", "card.md", "card.html", "manifest.json"}
    assert {name.rpartition(".")[2] for name in files} <= {
        "MLmodel", "csv", "html", "json", "md", "npz", "svg", "txt", "yaml", "ubj",
    }  # fmt: skip
    place = str(written[0].parent).encode()
    assert [name for name, raw in files.items() if place in raw] == []
    assert not re.search(
        rb"conda|run_id: \w|20\d\d-\d\d-\d\d", files["MLmodel"].replace(b"run_id: null", b"")
    )


def test_mlflow_loads_the_folder_and_scores(written, training):
    import mlflow

    served = mlflow.pyfunc.load_model(str(written[0]))
    problem = training.problem
    profiles = pd.DataFrame(problem.profiles, index=problem.samples, columns=problem.assays.index)
    results = served.predict(profiles)
    assert results["sample_id"].tolist() == problem.samples.tolist()
    assert set(results["model_digest"]) == {written[1]}
    example = pd.DataFrame(**json.loads((written[0] / "input_example.json").read_text()))
    assert len(served.predict(example)) == 2
    names = [column.name for column in served.metadata.signature.inputs]
    assert names == problem.assays.index.tolist()


@pytest.mark.parametrize("value", ["98765.4321", np.inf, True, pd.Timestamp("1987-06-05")])
def test_no_refusal_through_mlflow_repeats_a_row(written, training, value):
    import mlflow

    served = mlflow.pyfunc.load_model(str(written[0]))
    problem = training.problem
    profiles = pd.DataFrame(98765.4321, index=problem.samples[:3], columns=problem.assays.index)
    profiles[profiles.columns[0]] = value
    with pytest.raises(ScreeningError, match=profiles.columns[0]) as refusal:
        served.predict(profiles)
    assert not re.search("98765|1987|inf\\b", str(refusal.value))


def test_input_example_is_nobody(written, training):
    example = pd.DataFrame(**json.loads((written[0] / "input_example.json").read_text()))
    people = np.nan_to_num(training.problem.profiles, nan=-99)
    assert np.abs(people[:, None] - example.to_numpy()[None]).max(axis=2).min() > 0.5


def test_out_of_fold_table_gives_the_figures_back(written, training):
    table = pd.read_csv(written[0] / "facts" / "out_of_fold.csv", float_precision="round_trip")
    record = json.loads((written[0] / "facts" / "run.json").read_text())
    again = Evaluation(table, 4)
    stated = {row["name"]: row["auc"] for row in record["families"]}
    assert stated == pytest.approx({name: again.auc(name) for name in training.evaluation.families})
    np.testing.assert_array_equal(table["score"], training.evaluation.predictions["score"])


def test_record_is_of_json_values_and_without_folders(training, facts):
    settings = {"data": {"files": ["/private/place/a.csv"]}}
    record = run_record(training, replace(facts, settings=settings))
    assert record["settings"] == {"data.files": ["a.csv"]}
    assert record["permutation_test"]["shown"] is True
    assert record["flow"]["read"] == 56


def test_earlier_model_is_replaced_as_a_whole(written, training, facts, figures, tmp_path):
    folder = tmp_path / "small-1"
    write_model_folder(training, facts, figures | {"extra": figures["roc"]}, folder)
    write_model_folder(training, facts, figures, folder)
    assert contents(folder) == contents(written[0])
    assert [path.name for path in tmp_path.iterdir()] == ["small-1"]


def test_other_folders_are_not_overwritten(tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(ModelError, match="holds other files"), replacing(tmp_path):
        pass
    assert (tmp_path / "thesis.tex").is_file()


def test_failure_leaves_the_earlier_folder_and_no_half_one(tmp_path):
    folder = tmp_path / "model"
    with replacing(folder) as work:
        (work / "manifest.json").write_text("{}")

    def fail():
        with replacing(folder) as work:
            (work / "half").write_text("x")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert contents(tmp_path) == {"model/manifest.json": b"{}"}


def test_files_and_links_to_nowhere_are_not_replaced(tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("file", "link"):
        with pytest.raises(ModelError, match="is a file"):
            refuse_foreign_folder(tmp_path / name)
    refuse_foreign_folder(tmp_path / "new")
