"""Random signatures are as coherent as the drug that they are compared with."""

from __future__ import annotations

import numpy as np
import pytest

from stratify.signatures.random_signatures import RandomProfiles

PROTEINS = 200


@pytest.fixture
def residual():
    rng = np.random.default_rng(0)
    loadings = np.zeros((2, PROTEINS))
    loadings[0, :60], loadings[1, 60:120] = 0.6, 0.6
    own = rng.standard_normal((60, PROTEINS)) * np.sqrt(1 - (loadings**2).sum(axis=0))
    return rng.standard_normal((60, 2)) @ loadings + own


def direction_of(genes):
    row = np.zeros(PROTEINS)
    row[list(genes)] = -1.0
    return row


def spread_of(random, direction, residual):
    """SD of what random signatures add up over people without any effect, beside the drug's own."""
    allowed = np.ones(PROTEINS, dtype=bool)
    sums = np.array([random.sums(direction, allowed, person) for person in residual])
    return sums.std(axis=0).mean(), (residual @ direction).std()


@pytest.mark.parametrize(
    "genes", [range(8), range(0, 190, 16), range(0, 96, 8)], ids=["one block", "scattered", "two blocks"]
)
def test_they_vary_as_much_as_the_drug(residual, genes):
    random = RandomProfiles.draw(residual, 300, np.random.default_rng(1))
    theirs, own = spread_of(random, direction_of(genes), residual)
    assert theirs == pytest.approx(own, rel=0.2)


def test_a_signature_has_as_many_proteins_and_none_that_is_masked(residual):
    random = RandomProfiles.draw(residual, 50, np.random.default_rng(1))
    direction = direction_of(range(5))
    direction[5:9] = 1.0
    allowed = np.arange(PROTEINS) >= 100
    assert random.sums(direction, allowed, np.ones(PROTEINS)).tolist() == [1.0] * 50
    assert np.abs(random.sums(direction, allowed, np.where(allowed, 0.0, 1.0))).max() == 0


def test_same_seed_same_sums(residual):
    both = [RandomProfiles.draw(residual, 30, np.random.default_rng(4)) for _ in range(2)]
    first, second = (each.sums(direction_of([1, 2]), np.ones(PROTEINS, bool), residual[0]) for each in both)
    assert (first == second).all()
