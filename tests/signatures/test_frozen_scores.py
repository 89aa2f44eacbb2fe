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
