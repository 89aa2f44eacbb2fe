"""Whom to measure next."""

from __future__ import annotations

import numpy as np
import pytest

from stratify.errors import CohortError
from stratify.learning.two_phase import allocate, plan_measurements, strata


@pytest.fixture
def people():
    score = np.random.default_rng(0).normal(size=200)
    return score, score > 1.5, 1 / (1 + np.exp(1.5 - score))


def test_the_budget_is_spent_and_everybody_has_a_chance(people):
    plan = plan_measurements(*people, budget=50, seed=1)
    assert plan.chosen.sum() == 50
    assert plan.inclusion.min() > 0
    assert plan.inclusion.sum() == pytest.approx(50)
    for h in range(plan.stratum.max() + 1):
        here = plan.stratum == h
        assert plan.chosen[here].sum() == pytest.approx(plan.inclusion[here].sum())
    flagged = people[1]
    assert plan.inclusion[flagged].min() > 2 * plan.inclusion[~flagged].max()


def test_the_stated_chance_is_the_chance(people):
    plans = [plan_measurements(*people, budget=50, seed=seed) for seed in range(400)]
    drawn = np.mean([plan.chosen for plan in plans], axis=0)
    error = np.sqrt(plans[0].inclusion * (1 - plans[0].inclusion) / 400)
    assert (np.abs(drawn - plans[0].inclusion) < 4.5 * error + 1e-9).all()


def test_the_same_seed_draws_the_same_people(people):
    one, again, other = (plan_measurements(*people, budget=50, seed=s).chosen for s in (1, 1, 2))
    assert (one == again).all()
    assert (one != other).any()


def test_nobody_flagged_is_no_obstacle(people):
    score, flagged, expected = people
    plan = plan_measurements(score, np.zeros_like(flagged), expected, budget=40)
    assert plan.stratum.max() == 3
    assert plan.chosen.sum() == 40


def test_ties_and_a_single_flag_leave_strata_without_gaps():
    found = strata(np.array([0.0] * 20 + [1.0]), np.arange(21) == 20)
    assert found.tolist() == [0] * 20 + [1]


def test_no_other_split_has_a_smaller_variance():
    sizes, spread = np.array([30, 20, 10]), np.array([1.0, 1.0, 4.0])
    found = allocate(sizes, spread, 15)

    def variance(n):
        return ((sizes * spread) ** 2 / np.asarray(n)).sum()

    floor = [5, 3, 2]
    every = [(a, b, 15 - a - b) for a in range(5, 11) for b in range(3, 11) if floor[2] <= 15 - a - b <= 10]
    assert variance(found) == pytest.approx(min(map(variance, every)))


@pytest.mark.parametrize(("budget", "advice"), [(5, "raise the budget"), (200, "measure everybody")])
def test_a_budget_that_plans_nothing_is_refused(people, budget, advice):
    with pytest.raises(CohortError, match=advice):
        plan_measurements(*people, budget=budget)
