from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from stratify.errors import ModelError
from stratify.reporting.connection import opened
from stratify.reporting.folder import write_model_folder
from stratify.reporting.store import store_uri
from stratify.reporting.tracking import started_run, synthetic_profiles, track

mlflow = pytest.importorskip("mlflow")
# of the libraries that MLflow uses, when the tests ask the store themselves
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def tracked(training, facts, figures, tmp_path_factory):
    place = tmp_path_factory.mktemp("tracked")
    before = os.getcwd()
    os.chdir(place)
    try:
        folder = place / "models" / "small-1"
        write_model_folder(training, facts, figures, folder)
        run_id = track(training, facts, figures, folder, store=place / "mlruns")
    finally:
        os.chdir(before)
    return mlflow.MlflowClient(tracking_uri=store_uri(place / "mlruns")), run_id, place


def test_run_holds_metrics_with_their_intervals(tracked, training):
    client, run_id, _ = tracked
    run = client.get_run(run_id)
    assert run.info.status == "FINISHED"
    metrics = run.data.metrics
    assert metrics["auc"] == training.evaluation.auc("factor-centroids")
    assert metrics["auc_low"] <= metrics["auc"] <= metrics["auc_high"]
    assert metrics["permutation_p"] == 0.05


def test_run_names_its_data_and_settings(tracked, facts):
    client, run_id, _ = tracked
    run = client.get_run(run_id)
    assert run.data.tags["data_sha256"] == facts.data_digest
    assert run.data.params["settings.learning.folds"] == "4"
    assert run.data.params["definition.alpha"] == "0.1"
    (data,) = run.inputs.dataset_inputs
    assert data.dataset.digest == facts.data_digest[:32]
    assert json.loads(data.dataset.source) == {"files": ["a.csv", "b.csv"]}


def test_every_family_has_a_child(tracked, training):
    client, run_id, _ = tracked
    experiment = client.get_experiment_by_name("small").experiment_id
    found = client.search_runs([experiment], f"tags.`mlflow.parentRunId` = '{run_id}'")
    aucs = {run.data.tags["family"]: run.data.metrics["auc"] for run in found}
    assert aucs == {name: training.evaluation.auc(name) for name in training.evaluation.families}
    assert {run.info.status for run in found} == {"FINISHED"}


def test_tags_metrics_and_parameters_name_no_patient(tracked, training):
    client, run_id, _ = tracked
    data = client.get_run(run_id).data
    assert "person-" not in str(data.to_dictionary())


def test_model_figures_and_table_are_artifacts(tracked, figures):
    client, run_id, place = tracked
    names = {item.path for item in client.list_artifacts(run_id)}
    assert names == {"figures", "model", "out_of_fold.csv"}
    assert len(client.list_artifacts(run_id, "figures")) == len(figures)
    kept = place / "mlruns" / "artifacts" / "small" / run_id / "artifacts" / "model"
    assert (kept / "manifest.json").read_bytes() == (place / "models/small-1/manifest.json").read_bytes()
    assert (
        len(mlflow.pyfunc.load_model(str(kept)).predict(mlflow.pyfunc.load_model(str(kept)).input_example))
        == 2
    )


def test_failed_run_is_marked(tracked, training, facts, figures, tmp_path):
    client, _, place = tracked
    with pytest.raises(ModelError, match="manifest"):
        track(training, replace(facts, experiment="broken.toml"), figures, tmp_path, store=place / "mlruns")
    experiment = client.get_experiment_by_name("broken").experiment_id
    assert [run.info.status for run in client.search_runs([experiment])] == ["FAILED"]


def test_run_that_begins_first_is_the_one_that_is_filled(tracked, training, facts, figures):
    client, _, place = tracked
    folder = place / "models" / "small-1"
    with started_run("begun", "small-1", store=place / "mlruns") as run_id:
        assert client.get_run(run_id).info.status == "RUNNING"
        assert track(training, facts, figures, folder, store=place / "mlruns", run_id=run_id) == run_id
    run = client.get_run(run_id)
    assert run.info.status == "FINISHED"
    stated = json.loads((folder / "manifest.json").read_text())["digest"]
    assert run.data.tags["model_digest"] == stated
    assert stated in run.data.tags["mlflow.note.content"]


