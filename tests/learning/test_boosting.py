import numpy as np
import pytest

from stratify.learning.boosting import Boosting
from stratify.learning.classifier import Knowledge, family
from stratify.learning.metrics import auc
from stratify.learning.search import tune


def draw(n=120, p=10, effect=1.5, seed=0, signal=3):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    return rng.normal(size=(n, p)) + effect * y[:, None] * (np.arange(p) < signal), y


def test_signal_is_learned_and_the_fit_repeats_itself():
    X, y = draw()
    new, truth = draw(seed=1)
    first, second = (Boosting(n_rounds=30).fit(X, y).decision_function(new) for _ in range(2))
    assert auc(truth, first) > 0.9
    np.testing.assert_array_equal(first, second)
    other = Boosting(n_rounds=30, random_state=1).fit(X, y).decision_function(new)
    assert (other != first).any()


@pytest.mark.parametrize("effect", [1.5, -1.5])
def test_prior_protein_may_only_raise_the_score_where_that_is_asked(effect):
    X, y = draw(effect=effect)
    prior = np.arange(10) < 3
    free = Boosting(n_rounds=30, prior=prior).fit(X, y)
    assert auc(y, free.decision_function(X)) > 0.9
    model = Boosting(n_rounds=30, prior=prior, monotone=True).fit(X, y)
    grid = np.repeat(X[:5], 25, axis=0)
    grid[:, 0] = np.tile(np.linspace(-4, 4, 25), 5)
    steps = np.diff(model.decision_function(grid).reshape(5, 25), axis=1)
    assert (steps >= 0).all()
    assert (steps.max() > 0) == (effect > 0)


def test_protein_outside_the_prior_may_lower_it():
    X, y = draw(effect=-1.5)
    model = Boosting(n_rounds=30, prior=np.arange(10) >= 5, monotone=True).fit(X, y)
    assert auc(y, model.decision_function(X)) > 0.9


def test_prior_is_offered_more_often():
    X, y = draw(p=60, effect=0.5, signal=60)
    prior = np.arange(60) < 10

    def share(weight):
        model = Boosting(n_rounds=40, prior=prior, prior_weight=weight).fit(X, y)
        uses = model.booster_.get_score(importance_type="weight")
        return sum(n for name, n in uses.items() if int(name[1:]) < 10) / sum(uses.values())

    assert share(20.0) > share(1.0) + 0.1


def test_pathway_mean_is_one_more_feature():
    X, y = draw(p=20, effect=0.6, signal=10)
    pathways = (np.arange(20) < 10)[None] / 10.0
    model = Boosting(n_rounds=30, pathways=pathways).fit(X, y)
    assert model.booster_.num_features() == 21
    gain = model.booster_.get_score(importance_type="total_gain")
    assert max(gain, key=gain.get) == "f20"


def test_search_decides_how_far_a_prior_is_believed():
    space = family("pathway-xgboost").space
    start = family("pathway-xgboost").build(Knowledge(np.arange(10) < 3, None))
    assert (start.get_params()["prior_weight"], start.get_params()["monotone"]) == (1.0, False)
    assert {"prior_weight", "monotone"} <= set(space)
    X, y = draw(n=80, effect=-1.0)  # the prior points the wrong way
    known = Knowledge(np.arange(10) < 3, None)
    assert not tune(family("pathway-xgboost"), known, X, y, trials=8, seed=0).settings["monotone"]


def test_a_prior_at_its_pre_specified_strength_changes_nothing():
    X, y = draw()
    plain, told = Boosting(n_rounds=10), Boosting(n_rounds=10, prior=np.arange(10) < 3)
    np.testing.assert_allclose(plain.fit(X, y).decision_function(X), told.fit(X, y).decision_function(X))
