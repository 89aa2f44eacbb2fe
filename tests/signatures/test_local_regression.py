"""Lowess against the implementation of statsmodels, which is Cleveland's too."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.nonparametric.smoothers_lowess import lowess as theirs

from stratify.signatures.local_regression import lowess


@pytest.mark.parametrize("n", [100, 600])
def test_curve_equals_that_of_statsmodels(n):
    rng = np.random.default_rng(n)
    x = rng.normal(5, 2, n)
    y = np.sin(x) + rng.normal(0, 0.5, n)
    y[0] = 20.0
    expected = theirs(y, x, frac=0.4, it=3, delta=0.01 * np.ptp(x), return_sorted=False)
    np.testing.assert_allclose(lowess(x, y, span=0.4), expected, atol=1e-8)


def test_ties_and_constant_points():
    x = np.array([1.0, 1, 1, 2, 2, 3, 3, 3])
    assert np.isfinite(lowess(x, x**2, span=0.4)).all()
    assert lowess(np.ones(5), np.arange(5.0), span=0.6).shape == (5,)
    assert lowess(np.arange(5.0), np.zeros(5), span=0.6).tolist() == [0] * 5
