import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from stratify.learning.centroids import FactorCentroids, direction, moments, stack_weights
from stratify.learning.metrics import auc
from stratify.signatures.factors import factor_model

FEW = (0, 1, 4)


def draw(n=60, p=40, effect=1.0, seed=0, signal=5, shared=1.0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    factors = shared * rng.normal(size=(n, 2)) @ rng.normal(size=(2, p))
    return rng.normal(size=(n, p)) + factors + effect * y[:, None] * (np.arange(p) < signal), y


def dense_direction(X, y, k, thresholds):
    """Spell the method out with full matrices."""
    residuals = np.vstack([X[y == g] - X[y == g].mean(axis=0) for g in (0, 1)])
    sd = np.sqrt((residuals**2).sum(axis=0) / (len(X) - 2))
    residuals = residuals / sd
    model = factor_model(moments(X, y).spectrum, k)
    sigma = model.loadings @ model.loadings.T + np.diag(model.uniquenesses)
    remover = np.diag(model.uniquenesses) @ np.linalg.inv(sigma)  # x less its expected factor part
    left = residuals @ remover.T
    left_sd = np.sqrt((left**2).sum(axis=0) / (len(X) - 2))
    difference = remover @ ((X[y == 1].mean(axis=0) - X[y == 0].mean(axis=0)) / sd)
    t = difference / (left_sd * np.sqrt(1 / (y == 1).sum() + 1 / (y == 0).sum()))
    shrunken = np.where(np.abs(t) > thresholds, t - np.sign(t) * thresholds, 0.0) / left_sd
    weights = remover.T @ shrunken
    return weights / np.sqrt(((residuals @ weights) ** 2).sum() / (len(X) - 2))


@pytest.mark.parametrize("k", [0, 1, 3, 12])
def test_direction_equals_the_dense_computation(k):
    X, y = draw()
    thresholds = np.linspace(0.2, 1.5, X.shape[1])
    np.testing.assert_allclose(
        direction(moments(X, y), k, thresholds), dense_direction(X, y, k, thresholds), rtol=1e-7, atol=1e-9
    )


def test_direction_is_zero_where_nothing_passes():
    X, y = draw()
    np.testing.assert_array_equal(direction(moments(X, y), 2, np.full(40, 1e6)), 0.0)


def test_score_does_not_depend_on_units_or_origin():
    X, y = draw()
    scale, shift = np.linspace(0.1, 9, 40), np.linspace(-5, 5, 40)
    plain = FactorCentroids(factors=FEW).fit(X, y).decision_function(X)
    moved = FactorCentroids(factors=FEW).fit(X * scale + shift, y).decision_function(X * scale + shift)
    np.testing.assert_allclose(moved, plain, atol=1e-6)


def test_swapping_the_classes_turns_the_score_round():
    X, y = draw(n=61)
    one, other = (FactorCentroids(factors=(2,)).fit(X, labels) for labels in (y, 1 - y))
    np.testing.assert_allclose(one.coef_, -other.coef_, atol=1e-9)


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.floats(0.01, 100))
def test_stack_is_never_negative_and_is_the_optimum(seed, penalty):
    rng = np.random.default_rng(seed)
    y = np.arange(40) % 2
    scores = rng.normal(size=(40, 3)) * [0.1, 1, 10] + y[:, None] * [0.1, -1, 5]
    coefficients, intercept = stack_weights(scores, y, penalty)
    assert (coefficients >= 0).all()

    def loss(beta):
        margin = (2 * y - 1) * (beta[0] + scores @ beta[1:])
        return np.logaddexp(0, -margin).sum() + 0.5 * penalty * ((beta[1:] * scores.std(axis=0)) ** 2).sum()

    start = np.concatenate([[intercept], coefficients])
    better = minimize(loss, start, method="L-BFGS-B", bounds=[(None, None)] + [(0, None)] * 3)
    assert loss(start) <= better.fun + 1e-3


