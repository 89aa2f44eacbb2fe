import numpy as np
import pandas as pd
import pytest

from stratify.learning.covariates import NAME, design_matrix, validate_covariates
from stratify.learning.validation import Evaluation, Plan, outer_folds

PLAN = Plan(folds=4, repeats=2, seed=3)


def test_words_become_one_column_each_and_gaps_stay():
    obs = pd.DataFrame({"age": [20.0, np.nan, 40.0], "sex": ["F", "M", "F"], "site": ["a", "b", "c"]})
    design = design_matrix(obs, ["sex", "age"])
    np.testing.assert_array_equal(design, [[1, 0, 20], [0, 1, np.nan], [1, 0, 40]])
    assert design_matrix(obs, ["site"]).shape == (3, 3)


def test_column_that_tells_the_label_is_found(plain_problem):
    problem = plain_problem()
    table = validate_covariates(problem, (30.0 + 10 * problem.y)[:, None], PLAN)
    assert Evaluation(table, 4).auc(NAME) == 1.0


def test_column_that_tells_nothing_is_not(plain_problem):
    problem = plain_problem(n=200)
    design = np.random.default_rng(0).normal(size=(200, 2))
    assert Evaluation(validate_covariates(problem, design, PLAN), 4).auc(NAME) == pytest.approx(0.5, abs=0.12)


def test_gaps_take_the_mean_of_the_training_people(plain_problem):
    problem = plain_problem()
    fold = next(outer_folds(problem, PLAN))
    design = np.random.default_rng(2).normal(size=(60, 1)) + problem.y[:, None]
    design[[fold.train[0], fold.test[0]]] = np.nan
    filled, changed = design.copy(), design.copy()
    filled[np.isnan(design)] = np.nanmean(design[fold.train])
    changed[fold.test[1:]] += 1000.0  # people outside the training may not move the fill

    def first(columns):
        table = validate_covariates(problem, columns, PLAN)
        return table.query("repeat == 0 and fold == 0")["score"].to_numpy()

    np.testing.assert_allclose(first(design), first(filled))
    assert first(changed)[0] == first(design)[0]


def test_folds_are_those_of_the_families(plain_problem):
    problem = plain_problem(visits=2)
    table = validate_covariates(problem, np.ones((len(problem.y), 1)), PLAN)
    for fold in outer_folds(problem, PLAN):
        rows = table.query("repeat == @fold.repeat and fold == @fold.number")
        assert rows["sample_id"].tolist() == problem.samples[fold.test].tolist()


def test_scores_do_not_depend_on_units(plain_problem):
    problem = plain_problem()
    design = np.random.default_rng(1).normal(size=(60, 2)) + problem.y[:, None]
    tables = [validate_covariates(problem, design * unit + 5, PLAN) for unit in (1.0, 365.25)]
    np.testing.assert_allclose(tables[0]["score"], tables[1]["score"], atol=1e-6)
