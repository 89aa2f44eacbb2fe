"""A run that is killed in the middle of its searches, and goes on."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from stratify.errors import ExperimentError
from stratify.experiment import execution as module
from stratify.experiment.cohort import load_cohort, make_experiment_problem
from stratify.experiment.config import read_experiment
from stratify.experiment.execution import make_execution, search_file
from stratify.experiment.run import make_recipe, run_experiment
from stratify.simulation.files import simulate_files

EXPERIMENT = """
name = "killed"
question = "Which simulated MDD patients resemble atopic dermatitis?"
definition = "th2-v1"
[data]
files = ["cohort.csv"]
clinical = "cohort-clinical.csv"
simulated = true
panels = ["Inflammation"]
positive = ["AD"]
negative = ["PSO", "HC"]
reference = ["HC"]
target = ["MDD"]
matrix = "serum"
site = "unknown"
[learning]
families = ["pathway-ridge"]
controls = []
folds = 3
repeats = 1
trials = {trials}
permutations = 19
{more}
"""
RUN = """
import sys
from stratify.experiment.run import run_experiment
run_experiment(sys.argv[1], models=sys.argv[2], tracked=False)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("killed")
    simulate_files(path / "cohort.csv", seed=4)
    return path


def experiment(folder, *, trials=8, more="workers = 1"):
    path = folder / "experiment.toml"
    path.write_text(EXPERIMENT.format(trials=trials, more=more), encoding="utf-8")
    return path


def kept(file):
    """Trials that are kept by now, by study; none while the tables are being made."""
    if not file.is_file():
        return {}
    query = "SELECT study_name, state FROM trials JOIN studies USING (study_id)"
    try:
        with closing(sqlite3.connect(file)) as database:  # undoes what a killed process had half written
            rows = database.execute(query).fetchall()
    except sqlite3.OperationalError:
        return {}
    return {name: [state for study, state in rows if study == name] for name, _ in rows}


@pytest.fixture(scope="module")
def uninterrupted(folder):
    return digest(run_experiment(experiment(folder), models=folder / "whole", tracked=False).folder)


@pytest.mark.parametrize("workers", [2])
def test_a_killed_run_goes_on_and_ends_with_the_same_bytes(folder, uninterrupted, tmp_path, workers):
    path = experiment(folder, more=f"workers = {workers}")
    process = subprocess.Popen([sys.executable, "-c", RUN, str(path), str(tmp_path)], stderr=subprocess.PIPE)
    file = search_file(tmp_path / "killed-1")
    while sum(map(len, kept(file).values())) < 12:  # of 48 in the folds
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.005)
    process.kill()
    process.wait()
    process.stderr.close()
    halfway = kept(file)
    assert not (tmp_path / "killed-1").exists()
    assert 12 <= sum(map(len, halfway.values())) < 48  # mostly in the middle of a search
    assert {state for states in halfway.values() for state in states} <= {"COMPLETE", "PRUNED"}
    lines = []
    resumed = run_experiment(experiment(folder), models=tmp_path, tracked=False, tell=lines.append)
    finished = [name for name, states in halfway.items() if len(states) == 8]
    told = [line for line in lines if "trial 8 of 8" in line]
    assert len(told) == 7 - len(finished)  # six folds and the final fit, less what was finished
    assert digest(resumed.folder) == uninterrupted
    assert not file.exists()


def digest(folder):
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["digest"]


def prepared(folder, path):
    config = read_experiment(path)
    cohort = load_cohort(config, path.parent)
    return config, make_experiment_problem(config, cohort.people), make_recipe(config, cohort)


def test_searches_of_other_settings_are_refused_until_they_are_removed(folder, tmp_path):
    store = make_execution(*prepared(folder, experiment(folder)), tmp_path / "killed-1").store
    store.storage.create_new_study(["MINIMIZE"], store.prefix + "centroids")
    with pytest.raises(ExperimentError, match="raise the version, or remove them"):
        make_execution(*prepared(folder, experiment(folder, trials=9)), tmp_path / "killed-1")
    search_file(tmp_path / "killed-1").unlink()
    make_execution(*prepared(folder, experiment(folder, trials=9)), tmp_path / "killed-1")


def test_without_searches_no_file_is_made(folder, tmp_path):
    execution = make_execution(*prepared(folder, experiment(folder, trials=1)), tmp_path / "killed-1")
    assert execution.store is None
    assert not search_file(tmp_path / "killed-1").exists()


def test_memory_that_is_short_leaves_fewer_workers(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "available_memory", lambda: 3 * 2**29)
    told, ready = [], prepared(folder, experiment(folder, trials=0, more="workers = 8"))
    execution = make_execution(*ready, tmp_path / "m", tell=told.append)
    assert 1 <= execution.workers < 8
    assert told[0].startswith(f"{execution.workers} of 8 workers: each may need 4")


def test_the_clock_runs_only_where_it_is_asked_for(folder, tmp_path):
    ready = prepared(folder, experiment(folder, trials=0))
    assert make_execution(*ready, tmp_path / "m").stop_at == float("inf")
    ready = prepared(folder, experiment(folder, trials=0, more="stop_after_minutes = 2.0"))
    assert 100 < make_execution(*ready, tmp_path / "m").stop_at - time.time() <= 120


def test_a_database_of_ones_own_is_kept(folder, tmp_path):
    own = tmp_path / "own.db"
    path = experiment(folder, trials=2, more=f"workers = 1\nstorage = 'sqlite:///{own}'")
    result = run_experiment(path, models=tmp_path / "models", tracked=False)
    assert len(kept(own)) == 7
    assert "own.db" not in (result.folder / "facts" / "run.json").read_text(encoding="utf-8")
