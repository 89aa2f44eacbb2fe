"""Few proteins, chosen inside the folds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stratify.errors import ExperimentError
from stratify.learning.classifier import Knowledge
from stratify.learning.panel import FULL, SIZES, Offer, forward_order, panel_weights, study_panels
from stratify.learning.validation import Plan

PLAN = Plan(folds=5, repeats=2, trials=0, seed=0)
NOTHING = Knowledge(None, None)


def offer_of(problem, **changes):
    n = len(problem.assays)
    return replace(Offer(np.ones(n), np.ones(n)), **changes)


@pytest.fixture(scope="module")
def made(plain_problem):
    problem = plain_problem(n=80, p=24, effect=1.2)
    return problem, study_panels(problem, NOTHING, offer_of(problem), PLAN)


def test_the_proteins_that_differ_are_chosen(made):
    _, study = made
    assert set(study.order[:4].tolist()) == {0, 1, 2, 3}
    often = study.frequencies(4)
    assert min(often[j] for j in range(4)) >= 0.8
    assert sum(often.values()) == pytest.approx(4)


def test_panels_and_cards_of_every_size_are_judged_in_the_folds_of_the_full_model(made):
    problem, study = made
    table = study.table().set_index("score")
    assert len(table) == 1 + 2 * len(SIZES)
    assert table.loc[FULL, "difference"] == 0
    assert table.loc["panel of 4", "auc"] > 0.9
    assert table.loc["card of 4", "auc"] > 0.85
    assert (table["auc_low"] <= table["auc"]).all()
    assert (table["difference_low"] <= table["difference"]).all()
    counts = study.evaluation.predictions.groupby("family").size()
    assert set(counts) == {2 * len(problem.learned)}


def test_choosing_inside_the_fold_finds_nothing_where_nothing_is(plain_problem):
    problem = plain_problem(n=60, p=60, effect=0.0, seed=5)
    table = study_panels(problem, NOTHING, offer_of(problem), PLAN).table().set_index("score")
    assert table.loc["panel of 5", "auc"] < 0.68
    assert table.loc["panel of 5", "auc_low"] < 0.5


def test_labels_of_the_people_outside_the_fold_play_no_part(made):
    problem, study = made
    fold = study.evaluation.predictions.query("family == 'card of 5' and repeat == 0 and fold == 0")
    rows = np.flatnonzero(np.isin(problem.samples, fold["sample_id"].to_numpy()))
    profiles = problem.profiles.copy()
    profiles[rows] += 100.0
    other = study_panels(replace(problem, profiles=profiles), NOTHING, offer_of(problem), PLAN)
    first = ["repeat", "fold"]
    same = other.chosen.query("repeat == 0 and fold == 0").drop(columns=first)
    assert same.equals(study.chosen.query("repeat == 0 and fold == 0").drop(columns=first))


def test_what_is_dear_unseen_or_not_to_be_had_is_left(plain_problem):
    problem = plain_problem(n=80, p=24, effect=1.2)
    cost, seen = np.ones(24), np.ones(24)
    cost[0], cost[1], seen[2] = np.inf, 1e6, 0.5
    study = study_panels(problem, NOTHING, offer_of(problem, cost=cost, detectability=seen), PLAN)
    assert study.order[0] == 3
    assert {0, 1, 2}.isdisjoint(study.order.tolist())


def test_too_few_that_can_be_had_are_refused(plain_problem):
    problem = plain_problem(p=24)
    cost = np.where(np.arange(24) < 9, 1.0, np.inf)
    with pytest.raises(ExperimentError, match="at least 10 proteins"):
        study_panels(problem, NOTHING, offer_of(problem, cost=cost), PLAN)


def test_a_copy_of_a_chosen_protein_adds_little():
    rng = np.random.default_rng(1)
    y = np.arange(100) % 2
    first = rng.normal(size=100) + 1.5 * y
    z = np.column_stack([first, first + 0.1 * rng.normal(size=100), rng.normal(size=100) + 0.8 * y])
    assert forward_order(z, y, np.ones(3), 2)[1] == 2
    weights = panel_weights(z, y)
    assert weights.shape == (3,)
    assert (z @ weights)[y == 1].mean() > (z @ weights)[y == 0].mean()
