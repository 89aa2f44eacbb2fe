import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from stratify.learning.calibration import PENALTY, Platt, fit_platt


def draw(n=80, effect=1.5, seed=0, shift=0.0, scale=1.0):
    rng = np.random.default_rng(seed)
    y = (np.arange(n) % 3 == 0).astype(int)
    return shift + scale * (rng.normal(size=n) + effect * y), y


def test_without_a_penalty_it_is_the_logistic_regression_of_scikit_learn():
    scores, y = draw()
    ours = fit_platt(scores, y, np.ones(80), penalty=0.0)
    theirs = LogisticRegression(C=np.inf).fit(scores[:, None], y)
    np.testing.assert_allclose(
        ours.probability(scores), theirs.predict_proba(scores[:, None])[:, 1], atol=1e-4
    )


@pytest.mark.parametrize("penalty", [0.005, 0.1, 3.0])
def test_penalised_fit_is_the_optimum(penalty):
    scores, y = draw(shift=4.0, scale=0.3)
    weights = np.random.default_rng(1).uniform(0.1, 1, size=80)
    mean = np.average(scores, weights=weights)
    z = (scores - mean) / np.sqrt(np.average((scores - mean) ** 2, weights=weights))

    def loss(beta):
        margin = beta[0] + beta[1] * z
        losses = y * np.logaddexp(0, -margin) + (1 - y) * np.logaddexp(0, margin)
        return (weights * losses).sum() + 0.5 * penalty * beta[1] ** 2

    best = minimize(loss, np.zeros(2), options={"gtol": 1e-10}).x
    log_odds = fit_platt(scores, y, weights, penalty).log_odds(scores)
    np.testing.assert_allclose(log_odds, best[0] + best[1] * z, atol=1e-5)


@settings(max_examples=20)
@given(st.floats(-100, 100), st.floats(0.01, 100))
def test_probability_does_not_depend_on_the_unit_of_the_score(shift, scale):
    scores, y = draw()
    plain = fit_platt(scores, y, np.ones(80)).probability(scores)
    moved = fit_platt(shift + scale * scores, y, np.ones(80)).probability(shift + scale * scores)
    np.testing.assert_allclose(moved, plain, atol=1e-6)


def test_stacked_repeats_with_their_share_count_each_person_once():
    scores, y = draw()
    once = fit_platt(scores, y, np.ones(80))
    thrice = fit_platt(np.tile(scores, 3), np.tile(y, 3), np.full(240, 1 / 3))
    np.testing.assert_allclose([thrice.intercept, thrice.slope], [once.intercept, once.slope])
    assert thrice.prevalence == pytest.approx(once.prevalence)


def test_separable_scores_stay_finite_and_raising_the_penalty_flattens_them():
    scores = np.concatenate([np.linspace(-2, -1, 20), np.linspace(1, 2, 20)])
    y = np.arange(40) // 20
    slopes = [fit_platt(scores, y, np.ones(40), penalty).slope for penalty in (PENALTY, 0.1, 10.0)]
    assert np.isfinite(slopes).all()
    assert slopes[0] > slopes[1] > slopes[2] > 0


def test_constant_scores_give_about_the_prevalence():
    y = np.arange(40) // 30
    platt = fit_platt(np.full(40, 3.0), y, np.ones(40))
    assert platt.probability(np.array([3.0]))[0] == pytest.approx(0.25, abs=0.03)


def test_probabilities_are_right_on_average_in_new_people():
    platt = fit_platt(*draw(n=300, seed=2), np.ones(300))
    scores, y = draw(n=6000, seed=3)
    probability = platt.probability(scores)
    for low, high in ((0.0, 0.2), (0.2, 0.5), (0.5, 1.0)):
        among = (probability >= low) & (probability < high)
        assert y[among].mean() == pytest.approx(probability[among].mean(), abs=0.06)


def test_posterior_is_bayes_rule():
    platt, scores = Platt(-1.0, 2.0, 0.3), np.linspace(-3, 3, 7)
    probability = platt.probability(scores)
    ratio = probability / (1 - probability) * (1 - 0.3) / 0.3
    np.testing.assert_allclose(np.exp(platt.log_likelihood_ratio(scores)), ratio)
    for prevalence in (0.1, 0.25, 0.35):
        odds = ratio * prevalence / (1 - prevalence)
        np.testing.assert_allclose(platt.posterior(scores, prevalence), odds / (1 + odds))
    np.testing.assert_allclose(platt.posterior(scores, 0.3), probability)


def test_huge_scores_neither_overflow_nor_leave_the_unit_interval():
    np.testing.assert_array_equal(Platt(0.0, 1.0, 0.5).probability(np.array([-1e6, 1e6])), [0.0, 1.0])
