from dataclasses import replace

import numpy as np
import optuna
import pytest

from stratify.learning import execution as module
from stratify.learning.execution import Execution, FitTask
from stratify.learning.trial_store import open_trials

TASK = FitTask("pathway-ridge", "repeat 1, fold 1", np.arange(8), np.arange(8, 10), trials=3, seed=7)


def look(task, send):
    send(f"saw {len(task.history)}")
    return len(task.history)


def run_a_trial(task, send):
    trial = optuna.trial.create_trial(
        value=1.0, params={"C": 0.5}, distributions={"C": optuna.distributions.FloatDistribution(0.0, 1.0)}
    )
    trial.number = len(task.history)
    send((task.study, trial))
    return trial.number


def test_lines_are_told_and_results_returned():
    told = []
    assert Execution().carry_out(look, [TASK, TASK], told.append) == [0, 0]
    assert told == ["saw 0", "saw 0"]


@pytest.mark.parametrize("workers", [1, 2])
def test_trials_are_kept_and_found_again(tmp_path, workers):
    other = replace(TASK, place="repeat 1, fold 2")
    for begun, processes in enumerate((workers, 1)):
        store = open_trials(f"sqlite:///{tmp_path / 'search.db'}", "demo-1", "a" * 64)
        execution = Execution(workers=processes, store=store)
        assert execution.carry_out(run_a_trial, [TASK, other], print) == [begun, begun]
    assert execution.carry_out(look, [TASK, other], lambda line: None) == [2, 2]


def test_without_a_store_nothing_is_kept():
    assert Execution().carry_out(run_a_trial, [TASK], print) == [0]
    assert Execution().carry_out(look, [TASK], lambda line: None) == [0]


@pytest.mark.parametrize(
    "change",
    [
        {"family": "elastic-net"},
        {"place": "repeat 2, fold 1"},
        {"train": np.arange(7)},
        {"trials": 4},
        {"seed": 8},
    ],
)
def test_whatever_decides_a_search_names_another_study(change):
    assert replace(TASK, **change).study != TASK.study == replace(TASK, said="begun", test=np.arange(2)).study


def test_another_space_names_another_study(monkeypatch):
    before = TASK.study
    wider = replace(module.family("pathway-ridge"), space={"C": (1e-9, 1.0, True)})
    monkeypatch.setattr(module, "family", lambda name: wider)
    assert TASK.study != before
