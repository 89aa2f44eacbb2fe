from __future__ import annotations

import numpy as np
import pytest

from stratify.errors import CohortError
from stratify.signatures.sample_covariance import SampleCovariance, block_members


def test_solve_multiplies_by_the_inverse():
    patient = np.array([0, 0, 1, 2, 2, 2])
    covariance = SampleCovariance.make(6, None, patient, 0.4)
    matrix = np.where(patient[:, None] == patient, 0.4, 0) + 0.6 * np.eye(6)
    columns = np.random.default_rng(0).normal(size=(6, 3))
    np.testing.assert_allclose(
        covariance.solve(columns, np.ones((6, 1))), np.linalg.solve(matrix, columns), rtol=1e-10
    )


def test_correlation_of_zero_needs_no_blocks():
    assert SampleCovariance.make(4, None, [1, 1, 2, 2], 0.0).member is None


def test_members_need_a_patient_each():
    with pytest.raises(CohortError):
        block_members(["a", np.nan], 2)
