"""Estimates weighted by the chance to have been chosen."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from stratify.errors import CohortError
from stratify.learning.performance import logistic_fit
from stratify.learning.two_phase import plan_measurements
from stratify.learning.two_phase_estimates import estimate_two_phase


def draw(rng, n=200):
    score = rng.normal(size=n) + 1.3 * (rng.random(n) < 0.25)
    label = (rng.random(n) < expit(1.2 * score - 1.8)).astype(float)
    return score, score > 1.6, label


def test_measuring_everybody_gives_the_plain_shares():
    score, flagged, label = draw(np.random.default_rng(0))
    found = estimate_two_phase(score, flagged, label, flagged.astype(int))
    assert found.prevalence[0] == pytest.approx(label.mean())
    assert found.given_flag[0] == pytest.approx(label[flagged].mean())
    assert found.sensitivity[0] == pytest.approx(flagged[label == 1].mean())
    z = (score - score.mean()) / score.std()
    plain, covariance = logistic_fit(label.astype(int), np.column_stack([np.ones(200), z]), np.zeros(200))
    assert [found.intercept[0], found.slope[0]] == pytest.approx(plain, abs=1e-6)
    half = (found.slope[2] - found.slope[1]) / 2
    assert half == pytest.approx(1.97 * covariance[1, 1] ** 0.5, rel=0.25)


def test_estimates_of_a_plan_are_right_on_average_and_their_intervals_cover():
    rng = np.random.default_rng(1)
    score, flagged, label = draw(rng, 400_000)
    truth = np.array([label.mean(), label[flagged].mean(), flagged[label == 1].mean()])
    found = []
    for seed in range(250):
        score, flagged, label = draw(rng)
        plan = plan_measurements(score, flagged, expit(score - 1), budget=50, seed=seed)
        told = estimate_two_phase(score, flagged, np.where(plan.chosen, label, np.nan), plan.stratum)
        found.append([told.prevalence, told.given_flag, told.sensitivity])
    found = np.array(found)
    error = found[:, :, 0].std(axis=0) / np.sqrt(250)
    assert (np.abs(found[:, :, 0].mean(axis=0) - truth) < 3.5 * error + [0.005, 0.01, 0.03]).all()
    covered = ((found[:, :, 1] <= truth) & (truth <= found[:, :, 2])).mean(axis=0)
    assert (covered > 0.9).all()


def test_weights_undo_the_plan():
    score = np.arange(100.0)
    flagged = score >= 80
    label = np.full(100, np.nan)
    label[:8], label[80:90] = [0, 0, 0, 0, 0, 0, 1, 1], 1
    found = estimate_two_phase(score, flagged, label, flagged.astype(int))
    assert found.prevalence[0] == pytest.approx((80 * 0.25 + 20) / 100)
    assert found.sensitivity[0] == pytest.approx(20 / 40)
    assert found.given_flag[0] == 1
    assert found.given_flag[1] < 0.8


def test_what_is_not_known_is_said_to_be_so():
    score = np.arange(60.0)
    flagged, label = np.zeros(60, dtype=bool), (score > 40).astype(float)
    found = estimate_two_phase(score, flagged, label, (score > 30).astype(int))
    assert np.isnan(found.given_flag).all()
    assert np.isnan(found.slope).all()
    assert found.sensitivity[0] == 0


@pytest.mark.parametrize(
    ("label", "stratum"),
    [
        ([1, 0, 1, 0] + [np.nan] * 6, [0] * 10),
        ([1, 0] * 4 + [1, np.nan], [0] * 8 + [1] * 2),
        ([2] * 10, [0] * 10),
    ],
)
def test_too_little_or_another_label_is_refused(label, stratum):
    with pytest.raises(CohortError, match="labels of 0 or 1"):
        estimate_two_phase(
            np.arange(10.0), np.zeros(10, dtype=bool), np.array(label, dtype=float), np.array(stratum)
        )
