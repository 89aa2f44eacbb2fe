from dataclasses import replace

import numpy as np
import pytest

from stratify.errors import CohortError
from stratify.learning.classifier import Knowledge
from stratify.learning.metrics import auc
from stratify.learning.sites import leave_one_site_out
from stratify.learning.validation import Plan, fit_fold

NOTHING = Knowledge(None, None)
PLAN = Plan(trials=0, seed=1)
SITES = np.array(["A", "B", "C"])


def by_thirds(problem):
    return SITES[np.arange(len(problem.y)) * 3 // len(problem.y)]


def test_each_site_is_scored_by_a_model_that_never_saw_it(plain_problem):
    problem = plain_problem()
    sites = by_thirds(problem)
    found = leave_one_site_out(problem, sites, "composite", NOTHING, PLAN)
    assert found.predictions["sample_id"].tolist() == problem.samples.tolist()
    rest, there = np.flatnonzero(sites != "B"), sites == "B"
    scores = fit_fold(problem, rest, "composite", NOTHING, trials=0, seed=0).decision_function(
        problem.profiles[there]
    )
    np.testing.assert_array_equal(found.predictions.query("site == 'B'")["score"], scores)


def test_discrimination_is_within_sites(plain_problem):
    problem = plain_problem(effect=2.0)
    sites = by_thirds(problem)
    found = leave_one_site_out(problem, sites, "factor-centroids", NOTHING, PLAN)
    assert [(row.site, row.positives, row.negatives) for row in found.results()] == [
        ("A", 10, 10),
        ("B", 10, 10),
        ("C", 10, 10),
    ]
    for row in found.results():
        part = found.predictions[found.predictions["site"] == row.site]
        assert row.auc == auc(part["label"].to_numpy(), part["score"].to_numpy()) > 0.7
        assert row.low < row.auc <= row.high


def test_a_site_with_one_class_has_scores_and_no_auc(plain_problem):
    problem = plain_problem()
    sites = by_thirds(problem)
    sites[problem.y == 1] = np.where(sites[problem.y == 1] == "C", "B", sites[problem.y == 1])
    row = leave_one_site_out(problem, sites, "composite", NOTHING, PLAN).results()[2]
    assert (row.positives, row.negatives) == (0, 10)
    assert np.isnan([row.auc, row.low, row.high]).all()


def test_a_site_that_has_all_of_a_class_cannot_be_held_out(plain_problem):
    problem = plain_problem()
    sites = np.where(problem.y == 1, "A", by_thirds(problem))
    found = leave_one_site_out(problem, sites, "composite", NOTHING, PLAN)
    assert found.predictions.query("site == 'A'")["score"].isna().all()
    assert found.predictions.query("site != 'A'")["score"].notna().all()


@pytest.mark.parametrize(
    ("sites", "match"),
    [
        (np.repeat("A", 60), "1 site"),
        (np.where(np.arange(60) < 3, "", np.repeat(["A", "B"], 30)), "3 without"),
    ],
)
def test_sites_that_say_nothing_are_refused(plain_problem, sites, match):
    with pytest.raises(CohortError, match=match):
        leave_one_site_out(plain_problem(), sites, "composite", NOTHING, PLAN)


def test_a_patient_of_two_sites_is_refused(plain_problem):
    problem = plain_problem(n=30, visits=2)
    with pytest.raises(CohortError, match="on both: P000"):
        leave_one_site_out(problem, np.tile(["A", "B"], 30), "composite", NOTHING, PLAN)


def test_settings_are_searched_without_the_site(plain_problem):
    lines, problem = [], plain_problem()
    plan = replace(PLAN, trials=2)
    leave_one_site_out(problem, by_thirds(problem), "centroids", NOTHING, plan, tell=lines.append)
    assert [line.split(":")[0] for line in lines] == [f"centroids, without {site}" for site in "ABC"]