def test_score_that_points_the_wrong_way_is_left_out():
    rng = np.random.default_rng(0)
    y = np.arange(100) % 2
    right = y + 0.5 * rng.normal(size=100)
    coefficients, _ = stack_weights(np.column_stack([right, -right, np.ones(100)]), y, 1.0)
    assert coefficients[0] > 0
    assert coefficients[1] == 0
    assert np.isfinite(coefficients).all()


def test_constant_scores_give_the_prevalence():
    y = np.array([1] * 30 + [0] * 10)
    _, intercept = stack_weights(np.zeros((40, 2)), y, 1.0)
    assert 1 / (1 + np.exp(-intercept)) == pytest.approx(0.75, abs=1e-4)


def held_out_auc(model, seed, **world):
    X, y = draw(n=400, seed=seed, **world)
    train = np.arange(400) < 40
    return auc(y[~train], model.fit(X[train], y[train]).decision_function(X[~train]))


def test_prior_helps_when_it_is_right_and_is_ignored_at_a_discount_of_one():
    world = {"p": 120, "effect": 0.7, "signal": 8}
    prior = np.arange(120) < 8
    gains = [
        held_out_auc(FactorCentroids(factors=FEW, prior=prior, prior_discount=0.25), seed, **world)
        - held_out_auc(FactorCentroids(factors=FEW), seed, **world)
        for seed in range(12)
    ]
    assert np.mean(gains) > 0.01
    X, y = draw(**world)
    ignored = FactorCentroids(factors=FEW, prior=prior, prior_discount=1.0).fit(X, y)
    np.testing.assert_array_equal(ignored.coef_, FactorCentroids(factors=FEW).fit(X, y).coef_)


def test_taking_factors_out_helps_where_shared_variation_is_strong():
    world = {"p": 80, "effect": 0.8, "signal": 6, "shared": 1.5}
    gains = [
        held_out_auc(FactorCentroids(factors=(2,)), seed, **world)
        - held_out_auc(FactorCentroids(factors=(0,)), seed, **world)
        for seed in range(8)
    ]
    assert np.mean(gains) > 0.05


def test_inner_scores_come_from_models_that_had_not_seen_the_person():
    X, y = draw()
    model = FactorCentroids(factors=FEW)
    inner = model.summaries(X, y)
    held = np.sort(np.concatenate([rows for rows, _ in inner]))
    np.testing.assert_array_equal(held, np.arange(60))
    before = model.out_of_fold(X, y, inner)
    rows, _ = inner[0]
    changed = X.copy()
    changed[rows] += 100.0
    again = model.summaries(changed, y)
    np.testing.assert_array_equal(again[0][1].difference, inner[0][1].difference)
    assert np.isfinite(before).all()


def test_loss_of_settings_is_that_of_a_fresh_model():
    X, y = draw()
    model = FactorCentroids(factors=FEW)
    loss = model.inner_loss(X, y)
    fresh = FactorCentroids(factors=FEW, threshold=0.5).inner_loss(X, y)
    assert loss({"threshold": 0.5}) == fresh({})
    assert loss({"threshold": 1e6}) == pytest.approx(np.log(2), abs=1e-6)
    assert loss({}) < loss({"threshold": 1e6})


def test_class_with_one_person_is_learned_without_a_stack():
    X, y = draw(n=12)
    y = (np.arange(12) == 3).astype(int)
    model = FactorCentroids(factors=FEW).fit(X, y)
    np.testing.assert_allclose(model.stack_, 1 / 3)
    assert np.isfinite(model.decision_function(X)).all()


def test_probabilities_sum_to_one_and_follow_the_score():
    X, y = draw()
    model = FactorCentroids(factors=FEW).fit(X, y)
    probability = model.predict_proba(X)
    np.testing.assert_allclose(probability.sum(axis=1), 1.0)
    np.testing.assert_array_equal(probability[:, 1] > 0.5, model.predict(X) == 1)
