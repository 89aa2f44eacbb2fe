"""The whole path, small: from simulated files to a kept model, twice the same."""

from __future__ import annotations

import filecmp
import json

import pandas as pd
import pytest

from stratify.errors import CohortError, LeakageError
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
site = "single"
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


RULE = """
[labels]
source = "axis-rule"
definition = "th2-v1"
people = ["AD", "PSO", "HC"]
{more}
"""


@pytest.fixture(scope="module")
def strong(tmp_path_factory):
    path = tmp_path_factory.mktemp("rule")
    simulate_files(path / "cohort.csv", preset="strong-right", n=200, seed=4)
    return path


def run_rule(folder, name, more):
    text = EXPERIMENT.replace('definition = "th2-v1"', 'definition = "resemblance-v1"')
    text = text.replace("repeats = 2", "repeats = 1").replace("trials = 2", "trials = 0")
    path = folder / f"{name}.toml"
    path.write_text(text.format(more=RULE.format(more=more), permutations=19, workers=1), encoding="utf-8")
    return run_experiment(path, models=folder / name, tracked=False)


def test_proteins_that_made_the_label_are_not_learned_from(strong):
    with pytest.raises(LeakageError, match="43 proteins of Th2, Th1, Th17 made it"):
        run_rule(strong, "refused", "")
    assert not (strong / "refused").exists()


def test_left_out_by_name_they_are_told_on_the_card(strong):
    result = run_rule(strong, "dropped", "drop_label_proteins = true")
    card = (result.folder / "card.md").read_text(encoding="utf-8")
    assert "no diagnosis: Th2 above 95% of the reference people" in card
    assert "All of them were left out of the features." in card
    assert "WARNING" not in card
    assert "| Positive label | Th2-high |" in card
    record = json.loads((result.folder / "facts" / "run.json").read_text(encoding="utf-8"))
    assert record["label"]["source"] == "axis-rule"
    assert record["label"]["among_features"] == []
    assert load_model(result.folder).model.positive == "Th2-high"
    problem, told = result.training.problem, result.training.evaluation.predictions
    overall = told["sample_id"].map(dict(zip(problem.samples, problem.y, strict=True)))
    assert 0 < (told["label"] != overall).mean() < 0.1  # a fold's own rule may say otherwise of a person


def test_allowed_by_name_they_make_the_card_red(strong):
    result = run_rule(strong, "red", 'allow_label_proteins = ["Th2", "Th1", "Th17"]')
    card = (result.folder / "card.md").read_text(encoding="utf-8")
    assert "**WARNING: LABEL PROTEINS AMONG THE FEATURES.** 43 proteins" in card
    page = (result.folder / "card.html").read_text(encoding="utf-8")
    assert '<blockquote class="danger">\n<p><strong>WARNING: LABEL PROTEINS' in page


def test_a_label_that_is_the_site_is_said_to_be_so(folder):
    clinical = pd.read_csv(folder / "cohort-clinical.csv")
    clinical["clinic"] = clinical["group"].map(lambda group: "skin" if group == "AD" else "other")
    clinical.to_csv(folder / "apart.csv", index=False)
    apart = 'clinical = "apart.csv"\n'
    text = EXPERIMENT.replace('clinical = "cohort-clinical.csv"\n', "").replace('"single"', '"clinic"')
    path = folder / "apart.toml"
    path.write_text(text.format(more=apart, permutations=19, workers=1), encoding="utf-8")
    with pytest.raises(CohortError, match="no clinic has people of both classes"):
        run_experiment(path, models=folder / "apart", tracked=False)
    path.write_text(
        text.format(more=apart + "allow_inseparable_site = true", permutations=19, workers=1),
        encoding="utf-8",
    )
    result = run_experiment(path, models=folder / "apart", tracked=False)
    card = (result.folder / "card.md").read_text(encoding="utf-8")
    assert "NOT SEPARABLE FROM THE SITE.** No clinic has people of both classes" in card
    assert "| Reference disease | AD |" in card
