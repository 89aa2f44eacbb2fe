from __future__ import annotations

import numpy as np

from stratify.learning.shared_credit import TOGETHER, shared_credit

NAMES = np.array(["A", "B", "C"])


def profiles():
    rng = np.random.default_rng(0)
    first = rng.normal(size=200)
    return np.column_stack([first, first + 0.3 * rng.normal(size=200), rng.normal(size=200)])


def test_a_pair_is_named_once_with_its_correlation():
    [pair] = shared_credit(profiles(), NAMES, np.array([0, 1, 2]))
    assert (pair["protein"], pair["partner"]) == ("A", "B")
    expected = np.corrcoef(profiles()[:, 0], profiles()[:, 1])[0, 1]
    assert np.isclose(pair["correlation"], expected, rtol=1e-12)
    assert pair["correlation"] > TOGETHER


def test_what_goes_alone_or_never_varies_shares_nothing():
    assert shared_credit(profiles(), NAMES, np.array([2])) == []
    assert shared_credit(np.ones((5, 3)), NAMES, np.array([0, 1, 2])) == []


def test_opposites_share_credit_too():
    opposed = profiles() * np.array([1.0, -1.0, 1.0])
    assert shared_credit(opposed, NAMES, np.array([0]))[0]["correlation"] < -TOGETHER
