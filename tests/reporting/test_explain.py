from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.learning.scorers import Scorer
from stratify.reporting.explain import explain


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
