"""How far a leak could have moved a score."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from stratify.learning.leak_effect import EXTRAPOLATION, UNKNOWN, LeakEffect, fit_leak_effect


def draw(rng, n=90, slope=0.5):
    groups = np.repeat([0, 1, 2], n // 3)
    leak = rng.normal(0, 1, n) + groups
    return slope * leak + 3.0 * (groups == 1) + rng.normal(0, 1, n), leak, groups


def test_slope_and_error_are_those_of_a_regression_within_groups():
    scores, leak, groups = draw(np.random.default_rng(0))
    found = fit_leak_effect(scores, leak, groups, np.arange(90).astype(str))
    design = np.column_stack([leak, *(groups == g for g in range(3))]).astype(float)
    fitted = sm.OLS(scores, design).fit()
    assert found.slope == pytest.approx(fitted.params[0])
    assert found.error == pytest.approx(fitted.bse[0])
    assert found.largest == EXTRAPOLATION * leak.max()


def test_bounds_cover_the_true_slope_as_often_as_they_say():
    rng, above, below = np.random.default_rng(1), 0, 0
    for _ in range(400):
        found = fit_leak_effect(*draw(rng, slope=0.2), np.arange(90).astype(str))
        one = np.array([1.0])
        above += found.upward(one)[0] >= 0.2
        below += found.downward(one)[0] >= -0.2
    assert above / 400 == pytest.approx(0.95, abs=0.03)
    assert below / 400 >= 0.93


def test_samples_of_one_patient_count_once():
    scores, leak, groups = draw(np.random.default_rng(2))
    once = fit_leak_effect(scores, leak, groups, np.arange(90).astype(str))
    twice = [np.repeat(part, 2) for part in (scores, leak, groups, np.arange(90).astype(str))]
    again = fit_leak_effect(*twice)
    assert (again.slope, again.error) == (pytest.approx(once.slope), pytest.approx(once.error))


def test_beyond_what_training_people_show_nothing_is_claimed():
    found = LeakEffect(0.1, 0.2, 5.0)
    np.testing.assert_array_equal(np.isnan(found.upward(np.array([4.9, 5.1, np.nan]))), [False, True, True])
    assert found.upward(np.array([2.0]))[0] > 0
    assert found.downward(np.array([-1.0]))[0] >= 0


@pytest.mark.parametrize("leak", [np.zeros(40), np.full(40, np.nan)])
def test_a_leak_that_does_not_vary_or_is_not_known_says_nothing(leak):
    rng = np.random.default_rng(3)
    found = fit_leak_effect(rng.normal(size=40), leak, np.zeros(40, dtype=int), np.arange(40).astype(str))
    assert found is UNKNOWN
    assert np.isnan(found.upward(np.array([1.0]))).all()


def test_few_people_say_nothing():
    scores, leak, groups = (part[::6] for part in draw(np.random.default_rng(4)))
    assert fit_leak_effect(scores, leak, groups, np.arange(15).astype(str)) is UNKNOWN
