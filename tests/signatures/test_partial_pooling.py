"""Partial pooling: limits that are known, and coverage."""

from __future__ import annotations

import numpy as np
import pytest

from stratify.signatures.partial_pooling import pool


def test_estimates_alike_are_drawn_together_and_far_ones_are_left():
    near = pool(np.array([0.10, 0.11, 0.09, 0.10]), np.full(4, 0.2))
    far = pool(np.array([3.0, -3.0, 1.0, -1.0]), np.full(4, 0.05))
    assert np.ptp(near.estimate) < 0.02
    np.testing.assert_allclose(far.estimate, [3.0, -3.0, 1.0, -1.0], atol=0.05)
    assert near.low.min() > -0.3
    assert (near.low < near.estimate).all()
    assert (near.estimate < near.high).all()


def test_order_plays_no_part_and_equal_correlations_change_the_center_only_a_little():
    z, errors = np.array([0.5, 0.2, 0.0, -0.1, 0.4]), np.full(5, 0.2)
    order = np.array([3, 1, 4, 0, 2])
    np.testing.assert_allclose(pool(z, errors).estimate[order], pool(z[order], errors[order]).estimate)


def test_errors_that_move_together_are_no_spread():
    """All high by one shared error: what they have in common is not drawn out of them."""
    together = np.full((6, 6), 0.95) + 0.05 * np.eye(6)
    alone, shared = (pool(np.full(6, 0.4), np.full(6, 0.2), c) for c in (None, together))
    assert shared.high[0] - shared.low[0] > 1.5 * (alone.high[0] - alone.low[0])
    assert shared.correlated
    assert not alone.correlated


@pytest.mark.parametrize("spread", [0.0, 0.3])
def test_intervals_cover_what_was_drawn(spread):
    rng = np.random.default_rng(0)
    root = np.linalg.cholesky(0.4 * np.ones((10, 10)) + 0.6 * np.eye(10))
    covered = []
    for _ in range(150):
        truth = 0.2 + spread * rng.normal(size=10)
        found = pool(truth + 0.2 * root @ rng.normal(size=10), np.full(10, 0.2), root @ root.T)
        covered.append((found.low <= truth) & (truth <= found.high))
    assert np.mean(covered) > 0.92


def test_one_estimate_stays():
    found = pool(np.array([0.5]), np.array([0.1]))
    assert found.estimate[0] == pytest.approx(0.5, abs=0.02)
