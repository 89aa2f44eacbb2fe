"""Small problems that several tests of the room share."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.learning.problem import Problem, make_problem
from stratify.learning.training import Recipe, train
from stratify.learning.validation import Plan
from stratify.signatures.pathways import HANDLING, member_of_any
from stratify.simulation.cohort import simulate_study
from stratify.simulation.design import StudyDesign
from stratify.subtyping.definition import read_definition
from stratify.subtyping.labels import reference_disease


@pytest.fixture(scope="session")
def cohort():
    """People of a simulated study with a clear signature, on the assays of the axes and a few more."""
    people = simulate_study(StudyDesign(separability=0.99, prior_overlap=1.0), seed=3).adata
    people = people[people.obs["sample_type"] == "sample"]
    kept = member_of_any(["Th2", "Th1", "Th17", HANDLING], people.var)
    kept[::9] = True
    return people[:, kept].copy()


@pytest.fixture(scope="session")
def problem(cohort):
    """Atopic dermatitis against psoriasis and healthy people; depression is the target."""
    roles = {"positive": ["AD"], "negative": ["PSO", "HC"], "reference": ["HC"], "target": ["MDD"]}
    return make_problem(cohort, reference_disease(cohort.obs["group"], **roles))


@pytest.fixture(scope="session")
def trained(problem):
    """Train once per family: ten repeats, because sums of eight and more can depend on their layout."""
    done = {}

    def train_family(family="factor-centroids"):
        if family not in done:
            repeats = 10 if family == "factor-centroids" else 2
            plan = Plan(folds=5, repeats=repeats, trials=0, seed=0)
            definition = read_definition("th2-v1")
            recipe = Recipe(
                "demo", 1, "AD", definition, [], default=family, plan=plan, permutations=19, matrix="serum"
            )
            done[family] = train(problem, recipe)
        return done[family]

    return train_family


@pytest.fixture(scope="session")
def plain_problem():
    """Make people with an effect on the first proteins, any number of samples each."""

    def make(n=60, p=20, effect=1.5, visits=1, seed=0):
        rng = np.random.default_rng(seed)
        y = np.repeat(np.arange(n) % 2, visits)
        patient = np.repeat([f"P{i:03d}" for i in range(n)], visits)
        profiles = rng.normal(size=(n, p)).repeat(visits, axis=0) + 0.3 * rng.normal(size=(n * visits, p))
        profiles += effect * y[:, None] * (np.arange(p) < 4)
        names = [f"A{j}" for j in range(p)]
        return Problem(
            profiles=profiles,
            y=y,
            reference=(y == 0) & (rng.random(n).repeat(visits) < 0.6),
            target=np.zeros(n * visits, dtype=bool),
            patients=patient,
            samples=np.array([f"S{i:03d}" for i in range(n * visits)]),
            assays=pd.DataFrame({"uniprot": "", "gene": names, "panel": "Inflammation"}, index=names),
            detectability=np.ones(p),
        )

    return make
