import numpy as np
import pandas as pd
import pytest

from stratify.errors import ExperimentError
from stratify.learning.classifier import FAMILIES, Knowledge, SubtypeClassifier, family, knowledge
from stratify.learning.metrics import auc
from stratify.signatures.gaps import fill_gaps
from stratify.signatures.limits import treat_below
from stratify.signatures.pathways import members

P = 16
KNOWN = Knowledge(np.arange(P) < 4, (np.arange(P) < 4)[None] / 4.0)


def draw(n=60, seed=0, missing=0.0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    X = 5.0 + 2.0 * (rng.normal(size=(n, P)) + 1.5 * y[:, None] * (np.arange(P) < 4))
    X[rng.random(X.shape) < missing] = np.nan
    return X, y


@pytest.mark.parametrize("name", FAMILIES)
def test_family_learns_and_freezes_to_the_same_score(name):
    X, y = draw(missing=0.05)
    new, truth = draw(seed=1, missing=0.05)
    model = SubtypeClassifier(family(name).build(KNOWN)).fit(X, y, reference=y == 0)
    score = model.decision_function(new)
    assert auc(truth, score) > 0.85
    gaps, scorer = model.freeze()
    np.testing.assert_allclose(scorer.score(fill_gaps(gaps, new)), score, rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(model.predict(new) == 1, score > 0)


@pytest.mark.parametrize("name", FAMILIES)
def test_prespecified_settings_lie_in_the_searched_space(name):
    start = family(name).build(KNOWN).get_params()
    for setting, (low, high, log) in family(name).space.items():
        assert low <= start[setting] <= high
        assert low > 0 or not log


def test_controls_know_nothing():
    for name in ("elastic-net", "xgboost"):
        assert family(name).build(KNOWN).get_params().get("prior") is None


def test_unknown_family_names_the_nearest():
    with pytest.raises(ExperimentError, match="did you mean 'factor-centroids'"):
        family("factor-centroid")


def test_unlabelled_people_prepare_and_do_not_teach():
    X, y = draw()
    some = np.where(np.arange(60) < 20, -1, y)
    model = SubtypeClassifier(family("pathway-ridge").build(KNOWN)).fit(X, some, reference=some == -1)
    np.testing.assert_allclose(model.scaler_.center_, X[:20].mean(axis=0))
    alone = family("pathway-ridge").build(KNOWN).fit(model.scaler_.transform(X[20:]), y[20:])
    np.testing.assert_array_equal(model.estimator_.coef_, alone.coef_)
    assert model.classes_.tolist() == [0, 1]


def test_knowledge_looks_up_prior_and_pathways(problem):
    found = knowledge(["Th2"], ["Th2", "Th1"], problem.assays)
    np.testing.assert_array_equal(found.prior, members("Th2", problem.assays))
    assert found.pathways.shape == (2, len(problem.assays))
    np.testing.assert_allclose(found.pathways.sum(axis=1), 1.0)
    np.testing.assert_array_equal(found.pathways[1] > 0, members("Th1", problem.assays))


def test_knowledge_of_proteins_that_nobody_measured_is_none():
    assays = pd.DataFrame({"uniprot": ["P01308"], "gene": ["INS"]})
    assert knowledge(["Th2"], ["Th1"], assays) == Knowledge(None, None)
    assert knowledge([], [], assays) == Knowledge(None, None)


def test_values_below_the_limit_are_imputed_from_the_training_people_alone():
    X, y = draw()
    new, _ = draw(seed=1)
    limits = np.full(X.shape, np.nan)
    limits[:, ::2] = np.quantile(X, 0.3, axis=0)[::2]
    model = SubtypeClassifier(family("composite").build(KNOWN))
    model.fit_prepared(model.prepare(X, y == 0, limits), y)
    hidden = np.where(new < limits, limits - 9.0, new)
    score = model.decision_function(new, limits)
    np.testing.assert_array_equal(model.decision_function(hidden, limits), score)  # only "below" is used
    assert (model.decision_function(hidden) != score).any()
    gaps, scorer = model.freeze()
    frozen = scorer.score(fill_gaps(gaps, treat_below(model.limits_, new, limits)))
    np.testing.assert_allclose(frozen, score, rtol=1e-9, atol=1e-9)
