from dataclasses import replace

import numpy as np
import pytest

from stratify.errors import CohortError
from stratify.learning.classifier import Knowledge
from stratify.learning.execution import FitTask
from stratify.learning.search import Course, Found
from stratify.learning.tuned_fit import fit_and_score, search_table, tuned_fit

NOTHING = Knowledge(None, None)


def task(family="pathway-ridge", trials=3, **rest):
    return FitTask(family, "repeat 1, fold 1", np.arange(40), np.arange(40, 60), trials, 5, **rest)


def test_what_was_found_is_what_is_fitted(plain_problem):
    model, found = tuned_fit(plain_problem(), NOTHING, task(), Course())
    assert found.trials == 3
    assert {name: model.estimator_.get_params()[name] for name in found.settings} == found.settings


def test_people_are_scored_and_everything_is_sent(plain_problem):
    sent, problem = [], plain_problem()
    model, scores, found, fewer = fit_and_score(
        problem, NOTHING, float("inf"), task(said="now it begins"), sent.append
    )
    np.testing.assert_array_equal(scores, model.decision_function(problem.profiles[40:60]))
    assert sent[0] == "now it begins"
    assert sent[-1] == f"pathway-ridge, repeat 1, fold 1: trial 3 of 3, best loss {found.loss:.3f}"
    assert [trial.number for _, trial in sent[1:-1]] == [0, 1, 2]
    assert np.isnan(fewer).all()


def test_a_model_of_fewer_people_scores_the_same_people_at_the_settings_that_were_found(plain_problem):
    problem, rows = plain_problem(), np.arange(30)
    *_, found, fewer = fit_and_score(problem, NOTHING, float("inf"), task(fewer=rows), lambda line: None)
    alone = replace(task(trials=0), train=rows)
    path = tuned_fit(problem, NOTHING, alone, Course())[0]
    path.estimator.set_params(**found.settings)
    z = path.prepare(problem.profiles[rows], problem.reference[rows])
    path.fit_prepared(z, problem.y[rows], problem.patients[rows])
    np.testing.assert_array_equal(fewer, path.decision_function(problem.profiles[40:60]))


def test_so_few_that_no_label_holds_leave_no_scores(plain_problem, monkeypatch):
    problem, rows = plain_problem(), np.arange(30)
    whole = type(problem).in_fold

    def in_fold(self, train):
        if len(train) == len(rows):
            raise CohortError("more people", "30", "add people")
        return whole(self, train)

    monkeypatch.setattr(type(problem), "in_fold", in_fold)
    _, scores, _, fewer = fit_and_score(
        problem, NOTHING, float("inf"), task(trials=0, fewer=rows), lambda line: None
    )
    assert np.isfinite(scores).all()
    assert np.isnan(fewer).all()


def test_nobody_to_score_gives_no_scores(plain_problem):
    nobody = FitTask("composite", "final fit", np.arange(60), np.arange(0), 0, 5)
    _, scores, found, _ = fit_and_score(plain_problem(), NOTHING, float("inf"), nobody, print)
    assert len(scores) == 0
    assert found == Found({})


def test_the_table_has_a_row_a_search():
    tasks = [task(), task("composite"), task(trials=0), task("xgboost")]
    found = [Found({"C": 0.1}, 0.5, 3, 1), Found({}), Found({}), Found({})]  # the last one had no time
    table = search_table(tasks, found)
    assert table["family"].tolist() == ["pathway-ridge", "xgboost"]
    assert table["trials"].tolist() == [3, 0]
    assert table["budget"].tolist() == [3, 3]
    assert table["C"].iloc[0] == pytest.approx(0.1)
