from itertools import permutations

import numpy as np
import pytest

from stratify.learning.boosting import Boosting
from stratify.learning.scorers import booster_scorer, linear_scorer

P = 60
RNG = np.random.default_rng(0)
CENTER, SCALE = RNG.normal(size=P), RNG.uniform(0.5, 2, size=P)
PROFILES = RNG.normal(size=(40, P)) * SCALE + CENTER
Y = (PROFILES[:, 0] > CENTER[0]).astype(int)


def linear():
    return linear_scorer(CENTER, SCALE, np.linspace(-1, 2, P), 0.4)


def boosted(pathways=None):
    z = (PROFILES - CENTER) / SCALE
    model = Boosting(n_rounds=15, pathways=pathways).fit(z, Y)
    return model, booster_scorer(CENTER, SCALE, bytes(model.booster_.save_raw("ubj")), model.pathways_)


MEANS = np.stack([np.arange(P) < 5, (np.arange(P) >= 3) & (np.arange(P) < 9)]) / [[5.0], [6.0]]


def test_linear_score_is_the_dot_product():
    expected = (PROFILES - CENTER) / SCALE @ np.linspace(-1, 2, P) + 0.4
    np.testing.assert_allclose(linear().score(PROFILES), expected)
    assert linear().linear


@pytest.mark.parametrize("pathways", [None, MEANS])
def test_booster_from_bytes_says_what_the_fitted_model_says(pathways):
    model, scorer = boosted(pathways)
    np.testing.assert_array_equal(
        scorer.score(PROFILES), model.decision_function((PROFILES - CENTER) / SCALE)
    )
    assert not scorer.linear


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("scorer", [linear(), boosted(MEANS)[1]], ids=["linear", "booster"])
def test_lone_patient_is_scored_to_the_bit_as_in_a_batch(scorer, order):
    batch = np.array(PROFILES, order=order)
    alone = [scorer.score(row[None])[0] for row in batch]
    np.testing.assert_array_equal(alone, scorer.score(batch))


@pytest.mark.parametrize("scorer", [linear(), boosted(MEANS)[1]], ids=["linear", "booster"])
def test_lone_patient_is_explained_to_the_bit_as_in_a_batch(scorer):
    alone = [scorer.contributions(row[None], np.zeros(P))[0] for row in PROFILES]
    np.testing.assert_array_equal(alone, scorer.contributions(PROFILES, np.zeros(P)))


def test_what_a_pathway_gets_is_shared_by_weight():
    """Against the booster's own contributions, with the matrix product written out."""
    xgboost = pytest.importorskip("xgboost")
    model, scorer = boosted(MEANS)
    z = (PROFILES - CENTER) / SCALE
    features = np.column_stack([z, *[(z * row).sum(axis=1) for row in MEANS]])
    own = model.booster_.predict(xgboost.DMatrix(features), pred_contribs=True)[:, :-1].astype(float)
    expected = own[:, :P] + own[:, P:] @ MEANS
    assert np.abs(own[:, P:]).max() > 0
    np.testing.assert_allclose(scorer.contributions(PROFILES, np.zeros(P)), expected, atol=1e-12)


def test_linear_contributions_are_shapley_values():
    background = RNG.normal(size=P)
    values = linear().contributions(PROFILES, background)
    at_background = linear().score((background * SCALE + CENTER)[None])
    np.testing.assert_allclose(values.sum(axis=1), linear().score(PROFILES) - at_background)


def test_linear_contributions_equal_the_mean_over_all_orders():
    scorer = linear_scorer(np.zeros(4), np.ones(4), np.array([1.0, -2.0, 0.5, 0.0]), 3.0)
    profile, background = np.array([2.0, 1.0, -1.0, 5.0]), np.array([0.5, 0.0, 1.0, 1.0])
    expected = np.zeros(4)
    for order in permutations(range(4)):
        mixed = background.copy()
        for j in order:
            before = scorer.score(mixed[None])[0]
            mixed[j] = profile[j]
            expected[j] += (scorer.score(mixed[None])[0] - before) / 24
    np.testing.assert_allclose(scorer.contributions(profile[None], background)[0], expected)


@pytest.mark.parametrize("pathways", [None, MEANS])
def test_booster_contributions_add_up_to_the_score_less_one_constant(pathways):
    _, scorer = boosted(pathways)
    values = scorer.contributions(PROFILES, np.zeros(P))
    assert values.shape == PROFILES.shape
    constant = scorer.score(PROFILES) - values.sum(axis=1)
    np.testing.assert_allclose(constant, constant[0], atol=1e-5)


def test_importance_is_the_share_of_the_weight():
    weights = np.linspace(-1, 2, P)
    np.testing.assert_allclose(linear().importance(), np.abs(weights) / np.abs(weights).sum())
    np.testing.assert_allclose(linear_scorer(CENTER, SCALE, np.zeros(P), 0.0).importance(), 1 / P)


@pytest.mark.parametrize("pathways", [None, MEANS])
def test_importance_of_a_booster_sums_to_one_and_finds_the_driver(pathways):
    importance = boosted(pathways)[1].importance()
    assert importance.sum() == pytest.approx(1.0)
    assert (importance >= 0).all()
    assert importance.argmax() == 0
