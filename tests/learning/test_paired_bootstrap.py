from __future__ import annotations

import numpy as np
import pytest

from stratify.learning.metrics import auc
from stratify.learning.paired_bootstrap import paired_difference

RNG = np.random.default_rng(0)
Y = np.repeat([1, 0], [30, 50])


def noisy(shift, rng=RNG):
    return shift * Y + rng.normal(size=len(Y))


def test_areas_are_those_of_the_scores_and_means_over_repeats():
    first, second = np.column_stack([noisy(1), noisy(2), noisy(1)]), noisy(0.5).round()
    found = paired_difference(Y, first, second)
    assert found.first == pytest.approx(np.mean([auc(Y, column) for column in first.T]), abs=1e-12)
    assert found.second == pytest.approx(auc(Y, second), abs=1e-12)
    assert (found.n_positive, found.n_negative) == (30, 50)
    assert found.low < found.difference < found.high


def test_sides_exchanged_give_the_same_with_the_other_sign():
    first, second = noisy(1), noisy(0.5)
    one, other = paired_difference(Y, first, second), paired_difference(Y, second, first)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


def test_only_order_counts():
    first, second = noisy(1), noisy(0.5)
    assert paired_difference(Y, np.exp(first), 3 * second - 7) == paired_difference(Y, first, second)


def test_interval_covers_a_difference_that_is_none():
    rng = np.random.default_rng(1)
    found = [paired_difference(Y, noisy(1, rng), noisy(1, rng)) for _ in range(100)]
    covered = np.mean([one.low <= 0 <= one.high for one in found])
    assert 0.82 <= covered <= 0.98
    assert np.mean([one.low > 0 for one in found]) < 0.12


def test_not_worse_is_a_matter_of_the_margin():
    shared = noisy(1)
    better = paired_difference(Y, shared + Y, shared)
    assert better.not_worse(0.0)
    worse = paired_difference(Y, shared, shared + Y)
    assert not worse.not_worse(0.05)
    assert worse.not_worse(-worse.low + 1e-9)
    assert not worse.not_worse(-worse.low)
