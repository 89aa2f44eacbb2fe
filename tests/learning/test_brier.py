import numpy as np
import pytest

from stratify.learning.brier import brier_parts


def draw(n=4000, seed=0):
    rng = np.random.default_rng(seed)
    p = rng.beta(2, 3, size=n)
    return (rng.random(n) < p).astype(int), p


@pytest.mark.parametrize("n_bins", [1, 3, 5, 40])
def test_parts_add_up_to_the_score(n_bins):
    y, p = draw(200)
    parts = brier_parts(y, p, n_bins)
    total = parts.reliability - parts.resolution + parts.uncertainty + parts.within
    assert total == pytest.approx(parts.score, abs=1e-15)
    assert parts.score == pytest.approx(((p - y) ** 2).mean())


def test_right_probabilities_are_reliable_and_resolve():
    parts = brier_parts(*draw())
    assert parts.reliability < 0.001
    assert parts.resolution > 0.02
    assert abs(parts.within) < 0.01


def test_wrong_probabilities_are_not_reliable_and_resolve_as_well():
    y, p = draw()
    right, wrong = brier_parts(y, p), brier_parts(y, p**4)
    assert wrong.reliability > 0.05
    assert wrong.resolution == pytest.approx(right.resolution)


def test_the_mix_said_of_everybody_has_its_uncertainty_only():
    y = draw(100)[0]
    parts = brier_parts(y, np.full(100, y.mean()), n_bins=1)
    assert parts.score == pytest.approx(parts.uncertainty)
    assert (parts.reliability, parts.resolution) == (pytest.approx(0), pytest.approx(0))


def test_fewer_people_than_bins():
    assert brier_parts(np.array([0, 1]), np.array([0.2, 0.7])).resolution == pytest.approx(0.25)
