"""Bend of a line."""

from __future__ import annotations

import numpy as np
import statsmodels.api as sm

from stratify.signatures.curvature import curvature_p, spline_term


def test_a_bend_is_seen_and_a_line_is_not():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(80, 2))
    y = np.abs(x[:, 0]) + x[:, 1] + 0.3 * rng.normal(size=80)
    p = curvature_p(x, y, np.zeros((80, 0)), np.arange(80))
    assert p[0] < 1e-4
    assert p[1] > 0.01


def test_it_is_the_f_test_of_two_nested_models():
    rng = np.random.default_rng(1)
    x, z, y = rng.normal(size=30), rng.normal(size=(30, 1)), rng.normal(size=30)
    small = np.column_stack([np.ones(30), z, x])
    bent = np.column_stack([small, spline_term(x, np.quantile(x, [0.1, 0.5, 0.9]))])
    wanted = sm.OLS(y, bent).fit().compare_f_test(sm.OLS(y, small).fit())[1]
    np.testing.assert_allclose(curvature_p(x[:, None], y, z, np.arange(30))[0], wanted)


def test_beyond_the_last_knot_it_is_straight():
    x = np.linspace(5, 9, 9)
    np.testing.assert_allclose(np.diff(spline_term(x, np.array([0.0, 1.0, 4.0])), 2), 0.0, atol=1e-10)


def test_a_score_of_two_values_has_no_bend():
    x = np.repeat([0.0, 1.0], 10)[:, None]
    assert np.isnan(curvature_p(x, np.arange(20.0), np.zeros((20, 0)), np.arange(20))).all()
