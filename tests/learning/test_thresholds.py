"""Thresholds from out-of-fold scores."""

from __future__ import annotations

import numpy as np
import pytest

from stratify.learning.thresholds import fit_thresholds, healthy_reference


def drawn(n, repeats, *, patients=None, healthy=True):
    """Scores with SD sqrt(2) between people, half of it of a repeat; two people are diseased."""
    rng = np.random.default_rng(0)
    scores = rng.normal(size=n) + rng.normal(size=(repeats, n))
    scores[:, :2] = 6.0
    label = np.r_[1.0, 1.0, np.zeros(n - 2)]
    patient = np.arange(float(n)) if patients is None else patients
    reference = (label == 0) & healthy
    return scores, label, reference, patient


def test_spread_of_the_healthy_is_not_lowered_by_averaging_repeats():
    found = healthy_reference(*drawn(402, 20))
    assert found.sd == pytest.approx(np.sqrt(2.0), rel=0.1)
    assert found.scores.std(ddof=1) < 0.85 * found.sd
    assert found.n == len(found.scores) == 400
    assert found.unit == pytest.approx(6.0 - found.mean)
    assert (np.diff(found.scores) >= 0).all()


def test_no_healthy_people_is_said():
    assert healthy_reference(*drawn(12, 2, healthy=False)).n == 0


def test_samples_of_one_patient_are_one_healthy_person():
    alone = healthy_reference(*drawn(42, 3))
    paired = healthy_reference(*drawn(42, 3, patients=np.arange(42) // 2 * 1.0))
    assert (alone.n, paired.n, len(paired.scores)) == (40, 20, 20)
    assert (paired.mean, paired.sd) == (alone.mean, alone.sd)
    assert paired.reach(0.05) > alone.reach(0.05)


def test_thresholds_of_a_model_come_from_its_held_out_people(trained):
    model = trained().model
    people, scorers = model.held_out, [member.scorer for member in model.members]
    leak = np.full(len(people.label), np.nan)
    again = fit_thresholds(people.scores(scorers, people.profiles), people, scorers, leak=leak)
    for one, other in zip(again.members, model.members, strict=True):
        np.testing.assert_array_equal(one.negatives, other.negatives)
        assert one.repeat == other.repeat
    assert again.calibration == model.calibration
    assert (again.healthy.n, again.healthy.mean) == (model.healthy.n, pytest.approx(model.healthy.mean))
    assert again.healthy.sd == pytest.approx(model.healthy.sd)
