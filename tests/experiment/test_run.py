"""The whole path, small: from simulated files to a kept model, twice the same."""

from __future__ import annotations

import filecmp

import pytest

from stratify.experiment.run import run_experiment
from stratify.reporting.bundle import load_model
from stratify.simulation.files import simulate_files

EXPERIMENT = """
name = "small"
question = "Which simulated MDD patients resemble atopic dermatitis?"
definition = "th2-v1"
seed = 4
[data]
files = ["cohort.csv"]
clinical = "cohort-clinical.csv"
simulated = true
positive = ["AD"]
negative = ["PSO", "HC"]
reference = ["HC"]
target = ["MDD"]
matrix = "serum"
covariates = ["age", "sex"]
{more}
[learning]
families = ["composite"]
controls = []
repeats = 2
trials = 2
permutations = {permutations}
workers = {workers}
"""


def run(folder, name, *, more="", permutations=19, workers=1, tracked=False):
    path = folder / "experiment.toml"
    text = EXPERIMENT.format(more=more, permutations=permutations, workers=workers)
    path.write_text(text, encoding="utf-8")
    return run_experiment(path, models=folder / name, tracked=tracked)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("run")
    simulate_files(path / "cohort.csv", seed=4)
    return path


@pytest.fixture(scope="module")
def result(folder):
    return run(folder, "first")


def test_the_summary_has_the_stable_keys(result):
    summary = result.summary()
    assert {"model", "run_id", "auc", "auc_low", "auc_high", "baseline_auc", "family"} <= set(summary)
    assert summary["auc_low"] < summary["auc"] <= summary["auc_high"]
    assert summary["auc"] > summary["baseline_auc"] > 0.5
    assert summary["shown"]


def test_covariates_stand_beside_and_are_never_chosen(result):
    assert result.facts.baselines.families == ["covariates"]
    assert result.training.family != "covariates"


def test_the_flow_adds_up(result):
    flow = result.facts.flow
    assert sum(flow.learned.values()) == 83
    assert flow.read - flow.controls == 108 == 83 + flow.target


def test_the_same_experiment_gives_the_same_bytes_in_any_number_of_processes(folder, result):
    again = run(folder, "second", workers=2)
    names = sorted(path.relative_to(result.folder) for path in result.folder.rglob("*") if path.is_file())
    assert names == sorted(p.relative_to(again.folder) for p in again.folder.rglob("*") if p.is_file())
    _, different, unreadable = filecmp.cmpfiles(result.folder, again.folder, names, shallow=False)
    assert (different, unreadable) == ([], [])
    assert load_model(again.folder).digest == load_model(result.folder).digest


def test_permuted_labels_are_not_shown_and_allow_no_call(folder):
    null = run(folder, "null", more="permute = true", permutations=99)
    assert not null.training.test.shown
    card = (null.folder / "card.md").read_text(encoding="utf-8")
    assert "not shown" in card
    assert set(null.facts.target_calls.calls) == {"indeterminate"}
    assert "model-not-shown" in null.facts.target_calls.reasons
