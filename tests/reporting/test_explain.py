from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from stratify.learning.classifier import FAMILIES, Knowledge, SubtypeClassifier, family
from stratify.learning.held_out import NOBODY
from stratify.learning.scorers import Scorer
from stratify.reporting.explain import explain, explain_kept, refit_shares


@pytest.fixture(params=["training", "boosted", "null"])
def any_training(request):
    return request.getfixturevalue(request.param)


def test_contributions_add_up_to_the_score(any_training):
    explanation = explain(any_training)
    scorer = any_training.model.scorer
    profiles = explanation.profiles * scorer.scale + scorer.center
    np.testing.assert_allclose(explanation.scores, scorer.score(profiles), rtol=1e-6, atol=2e-6)


def test_pathways_add_up_to_the_score(any_training):
    explanation = explain(any_training)
    by_pathway = explanation.by_pathway
    np.testing.assert_allclose(explanation.base + by_pathway.sum(axis=1), explanation.scores, atol=1e-9)
    assert set(by_pathway.columns) == set(any_training.model.assays["pathway"])


def test_learned_and_target_people_are_explained(training):
    explanation = explain(training)
    assert explanation.learned.sum() == len(training.problem.learned)
    assert explanation.sample_ids[~explanation.learned].tolist() == [f"person-{i}" for i in range(44, 52)]


def test_linear_values_equal_those_of_shap(training):
    shap = pytest.importorskip("shap")
    explanation = explain(training)
    model = training.model
    learned = explanation.profiles[explanation.learned]
    labelled = learned[training.problem.y[training.problem.learned] >= 0]
    masker = shap.maskers.Independent(labelled, max_samples=len(labelled))
    oracle = shap.LinearExplainer((model.scorer.weights, model.scorer.intercept), masker)
    np.testing.assert_allclose(explanation.values, oracle.shap_values(explanation.profiles), atol=1e-9)
    assert explanation.base == pytest.approx(float(oracle.expected_value), abs=1e-9)


def test_tree_values_equal_those_of_shap(boosted):
    shap = pytest.importorskip("shap")
    explanation = explain(boosted)
    scorer: Scorer = boosted.model.scorer
    features = np.column_stack([explanation.profiles, explanation.profiles @ scorer.pathways.T])
    oracle = shap.TreeExplainer(scorer._load())
    values = oracle.shap_values(features)
    n = len(scorer.center)
    expected = values[:, :n] + values[:, n:] @ scorer.pathways
    np.testing.assert_allclose(explanation.values, expected, atol=1e-5)
    assert explanation.base == pytest.approx(float(np.ravel(oracle.expected_value)[0]), abs=1e-5)


def test_leading_proteins_are_those_that_were_planted(training):
    explanation = explain(training)
    leading = explanation.leading()
    assert leading["share"].sum() == pytest.approx(1)
    assert leading["share"].is_monotonic_decreasing
    assert (leading.head(5)["pathway"] == "Th2").all()
    assert (leading.head(5)["direction"] == 1).all()
    assert explanation.leading_pathways().index[0] == "Th2"


def test_direction_is_the_sign_of_the_weight(training):
    weights = pd.Series(training.model.scorer.weights, index=training.model.assays.index)
    leading = explain(training).leading()
    np.testing.assert_array_equal(leading["direction"], np.sign(weights[leading.index]))


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(5)
    y = np.repeat([1, 0], [30, 40])
    profiles = 6 + rng.normal(size=(70, 24)) + 0.5 * rng.normal(size=(70, 1))
    profiles[:, :8] += 1.2 * y[:, None]
    prior = np.arange(24) < 8
    pathways = np.vstack([prior / 8, (~prior) / 16])
    return profiles, y, Knowledge(prior, pathways)


def oracle(scorer, profiles, background_rows):
    """Values of the package ``shap``, with those of pathway means shared between their members."""
    import shap

    z = scorer.standardise(profiles)
    if scorer.linear:
        masker = shap.maskers.Independent(background_rows, max_samples=len(background_rows))
        explainer = shap.LinearExplainer((scorer.weights, scorer.intercept), masker)
        return explainer.shap_values(z), float(np.ravel(explainer.expected_value)[0])
    explainer = shap.TreeExplainer(scorer._load())
    values = explainer.shap_values(np.column_stack([z, *[(z * row).sum(axis=1) for row in scorer.pathways]]))
    n = len(scorer.center)
    return values[:, :n] + values[:, n:] @ scorer.pathways, float(np.ravel(explainer.expected_value)[0])


@pytest.mark.parametrize("name", FAMILIES)
def test_each_family_equals_shap_and_adds_up(name, people):
    pytest.importorskip("shap")
    profiles, y, known = people
    scorer = SubtypeClassifier(family(name).build(known)).fit(profiles, y, reference=y == 0).freeze()[1]
    z = scorer.standardise(profiles)
    values = scorer.contributions(profiles, z.mean(axis=0))
    expected, base = oracle(scorer, profiles, z)
    np.testing.assert_allclose(values, expected, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(base + values.sum(axis=1), scorer.score(profiles), rtol=1e-6, atol=1e-6)


def test_pairs_of_trees_add_up_to_the_contributions(people):
    profiles, y, known = people
    built = family("pathway-xgboost").build(known)
    scorer = SubtypeClassifier(built).fit(profiles, y, reference=y == 0).freeze()[1]
    pairs = scorer.interactions(profiles[:20])
    n = len(scorer.center)
    summed = pairs.sum(axis=2)
    values = summed[:, :n] + summed[:, n:] @ scorer.pathways
    wanted = scorer.contributions(profiles[:20], np.zeros(n))
    np.testing.assert_allclose(values, wanted, rtol=1e-5, atol=1e-5)


def test_people_whom_a_model_keeps_give_the_same_explanation(training):
    explanation = explain(training)
    kept = explain_kept(training.model, training.evaluation.of(training.family)["sample_id"].unique())
    place = {name: row for row, name in enumerate(explanation.sample_ids)}
    rows = [place[name] for name in kept.sample_ids]
    np.testing.assert_allclose(kept.values, explanation.values[rows], rtol=1e-12, atol=1e-12)
    forgetful = replace(training.model, held_out=NOBODY)
    assert explain_kept(forgetful, kept.sample_ids) is None


def test_shares_of_the_refits_are_shares(training):
    shares = refit_shares(explain(training), training.model)
    assert shares.shape == (8, 40)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
