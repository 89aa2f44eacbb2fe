from __future__ import annotations

import numpy as np
import pytest

from stratify.assays.checks.profiles import far_out, principal_scores, quantiles, standardise


@pytest.mark.parametrize("axis", [0, 1])
def test_quantiles_are_those_of_numpy(axis):
    values = np.random.default_rng(0).normal(size=(30, 17))
    values[np.random.default_rng(1).random(values.shape) < 0.3] = np.nan
    shares = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
    expected = np.nanquantile(values, shares, axis=axis)
    np.testing.assert_allclose(quantiles(values, shares, axis), expected, rtol=1e-12)


def test_quantiles_of_nothing_are_missing():
    assert np.isnan(quantiles(np.full((3, 2), np.nan), (0.5,))).all()
    assert quantiles(np.empty((0, 2)), (0.25, 0.5)).shape == (2, 2)


def test_robust_z_of_a_normal_has_unit_spread_and_is_cut():
    levels = 7 + 3 * np.random.default_rng(0).normal(size=(20000, 2))
    levels[0] = 1e6, np.nan
    levels[:, 1] = 5
    z = standardise(levels, quantiles(levels, (0.25, 0.5, 0.75)))
    assert z[1:, 0].std() == pytest.approx(1, abs=0.03)
    assert z[0].tolist() == [4, 0]
    assert not z[:, 1].any()


@pytest.mark.parametrize("shape", [(60, 12), (12, 60)])
def test_scores_are_those_of_a_singular_value_decomposition(shape):
    values = np.random.default_rng(0).normal(size=shape)
    scores, residual = principal_scores(values, 3)
    u, s, _ = np.linalg.svd(values - values.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(np.abs(scores[:, ::-1]), np.abs(u[:, :3] * s[:3]), atol=1e-9)
    left = ((values - values.mean(axis=0)) ** 2).sum(axis=1) - ((u[:, :3] * s[:3]) ** 2).sum(axis=1)
    np.testing.assert_allclose(residual, np.sqrt(left / shape[1]), atol=1e-9)


def test_more_components_than_samples_are_not_invented():
    assert principal_scores(np.ones((2, 5)), 8)[0].shape == (2, 2)


@pytest.mark.parametrize("n", [6, 20, 200, 2000])
def test_chance_seldom_calls_a_normal_value_far_out(n):
    rng = np.random.default_rng(n)
    assert sum(far_out(rng.normal(size=n)).any() for _ in range(200)) <= 10


def test_sides():
    values = np.r_[np.linspace(-2, 2, 21), 50, -50]
    assert far_out(values).tolist() == [False] * 21 + [True] * 2
    assert far_out(values, sides=1).tolist() == [False] * 21 + [True, False]
