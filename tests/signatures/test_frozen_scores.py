"""Pathway scores against the cohort's own healthy people."""

from __future__ import annotations

import numpy as np
import pytest

from stratify.assays.sample_names import patient_rows
from stratify.signatures.frozen_scores import pathway_scores
from stratify.simulation.cohort import simulate_study


@pytest.fixture(scope="module")
def people():
    study = simulate_study(seed=2).adata
    return study[patient_rows(study)].copy()


def test_healthy_people_are_the_unit(people):
    scores, notes = pathway_scores(people)
    healthy = (people.obs["group"] == "HC").to_numpy()
    np.testing.assert_allclose(scores[healthy].mean(), 0.0, atol=1e-9)
    np.testing.assert_allclose(scores[healthy].std(), 1.0)
    assert {"Th2", "Th1", "Th17", "QC_preanalytical"} <= set(scores)
    assert scores.index.equals(people.obs_names)
    assert notes == []


def test_without_healthy_people_everybody_is_the_unit_and_gaps_are_no_obstacle(people):
    part = people[people.obs["group"] == "MDD"].copy()
    part.X[0, :50] = np.nan
    scores, notes = pathway_scores(part, names=["Th2"])
    np.testing.assert_allclose(scores.mean(), 0.0, atol=1e-9)
    assert np.isfinite(scores.to_numpy()).all()
    assert "in SDs of everybody" in notes[0]


def test_a_pathway_without_a_measured_member_is_named(people):
    part = people[:, people.var["gene"].isin(["CCL17", "IL6"])].copy()
    scores, notes = pathway_scores(part, names=["Th2", "Th1"])
    assert list(scores) == ["Th2"]
    assert notes == ["no measured member: Th1"]


def test_a_score_is_not_made_of_filled_gaps_alone(people):
    part, whole = people.copy(), pathway_scores(people, names=["Th2", "Th1"])[0]
    part.X[3, np.arange(part.n_vars) != 5] = np.nan
    part.X[4, ::9] = np.nan
    scores, notes = pathway_scores(part, names=["Th2", "Th1"])
    assert scores.iloc[3].isna().all()
    assert scores.drop(scores.index[3]).notna().all(axis=None)
    assert whole.notna().all(axis=None)
    assert notes == ["1 samples have a level of less than half of the members of Th2, Th1: not scored there"]


def test_a_protein_that_nobody_has_is_no_member(people):
    genes = people.var["gene"].isin(["CCL17", "IL6"]).to_numpy()
    part = people.copy()
    part.X[:, ~genes] = np.nan
    assert "no measured member: Th1" in pathway_scores(part, names=["Th2", "Th1"])[1]
    assert pathway_scores(part, names=["Th2"])[0]["Th2"].notna().all()
