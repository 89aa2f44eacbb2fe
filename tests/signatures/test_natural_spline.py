from __future__ import annotations

import numpy as np

from stratify.signatures.natural_spline import natural_spline_design

X = np.array([1.2, 2, 2, 5, 7, 8, 9.5, 11])


def test_columns_are_linear_outside_and_smooth_inside():
    outside = natural_spline_design(X, 4, at=np.array([11.0, 12.0, 13.0, 14.0]))
    np.testing.assert_allclose(np.diff(outside, n=2, axis=0), 0, atol=1e-9)
    fine = natural_spline_design(X, 4, at=np.linspace(1.2, 11, 2001))
    assert np.abs(np.diff(fine, n=2, axis=0)).max() < 1e-4


def test_four_columns_are_independent_and_ties_do_no_harm():
    assert np.linalg.matrix_rank(natural_spline_design(X, 4)) == 4
    assert np.isfinite(natural_spline_design(np.array([1.0, 1, 1, 1, 1, 2]), 3)).all()
    assert np.isfinite(natural_spline_design(np.ones(5), 3)).all()
