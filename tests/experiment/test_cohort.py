"""People of an experiment, from simulated and from real files."""

from __future__ import annotations

import numpy as np
import pytest

from stratify.errors import ClinicalTableError, CohortError, ExperimentError
from stratify.experiment.cohort import load_cohort, locate, make_experiment_problem
from stratify.experiment.config import ExperimentConfig
from stratify.simulation.files import simulate_files


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("cohort")
    simulate_files(path / "cohort.csv", seed=2)
    return path


def config(**data):
    roles = {"positive": ["AD"], "negative": ["PSO", "HC"], "reference": ["HC"], "target": ["MDD"]}
    files = {"files": ["cohort.csv"], "clinical": "cohort-clinical.csv", "matrix": "serum", "site": "unknown"}
    return ExperimentConfig.model_validate({"name": "x", "question": "?", "data": files | roles | data})


def test_files_give_the_people_of_the_simulator(folder):
    cohort = load_cohort(config(), folder)
    simulated = load_cohort(config(files=[], clinical="", simulate="study", simulate_seed=2), folder)
    assert cohort.people.shape == simulated.people.shape == (108, 363)
    assert np.array_equal(cohort.people.X, simulated.people.X)
    assert cohort.n_controls == simulated.n_controls > 0
    assert len(cohort.expected) == len(simulated.expected) > 0
    assert simulated.simulated
    assert set(cohort.sources) == {"cohort.csv", "cohort-clinical.csv"}


def test_roles_follow_the_groups(folder):
    cohort = load_cohort(config(), folder)
    problem = make_experiment_problem(config(), cohort.people)
    assert [(problem.y == label).sum() for label in (1, 0, -1)] == [30, 53, 25]
    assert (problem.reference.sum(), problem.target.sum()) == (32, 25)
    assert problem.learned.size == 83


def test_permuted_labels_keep_their_counts_and_spare_the_target(folder):
    cohort = load_cohort(config(), folder)
    plain = make_experiment_problem(config(), cohort.people)
    permuted = make_experiment_problem(config(permute=True), cohort.people)
    assert (permuted.y == 1).sum() == 30
    assert np.array_equal(permuted.target, plain.target)
    assert (permuted.y != plain.y).any()


def test_panels_can_be_chosen(folder):
    cohort = load_cohort(config(panels=["Inflammation"]), folder)
    assert set(cohort.people.var["panel"]) == {"Inflammation"}
    with pytest.raises(ExperimentError, match="Cardiometabolic"):
        load_cohort(config(panels=["Cardiometabolic"]), folder)


@pytest.mark.parametrize(
    ("change", "error", "word"),
    [
        ({"group": "diagnosis_code"}, ClinicalTableError, "diagnosis_code"),
        ({"positive": ["Atopic"]}, CohortError, "Atopic"),
        ({"negative": ["AD"]}, CohortError, "AD"),
        ({"target": ["HC"]}, CohortError, "HC"),
    ],
)
def test_columns_and_groups_that_are_not_there_are_named(folder, change, error, word):
    cohort = load_cohort(config(), folder)
    with pytest.raises(error) as caught:
        make_experiment_problem(config(**change), cohort.people)
    assert word in str(caught.value)


def test_a_missing_file_is_named(folder):
    with pytest.raises(ExperimentError, match=r"absent\.csv"):
        locate("absent.csv", folder)


def test_the_raw_workbook_of_a_public_set_becomes_people(data_dir, monkeypatch, folder):
    monkeypatch.setenv("STRATIFY_DATA_DIR", str(data_dir))
    data = {
        "files": ["dataset:lvv_cohort1/Cohort1_INF&CDM_Raw.xlsx"],
        "clinical": "dataset:lvv_cohort1/Cohort1_metadata.csv",
        "positive": ["TAK", "LV.GCA"],
        "negative": ["HC"],
        "target": [],
    }
    cohort = load_cohort(config(**data), folder)
    assert (cohort.n_read, cohort.n_controls) == (189, 23)
    assert cohort.people.n_vars == 184
    problem = make_experiment_problem(config(**data), cohort.people)
    assert (problem.y == 1).sum() <= 131
    assert np.isfinite(problem.detectability).all()


def test_a_policy_decides_what_is_learned_from_and_is_named_among_the_sources(folder):
    plain = load_cohort(config(), folder)
    (folder / "policy.toml").write_text(
        '[findings]\ncontrol-rows = "keep"\nbelow-lod = "drop"\n[below_lod]\nvalues = "censored"\n',
        encoding="utf-8",
    )
    cohort = load_cohort(config(cleaning="policy.toml"), folder)
    assert cohort.people.n_obs == plain.people.n_obs  # the laboratory's rows are never learned from
    assert cohort.people.n_vars < plain.people.n_vars
    assert set(cohort.sources) == {*plain.sources, "policy.toml"}
    problem = make_experiment_problem(config(), cohort.people)
    assert problem.below_lod == "censored"
    assert problem.limits.shape == problem.profiles.shape
    assert (problem.detectability >= 0.5).all()


def test_an_absent_or_wrong_policy_is_named(folder):
    with pytest.raises(ExperimentError, match=r"nowhere\.toml"):
        load_cohort(config(cleaning="nowhere.toml"), folder)
    (folder / "wrong.toml").write_text('[findings]\nqc-fial = "drop"\n', encoding="utf-8")
    with pytest.raises(ExperimentError, match="qc-fail"):
        load_cohort(config(cleaning="wrong.toml"), folder)
