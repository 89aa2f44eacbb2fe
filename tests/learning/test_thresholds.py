"""Thresholds from out-of-fold scores."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.learning.thresholds import fit_thresholds, healthy_reference


def scores_of(persons, repeats):
    rng = np.random.default_rng(0)
    person = rng.normal(size=persons)
    return pd.concat(
        pd.DataFrame(
            {
                "repeat": repeat,
                "sample_id": np.arange(persons).astype(str),
                "label": np.r_[np.zeros(persons - 2, int), 1, 1],
                "reference": np.r_[np.ones(persons - 2, bool), False, False],
                "score": np.r_[person[:-2] + rng.normal(size=persons - 2), 5.0, 7.0],
            }
        )
        for repeat in range(repeats)
    )


def own_patient(table):
    return {sample: sample for sample in table["sample_id"]}


def test_spread_of_the_healthy_is_not_lowered_by_averaging_repeats():
    table = scores_of(402, 20)
    found = healthy_reference(table, own_patient(table))
    assert found.sd == pytest.approx(np.sqrt(2.0), rel=0.1)
    assert found.scores.std(ddof=1) < 0.85 * found.sd
    assert found.n == len(found.scores) == 400
    assert found.unit == pytest.approx(6.0 - found.mean)
    assert (np.diff(found.scores) >= 0).all()


def test_no_healthy_people_is_said():
    table = scores_of(12, 2).assign(reference=False)
    assert healthy_reference(table, own_patient(table)).n == 0


def test_samples_of_one_patient_are_one_healthy_person():
    table = scores_of(42, 3)
    pairs = {sample: str(int(sample) // 2) for sample in table["sample_id"]}
    alone, paired = healthy_reference(table, own_patient(table)), healthy_reference(table, pairs)
    assert (alone.n, paired.n, len(paired.scores)) == (40, 20, 20)
    assert (paired.mean, paired.sd) == (alone.mean, alone.sd)
    assert paired.reach(0.05) > alone.reach(0.05)


def test_thresholds_of_a_model_come_from_its_held_out_people(trained):
    model = trained().model
    people = model.held_out
    by_member = np.array([member.scorer.score(people.profiles) for member in model.members])
    told = pd.DataFrame({"patient": people.patient.astype(str), "group": people.groups, "leak": np.nan})
    again = fit_thresholds(people.table(by_member), [member.scorer for member in model.members], told)
    for one, other in zip(again.members, model.members, strict=True):
        np.testing.assert_array_equal(one.negatives, other.negatives)
        assert one.repeat == other.repeat
    assert again.calibration == model.calibration
    assert (again.healthy.n, again.healthy.mean) == (model.healthy.n, pytest.approx(model.healthy.mean))
    assert again.healthy.sd == pytest.approx(model.healthy.sd)
