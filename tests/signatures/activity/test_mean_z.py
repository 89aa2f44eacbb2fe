from __future__ import annotations

import numpy as np
import pytest

from stratify.signatures.activity.mean_z import METHOD, combined_z, fit_mean_z, score_mean_z
from stratify.signatures.activity.method import Members
from stratify.signatures.pathways import axis_scores, fit_axes, members
from stratify.signatures.preprocessing import ReferenceScaler
from stratify.simulation.signature import study_assays


def test_cohort_scores_are_those_of_r(reference):
    got = combined_z(reference.levels, reference.members)
    np.testing.assert_allclose(got, reference.scores("z"), rtol=1e-9, atol=1e-12)


def test_lone_patient_is_batch(alone_is_batch):
    alone_is_batch(METHOD)


def test_frozen_scores_are_those_that_the_classifier_compares():
    assays, names = study_assays(), ["Th1", "Th17", "Th2"]
    rng = np.random.default_rng(0)
    healthy, patients = (rng.normal(5, 2, (n, len(assays))) for n in (40, 6))
    weights = rng.random(len(assays))
    inside = np.array([members(name, assays) for name in names])
    scaler = ReferenceScaler().fit(healthy)
    state = fit_axes(names, assays, scaler.transform(healthy), weights)
    wanted = axis_scores(state, scaler.transform(patients))
    got = score_mean_z(fit_mean_z(healthy, Members(inside, weights)), patients)
    np.testing.assert_allclose(got, wanted, rtol=1e-9)


def test_members_count_by_their_detectability():
    levels = np.random.default_rng(1).normal(size=(30, 3))
    inside = np.ones((1, 3), dtype=bool)
    two = combined_z(levels[:, :2], Members.equal(inside[:, :2]))
    np.testing.assert_allclose(combined_z(levels, Members(inside, np.array([1.0, 1.0, 0.0]))), two)
    z = (levels - levels.mean(axis=0)) / levels.std(axis=0, ddof=1)
    weights = np.array([1.0, 0.5, 0.25])
    wanted = (z * weights).sum(axis=1) / np.sqrt((weights**2).sum())
    np.testing.assert_allclose(combined_z(levels, Members(inside, weights))[:, 0], wanted)


def test_a_gap_leaves_the_score_to_the_other_members():
    levels = np.random.default_rng(1).normal(size=(30, 3))
    state = fit_mean_z(levels, Members.equal(np.ones((1, 3), dtype=bool)))
    holed = levels[:1].copy()
    holed[0, 2] = np.nan
    z = (levels[0, :2] - state["center"][:2]) / state["scale"][:2]
    wanted = (z.mean() - state["mean"]) / state["sd"]
    assert score_mean_z(state, holed)[0] == pytest.approx(wanted)


def test_a_set_of_undetectable_or_constant_members_is_not_scored():
    levels = np.random.default_rng(1).normal(size=(9, 2))
    levels[:, 1] = 4.0
    members_ = Members(np.eye(2, dtype=bool), np.array([0.0, 1.0]))
    assert np.isnan(combined_z(levels, members_)).all()
    assert np.isnan(score_mean_z(fit_mean_z(levels, members_), levels)).all()
