"""Small models trained on a simulated study, and new patients of the same world."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stratify.assays.harmonise.plate_centring import plate_centre
from stratify.assays.harmonise.reference_rows import reference_values
from stratify.learning.problem import make_problem
from stratify.learning.training import Recipe, train
from stratify.learning.validation import Plan
from stratify.reporting.bundle import load_model, write_bundle
from stratify.reporting.manifest import write_manifest
from stratify.simulation.cohort import fresh_mdd, simulate_study
from stratify.simulation.design import design_preset
from stratify.simulation.export import write_npx_long
from stratify.subtyping.definition import read_definition
from stratify.subtyping.labels import reference_disease


@pytest.fixture(scope="session")
def study():
    return simulate_study(design_preset("study"), seed=0)


def _write_model(study, family, folder):
    centred = plate_centre(study.adata)
    people = centred[centred.obs["sample_type"] == "sample"].copy()
    labels = reference_disease(
        people.obs["group"], positive=["AD"], negative=["PSO", "HC"], reference=["HC"], target=["MDD"]
    )
    recipe = Recipe(
        "tiny",
        1,
        "AD",
        read_definition("th2-v1"),
        [family],
        default=family,
        plan=Plan(repeats=2, trials=1),
        permutations=0,
        platform="Olink Target 96",
        matrix="serum",
        expected=reference_values(centred),
    )
    model = train(make_problem(people, labels), recipe).model
    write_bundle(replace(model, rule=replace(model.rule, shown=True)), folder / "bundle")
    (folder / "card.md").write_text("# Card\n")
    write_manifest(folder)


@pytest.fixture(scope="session")
def model_folder(study, once):
    return once("tiny", lambda path: _write_model(study, "factor-centroids", path / "tiny-1")) / "tiny-1"


@pytest.fixture(scope="session")
def booster_folder(study, once):
    return once("boosted", lambda path: _write_model(study, "xgboost", path / "boosted-1")) / "boosted-1"


@pytest.fixture(scope="session")
def loaded(model_folder):
    return load_model(model_folder)


@pytest.fixture(scope="session")
def model(loaded):
    return loaded.model


@pytest.fixture(scope="session")
def _arrivals(study):
    return fresh_mdd(study.world, 40, seed=3, controls=True, prevalence=0.5, relative_size=0.9)[0]


@pytest.fixture
def arrivals(_arrivals):
    """40 new patients, 4 bridge samples and 3 controls on one plate; a copy to be changed at will."""
    return _arrivals.copy()


@pytest.fixture
def laboratory_file(arrivals, tmp_path):
    path = tmp_path / "new patients.csv"
    write_npx_long(arrivals, path)
    return path
