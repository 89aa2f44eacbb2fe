"""What stands in for a value below its limit, from a frozen state."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from stratify.signatures.limits import LimitState, hazard, mean_below, treat_below, without_model

P, K = 12, 2


@pytest.fixture
def state():
    rng = np.random.default_rng(0)
    loadings = rng.normal(size=(P, K)) * 0.5
    return LimitState("censored", rng.normal(5, 1, P), rng.uniform(0.5, 2, P), loadings, np.full(P, 0.6))


def profiles(state, n=8):
    rng = np.random.default_rng(1)
    levels = state.center + state.scale * rng.normal(size=(n, P))
    levels[0, 3] = np.nan
    limits = np.broadcast_to(state.center, levels.shape).copy()
    limits[:, 5] = np.nan
    return levels, limits


@pytest.mark.parametrize("limit", [-30.0, -3.0, 0.0, 2.0, 9.0])
def test_mean_below_is_that_of_the_truncated_normal(limit):
    got = mean_below(np.array([1.0]), np.array([2.0]), np.array([limit]))[0]
    if limit > -20:
        assert got == pytest.approx(stats.truncnorm.mean(-np.inf, (limit - 1) / 2, loc=1, scale=2))
    assert got < min(limit, 1.0)


def test_hazard_is_finite_far_into_both_tails():
    assert np.isfinite(hazard(np.array([-200.0, 0.0, 40.0]))).all()
    assert hazard(np.array([-200.0]))[0] == pytest.approx(200.0, rel=1e-3)


def test_conditional_mean_is_that_of_the_dense_normal(state):
    levels, limits = profiles(state)
    sd = np.diag(state.scale)
    covariance = sd @ (state.loadings @ state.loadings.T + np.diag(state.uniquenesses)) @ sd
    row = int(np.flatnonzero((levels < limits).any(axis=1))[0])
    below = np.flatnonzero(levels[row] < limits[row])
    seen = np.flatnonzero(np.isfinite(levels[row]) & ~(levels[row] < limits[row]))
    weights = covariance[np.ix_(below, seen)] @ np.linalg.inv(covariance[np.ix_(seen, seen)])
    mean = state.center[below] + weights @ (levels[row, seen] - state.center[seen])
    variance = np.diag(covariance[np.ix_(below, below)] - weights @ covariance[np.ix_(seen, below)])
    wanted = mean_below(mean, np.sqrt(variance), limits[row, below])
    np.testing.assert_allclose(treat_below(state, levels, limits)[row, below], wanted)


def test_only_values_below_change_and_each_becomes_lower_than_its_limit(state):
    levels, limits = profiles(state)
    below = levels < limits
    filled = treat_below(state, levels, limits)
    np.testing.assert_array_equal(filled[~below], levels[~below])
    assert (filled[below] < limits[below]).all()


def test_the_measured_value_below_the_limit_plays_no_part(state):
    levels, limits = profiles(state)
    other = np.where(levels < limits, limits - 5.0, levels)
    np.testing.assert_array_equal(treat_below(state, levels, limits), treat_below(state, other, limits))


def test_one_patient_alone_gets_the_same_as_in_a_batch(state):
    levels, limits = profiles(state)
    batch = treat_below(state, levels, limits)
    alone = [treat_below(state, levels[i : i + 1], limits[i : i + 1])[0] for i in range(len(levels))]
    np.testing.assert_array_equal(batch, alone)
    np.testing.assert_array_equal(treat_below(state, levels[::-1], limits[::-1])[::-1], batch)


def test_without_a_distribution_the_limit_over_root_two_stands_in(state):
    state.center[:4] = np.nan
    levels, limits = profiles(state)
    limits[:, :4], levels[1:, :4] = 3.0, 1.0
    np.testing.assert_array_equal(treat_below(state, levels, limits)[1:, :4], 2.5)


def test_fixed_rules_need_no_people(state):
    levels, limits = profiles(state)
    assert treat_below(without_model("keep"), levels, limits) is levels
    halved = treat_below(without_model("lod/sqrt2"), levels, limits)
    np.testing.assert_array_equal(halved, np.where(levels < limits, limits - 0.5, levels))
    assert treat_below(state, levels, None) is levels
