"""How far an axis lies behind its rivals."""

from __future__ import annotations

import numpy as np

from stratify.signatures.axis_lead import UNKNOWN_LEAD, fit_axis_lead, lies_behind
from stratify.signatures.pathways import AxisState

AXES = AxisState(("Th2", "Th1"), np.eye(2), np.zeros(2), np.ones(2))


def test_the_difference_is_in_sds_of_the_healthy():
    healthy = np.random.default_rng(0).normal(size=(4000, 2)) * [1.0, 2.0]
    lead = fit_axis_lead(AXES, healthy)
    np.testing.assert_allclose(lead.sd, [[0, np.sqrt(5)], [np.sqrt(5), 0]], rtol=0.05)
    behind = lies_behind(AXES, lead, "Th2", np.array([[0.0, 5.0], [5.0, 0.0]]))
    np.testing.assert_allclose(behind, [np.sqrt(5), -np.sqrt(5)], rtol=0.05)


def test_a_patient_alone_is_as_in_a_batch():
    rng = np.random.default_rng(1)
    lead, z = fit_axis_lead(AXES, rng.normal(size=(20, 2))), rng.normal(size=(9, 2))
    together = lies_behind(AXES, lead, "Th1", z)
    assert [lies_behind(AXES, lead, "Th1", z[[i]])[0] for i in range(9)] == together.tolist()


def test_what_is_not_known_is_no_number_and_no_rival_is_no_hindrance():
    z = np.zeros((2, 2))
    assert np.isnan(lies_behind(AXES, UNKNOWN_LEAD, "Th2", z)).all()
    assert np.isnan(lies_behind(AXES, fit_axis_lead(AXES, np.eye(2)), "Th2", z)).all()
    alone = AxisState(("Th2",), np.ones((1, 2)) / 2, np.zeros(1), np.ones(1))
    lead = fit_axis_lead(alone, np.random.default_rng(0).normal(size=(5, 2)))
    assert lies_behind(alone, lead, "Th2", z).tolist() == [-np.inf] * 2
    assert np.isnan(lies_behind(alone, lead, "Th17", z)).all()
