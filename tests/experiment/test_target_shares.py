"""Shares of the target people's score, from a trained experiment's parts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from stratify.experiment.cohort import load_cohort, make_experiment_problem
from stratify.experiment.config import ExperimentConfig
from stratify.experiment.target_shares import target_shares
from stratify.reporting.bundle import load_model

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def parts():
    data = {
        "simulate": "study",
        "simulate_seed": 1,
        "positive": ["AD"],
        "negative": ["PSO", "HC"],
        "reference": ["HC"],
        "target": ["MDD"],
        "matrix": "serum",
        "site": "site",
    }
    config = ExperimentConfig.model_validate({"name": "x", "question": "?", "data": data})
    cohort = load_cohort(config, ROOT)
    problem = make_experiment_problem(config, cohort.people)
    model = load_model(ROOT / "models" / "demo-1").model
    return config, cohort, SimpleNamespace(problem=problem, model=model)


def test_columns_that_exist_are_asked(parts):
    found = target_shares(*parts)
    assert [one.column for one in found] == ["site", "age", "bmi", "sex", "handling", "all together"]
    assert {one.n for one in found} == {25}


def test_without_target_people_there_is_nothing_to_ask(parts):
    config, cohort, training = parts
    nobody = replace(training.problem, target=np.zeros(len(training.problem.y), dtype=bool))
    assert target_shares(config, cohort, SimpleNamespace(problem=nobody, model=training.model)) == ()
