"""Updates of probabilities."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from stratify.errors import CohortError
from stratify.learning.calibration import Platt
from stratify.learning.performance import performance
from stratify.learning.recalibration import Update, fit_update


@pytest.fixture
def cohort():
    """Scores of another cohort, whose log-odds are off by 0.8 and too steep."""
    rng = np.random.default_rng(0)
    score = rng.normal(0, 1.5, 200)
    return score, (rng.random(200) < expit(0.6 * score - 0.8)).astype(int)


PLATT = Platt(0.3, 1.2, 0.4)


def after(update, score, y):
    nobody = np.zeros(len(y), dtype=bool)
    return performance(y, update.applied(PLATT).probability(score), nobody, nobody)


def test_intercept_and_slope_are_mended_where_they_were_learned(cohort):
    score, y = cohort
    before = performance(y, PLATT.probability(score), y > 1, y > 1)
    assert abs(before.calibration_intercept[0]) > 0.5
    assert before.calibration_slope[0] < 0.8
    both = after(fit_update(y, PLATT.probability(score), "slope"), score, y)
    assert both.calibration_slope[0] == pytest.approx(1, abs=1e-6)
    assert both.calibration_intercept[0] == pytest.approx(0, abs=1e-6)
    one = after(fit_update(y, PLATT.probability(score), "intercept"), score, y)
    assert one.calibration_intercept[0] == pytest.approx(0, abs=1e-6)
    assert one.calibration_slope[0] == pytest.approx(before.calibration_slope[0], abs=1e-6)


def test_what_is_right_already_is_hardly_moved(cohort):
    score, _ = cohort
    y = (np.random.default_rng(1).random(200) < PLATT.probability(score)).astype(int)
    update = fit_update(y, PLATT.probability(score), "slope")
    assert update.slope == pytest.approx(1, abs=0.35)
    assert update.intercept == pytest.approx(0, abs=0.4)


def test_likelihood_ratios_are_relative_to_the_mix_of_the_cohort(cohort):
    score, y = cohort
    update = fit_update(y, PLATT.probability(score), "slope")
    at_mix = update.applied(PLATT).posterior(score, y.mean())
    np.testing.assert_allclose(at_mix, update.applied(PLATT).probability(score))
    assert update.prevalence == pytest.approx(y.mean())


def test_people_without_a_probability_are_left_out(cohort):
    score, y = cohort
    p = PLATT.probability(score)
    more = fit_update(np.append(y, 1), np.append(p, np.nan), "intercept")
    assert more == fit_update(y, p, "intercept")


@pytest.mark.parametrize("kind", ["isotonic", "both"])
def test_another_kind_is_refused(cohort, kind):
    with pytest.raises(CohortError, match="intercept or the slope"):
        fit_update(cohort[1], PLATT.probability(cohort[0]), kind)


def test_too_little_is_refused(cohort):
    score, y = cohort
    p = PLATT.probability(score)
    with pytest.raises(CohortError, match="at least 5"):
        fit_update(y[y == 0], p[y == 0], "intercept")
    with pytest.raises(CohortError, match="overlap"):
        fit_update((score > 0).astype(int), p, "slope")
    with pytest.raises(CohortError, match="higher in the positive class"):
        fit_update(1 - y, p, "slope")
    assert isinstance(fit_update(1 - y, p, "intercept"), Update)
