"""Likelihood of a mixture of skewed people and others."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import norm

from stratify.learning.skew_mixture import Others, binned, everyone_shifts, log_likelihood

OTHERS = Others(spread=0.3, freedom=12.0, shift_sd=0.3)


def cohort(seed, n=120, share=0.25, size=0.8, shift=0.1):
    rng = np.random.default_rng(seed)
    return shift + 0.3 * rng.normal(size=n) + size * (np.arange(n) < share * n)


def by_search(x, size, share):
    """The same maximum by a general optimiser."""

    def loss(theta):
        shift, t = theta[0], np.exp(theta[1])
        density = (1 - share) * norm.pdf(x, shift, t) + share * norm.pdf(x, shift + size, t)
        penalty = (shift / 0.3) ** 2 / 2 + 12 * theta[1] + 12 * 0.3**2 / t**2 / 2
        return -np.log(density).sum() - 0.5 * len(x) * np.log(2 * np.pi) + penalty

    return -min(minimize(loss, [start, np.log(0.3)], method="Nelder-Mead").fun for start in (-0.2, 0.1))


@pytest.mark.parametrize("share", [0.0, 0.2, 0.6])
@pytest.mark.parametrize("size", [0.3, 0.8])
def test_it_is_the_maximum_over_shift_and_spread(share, size):
    x = cohort(1)
    found = log_likelihood(x, size, np.array([share]), OTHERS)
    assert found[0] == pytest.approx(by_search(x, size, share), abs=2e-3)


def test_cohorts_are_fitted_together_as_apart():
    both = np.array([cohort(1), cohort(2)])
    shares = np.linspace(0, 1, 5)
    together = log_likelihood(both, 0.5, shares, OTHERS)
    np.testing.assert_allclose(together[1], log_likelihood(both[1], 0.5, shares, OTHERS), rtol=1e-12)


def test_counting_on_a_grid_hardly_changes_the_gain():
    x = cohort(3, n=400)[None]
    shares = np.array([0.0, 0.25])
    points, counts = binned(x, OTHERS)
    assert counts.sum() == 400
    exact, near = (
        np.diff(log_likelihood(*given[:1], 0.8, shares, OTHERS, **given[1]))[0, 0]
        for given in ((x, {}), (points, {"counts": counts}))
    )
    assert exact > 10
    assert near == pytest.approx(exact, rel=0.03)


def test_nobody_skewed_is_the_rival_at_any_size():
    x = cohort(4, share=0)
    none = [log_likelihood(x, size, np.zeros(1), OTHERS)[0] for size in (0.2, 0.9)]
    assert none[0] == pytest.approx(none[1], abs=1e-6)
    shift, error, spread = everyone_shifts(x, OTHERS)
    assert abs(shift - 0.1) < 2.5 * error
    assert spread == pytest.approx(0.3, rel=0.2)
