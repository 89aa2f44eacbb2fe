"""Probabilities and calls where labels are known."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from stratify.errors import CohortError
from stratify.learning.performance import performance


def draw(n, rng, *, slope=1.0, intercept=0.0):
    log_odds = rng.normal(0, 1.5, n)
    y = (rng.random(n) < 1 / (1 + np.exp(-(intercept + slope * log_odds)))).astype(int)
    return y, 1 / (1 + np.exp(-log_odds))


def judge(y, p):
    return performance(y, p, p > 0.5, np.abs(p - 0.5) < 0.1)


def test_calibration_is_that_of_statsmodels():
    y, p = draw(200, np.random.default_rng(0), slope=0.6, intercept=0.8)
    found, log_odds = judge(y, p), np.log(p / (1 - p))
    both = sm.Logit(y, sm.add_constant(log_odds)).fit(disp=0)
    np.testing.assert_allclose(found.calibration_slope, [both.params[1], *both.conf_int()[1]], rtol=1e-6)
    alone = sm.GLM(y, np.ones(len(y)), family=sm.families.Binomial(), offset=log_odds).fit()
    expected = [alone.params[0], *alone.conf_int()[0]]
    np.testing.assert_allclose(found.calibration_intercept, expected, rtol=1e-6)


def test_intervals_cover_what_is_true():
    rng, hits = np.random.default_rng(1), np.zeros(2)
    for _ in range(300):
        found = judge(*draw(150, rng))
        hits[0] += found.calibration_intercept[1] < 0 < found.calibration_intercept[2]
        hits[1] += found.calibration_slope[1] < 1 < found.calibration_slope[2]
    assert (np.abs(hits / 300 - 0.95) < 0.04).all()


def test_calls_and_net_benefit_by_hand():
    y = np.repeat([1, 0], [5, 15])
    p = np.r_[np.full(4, 0.8), 0.1, np.full(3, 0.6), np.full(12, 0.05)]
    found = performance(y, p, p > 0.7, p == 0.6)
    assert found.sensitivity[0] == pytest.approx(0.8)
    assert found.specificity[0] == 1.0
    assert found.specificity[1] < 1.0
    assert found.indeterminate == pytest.approx(3 / 20)
    assert found.brier_of_the_mix == pytest.approx(0.25 * 0.75)
    assert found.net_benefit[0.5] == (pytest.approx(4 / 20 - 3 / 20), pytest.approx(0.25 - 0.75))
    assert found.net_benefit[0.2] == (pytest.approx(4 / 20 - 3 / 20 / 4), pytest.approx(0.25 - 0.75 / 4))


def test_who_could_not_be_scored_counts_as_not_flagged():
    y, p = draw(60, np.random.default_rng(2))
    flagged = p > 0.5
    whole = performance(y, p, flagged, np.zeros(60, dtype=bool))
    holed = np.where(np.arange(60) == np.flatnonzero(y == 1)[0], np.nan, p)
    found = performance(y, holed, flagged & np.isfinite(holed), ~np.isfinite(holed))
    assert found.without == 1
    assert found.positives == whole.positives - 1
    assert found.sensitivity[0] <= whole.sensitivity[0]


def test_entire_separation_has_no_calibration_and_still_an_interval_of_the_auc():
    y = np.repeat([1, 0], 10)
    found = judge(y, np.where(y == 1, 0.9, 0.2) + np.linspace(0, 0.05, 20))
    assert np.isnan([*found.calibration_slope, *found.calibration_intercept]).all()
    assert found.auc[0] == 1.0
    assert found.auc[1] < 1.0


def test_too_few_are_refused():
    with pytest.raises(CohortError, match="5 scored persons"):
        judge(np.repeat([1, 0], [4, 20]), np.linspace(0.1, 0.9, 24))