@pytest.mark.parametrize(("error", "status"), [(ValueError, "FAILED"), (KeyboardInterrupt, "KILLED")])
def test_how_a_run_ended_is_marked(tracked, error, status):
    client, _, place = tracked

    def end():
        with started_run(status.lower(), "x", store=place / "mlruns"):
            raise error

    with pytest.raises(error):
        end()
    experiment = client.get_experiment_by_name(status.lower()).experiment_id
    assert [run.info.status for run in client.search_runs([experiment])] == [status]
    assert list((place / "mlruns" / "running").iterdir()) == []


def test_run_of_a_process_that_died_is_marked_with_its_families_by_whoever_opens_next(tracked):
    client, _, place = tracked
    store = place / "mlruns"
    with started_run("died", "x", store=store) as going:
        experiment = client.get_experiment_by_name("died").experiment_id
        dead = client.create_run(experiment).info.run_id
        family = client.create_run(experiment, tags={"mlflow.parentRunId": dead}).info.run_id
        for run_id in (dead, "of-a-database-that-is-gone"):
            (store / "running" / f"{run_id}.lock").touch()
        with opened(store):
            assert [client.get_run(one).info.status for one in (dead, family)] == ["KILLED"] * 2
            assert client.get_run(going).info.status == "RUNNING"


def test_two_that_write_at_once_lose_nothing(runs):
    def write(name):
        with started_run("same", name, store=runs) as run_id, opened(runs) as client:
            for step in range(20):
                client.log_metric(run_id, "value", step, step=step)
        return run_id

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(write, ["one", "other"]))
    with opened(runs) as client:
        for run_id in found:
            assert client.get_run(run_id).info.status == "FINISHED"
            assert len(client.get_metric_history(run_id, "value")) == 20
        assert len({client.get_run(run_id).info.experiment_id for run_id in found}) == 1


def test_folds_are_steps_of_the_families_runs(tracked, training):
    client, run_id, _ = tracked
    experiment = client.get_experiment_by_name("small").experiment_id
    (child,) = client.search_runs(
        [experiment], f"tags.`mlflow.parentRunId` = '{run_id}' and tags.family = 'composite'"
    )
    kept = [point.value for point in client.get_metric_history(child.info.run_id, "fold_auc")]
    assert kept == training.evaluation.fold_aucs("composite").tolist()


def test_tracking_address_of_the_environment_is_obeyed(
    training, facts, figures, tracked, tmp_path, monkeypatch
):
    _, _, place = tracked
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store_uri(place / "mlruns"))
    monkeypatch.chdir(tmp_path)
    folder = place / "models" / "small-1"
    run_id = track(training, replace(facts, question="Again?"), figures, folder, store=tmp_path / "unused")
    assert tracked[0].get_run(run_id).data.tags["question"] == "Again?"
    assert not (tmp_path / "unused").exists()


def test_example_has_two_rows_of_all_assays(training):
    example = synthetic_profiles(training.model)
    assert list(example.columns) == list(training.model.assays.index)
    assert example.shape == (2, 40)


def test_groups_of_any_alphabet_are_kept(training, facts, figures, tmp_path):
    folder = tmp_path / "models" / "small-1"
    write_model_folder(training, facts, figures, folder)
    named = replace(facts, flow=replace(facts.flow, learned={"健康": 3, "=AD<b>": 4, "LV.GCA": 5}))
    run_id = track(training, named, figures, folder, store=tmp_path / "mlruns")
    kept = mlflow.MlflowClient(tracking_uri=store_uri(tmp_path / "mlruns")).get_run(run_id).data.params
    learned = {key: value for key, value in kept.items() if key.startswith("learned.")}
    assert learned["learned.LV.GCA"] == "5"
    assert sorted(learned.values()) == ["3", "4", "5"]
