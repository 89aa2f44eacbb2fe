from __future__ import annotations

import numpy as np
import pytest

from stratify.signatures.activity.method import Members
from stratify.signatures.activity.ssgsea import METHOD, cohort_ssgsea, fit_ssgsea, score_ssgsea


def test_cohort_scores_are_those_of_r(reference):
    got = cohort_ssgsea(reference.levels, reference.members)
    np.testing.assert_allclose(got, reference.scores("ssgsea"), atol=1e-12)
    state = fit_ssgsea(reference.levels, reference.members)
    np.testing.assert_array_equal(score_ssgsea(state, reference.levels), got)
    raw = score_ssgsea(state | {"range": np.asarray(1.0)}, reference.levels)
    np.testing.assert_allclose(raw, reference.scores("ssgsea-raw"), rtol=1e-12)


def test_lone_patient_is_batch(alone_is_batch):
    alone_is_batch(METHOD)


def test_range_is_that_of_the_reference_and_a_patient_may_lie_beyond(ragged):
    healthy, patients, members = ragged
    scores = score_ssgsea(fit_ssgsea(healthy, members), healthy)
    assert np.nanmax(scores) - np.nanmin(scores) == pytest.approx(1.0)
    assert np.isfinite(score_ssgsea(fit_ssgsea(healthy, members), patients)[0, 1])


def test_without_a_range_there_is_no_unit():
    levels = np.array([[1.0, 2.0, 3.0]])
    assert np.isnan(cohort_ssgsea(levels, Members.equal(np.array([[True, False, False]])))).all()
    assert cohort_ssgsea(levels, Members.equal(np.zeros((0, 3), dtype=bool))).shape == (1, 0)
