"""Calls under a fixed grid of scenarios."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stratify.learning.decision import INDETERMINATE
from stratify.learning.frozen import Batch
from stratify.learning.scores import score_batch
from stratify.learning.stress import SETTLES, Stress, stress_test


def batch_of(profiles, *, error=0.05, matrix="serum"):
    n, p = profiles.shape
    below = np.zeros((n, p), dtype=bool)
    return Batch(profiles, below, ["ok"] * n, "bridge", np.full(p, error), [matrix] * n)


@pytest.fixture(scope="module")
def model(trained):
    model = trained().model
    return replace(model, rule=replace(model.rule, shown=True, lead=""))


@pytest.fixture(scope="module")
def profiles(problem):
    return problem.profiles[np.r_[np.flatnonzero(problem.y == 1)[::3], np.flatnonzero(problem.y != 1)[::9]]]


def stressed(model, batch):
    scores = score_batch(model, batch)
    return [decision.call for decision in scores.decisions], stress_test(model, batch, scores)


def test_only_calls_are_tested(model, profiles):
    calls, found = stressed(model, batch_of(profiles))
    assert {INDETERMINATE, model.rule.positive_call} <= set(calls)
    for call, one in zip(calls, found, strict=True):
        assert np.isnan(one.robust_share) == (call == INDETERMINATE)
        assert (one.weakest == "") == (not one.robust_share < 1)
        assert one.to_settle == SETTLES.get(one.weakest, "")
    assert min(one.robust_share for one in found if one.robust_share >= 0) < 1


def test_far_out_calls_hold_and_those_at_the_bound_do_not(model, problem):
    middle = problem.profiles[problem.reference].mean(axis=0)
    shares = []
    for person in problem.profiles[problem.y == 1][:6]:
        nearer = middle + np.linspace(1, 0, 26)[:, None] * (person - middle)
        calls, found = stressed(model, batch_of(nearer))
        flagged = [
            one.robust_share
            for call, one in zip(calls, found, strict=True)
            if call == model.rule.positive_call
        ]
        shares += [(flagged[0], flagged[-1])] if flagged else []
    assert len(shares) >= 4
    assert np.mean([far for far, _ in shares]) > 0.95
    assert np.mean([near for _, near in shares]) < 0.9


def test_a_patient_gets_the_same_alone(model, profiles):
    _, together = stressed(model, batch_of(profiles))
    for row in range(0, len(profiles), 5):
        _, alone = stressed(model, batch_of(profiles[[row]]))
        assert repr(alone[0]) == repr(together[row])


def test_a_batch_that_may_lie_far_off_names_the_batch(model, profiles):
    _, found = stressed(model, batch_of(profiles, error=2.5))
    assert "batch" in {one.weakest for one in found}


def test_an_unknown_tube_is_one_more_kind_of_scenario(model, profiles):
    _, stated = stressed(model, batch_of(profiles))
    _, unstated = stressed(model, batch_of(profiles, matrix=""))
    assert any(one.robust_share != other.robust_share for one, other in zip(stated, unstated, strict=True))


def test_nobody_called_nothing_tested(model, profiles):
    silent = replace(model, rule=replace(model.rule, shown=False))
    assert {repr(one) for one in stressed(silent, batch_of(profiles))[1]} == {repr(Stress())}
