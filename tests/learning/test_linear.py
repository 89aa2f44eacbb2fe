import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from stratify.learning.linear import Composite, ElasticNet, PathwayRidge


def draw(n=80, p=12, effect=1.0, seed=0, signal=3):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    return rng.normal(size=(n, p)) + effect * y[:, None] * (np.arange(p) < signal), y


def test_composite_is_the_mean_of_the_prior_less_the_midpoint():
    X, y = draw()
    prior = np.arange(12) < 4
    model = Composite(prior=prior).fit(X, y)
    means = X[:, prior].mean(axis=1)
    middle = (means[y == 1].mean() + means[y == 0].mean()) / 2
    np.testing.assert_allclose(model.decision_function(X), means - middle)


def test_composite_without_a_prior_takes_all_proteins():
    X, y = draw()
    np.testing.assert_allclose(Composite().fit(X, y).coef_, 1 / 12)


def test_ridge_without_a_prior_is_plain_logistic_ridge():
    X, y = draw()
    plain = LogisticRegression(C=0.01, max_iter=2000).fit(X, y)
    model = PathwayRidge(C=0.01).fit(X, y)
    np.testing.assert_allclose(model.coef_, plain.coef_[0])
    np.testing.assert_allclose(model.decision_function(X), plain.decision_function(X))


def test_prior_proteins_are_penalised_by_the_square_less():
    X, y = draw()
    prior, scale, C = np.arange(12) < 3, 2.0, 0.02
    model = PathwayRidge(C=C, prior=prior, prior_scale=scale).fit(X, y)
    penalty = np.where(prior, 1 / scale**2, 1.0) / C
    residual = y - 1 / (1 + np.exp(-model.decision_function(X)))
    np.testing.assert_allclose(X.T @ residual, penalty * model.coef_, atol=1e-2)
    np.testing.assert_allclose(residual.sum(), 0.0, atol=1e-2)


@pytest.mark.parametrize("scale", [1.0, 4.0])
def test_raising_the_prior_scale_moves_weight_to_the_prior(scale):
    X, y = draw()
    prior = np.arange(12) < 3
    flat = PathwayRidge(C=0.003).fit(X, y).coef_
    informed = PathwayRidge(C=0.003, prior=prior, prior_scale=scale).fit(X, y).coef_
    share = [np.abs(w[prior]).sum() / np.abs(w).sum() for w in (flat, informed)]
    assert share[1] >= share[0] - 1e-9
    assert (share[1] > share[0] + 0.1) == (scale > 1)


def test_elastic_net_drops_noise_and_keeps_the_signal():
    X, y = draw(effect=1.5)
    model = ElasticNet(C=0.1, l1_ratio=1.0).fit(X, y)
    assert (model.coef_[:3] > 0).all()
    assert (model.coef_[3:] == 0).mean() > 0.8


def test_elastic_net_repeats_itself():
    X, y = draw()
    twice = [ElasticNet(random_state=1).fit(X, y).coef_ for _ in range(2)]
    np.testing.assert_array_equal(*twice)
