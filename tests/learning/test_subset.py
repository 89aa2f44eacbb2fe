"""Thresholds where proteins are missing."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from stratify.learning.frozen import Batch
from stratify.learning.held_out import NOBODY
from stratify.learning.scores import score_batch
from stratify.learning.subset import by_pattern, on_subset


def batch_of(profiles):
    n, p = profiles.shape
    return Batch(
        profiles, np.zeros((n, p), dtype=bool), ["ok"] * n, "bridge", np.full(p, 0.05), ["serum"] * n
    )


def without_leading(model, share):
    """All proteins but the leading ones, which together hold a share of the weight."""
    importance = model.scorer.importance()
    order = np.argsort(-importance)
    gone = order[: int(np.searchsorted(np.cumsum(importance[order]), share))]
    return ~np.isin(np.arange(len(importance)), gone)


def test_what_is_complete_keeps_its_thresholds(trained, problem):
    model, batch = trained().model, batch_of(problem.profiles[problem.target])
    assert on_subset(model, np.ones(len(model.assays), dtype=bool)) is model
    ((rows, same, whole),) = by_pattern(model, batch)
    assert same is model
    assert whole is batch
    assert rows.tolist() == list(range(len(batch.profiles)))


def test_a_protein_without_weight_may_be_missing(trained):
    model = trained("pathway-xgboost").model
    assert not model.weighty.all()
    assert on_subset(model, model.weighty) is model


def test_on_fewer_proteins_the_healthy_stay_where_they_are_and_the_diseased_come_nearer(trained):
    model = trained().model
    present = without_leading(model, 0.18)
    fewer, people = on_subset(model, present), model.held_out
    assert fewer.healthy.in_sds(1.0) < model.healthy.in_sds(1.0)
    lacking = batch_of(np.where(present, people.profiles, np.nan)[people.reference > 0])
    complete = batch_of(people.profiles[people.reference > 0])
    usual = score_batch(model, complete).magnitude_z.mean()  # below 0: the final model has seen them
    judged = [score_batch(one, lacking).magnitude_z.mean() for one in (fewer, model)]
    assert abs(judged[0] - usual) < abs(judged[1] - usual)


def test_the_model_of_fewer_proteins_is_what_a_training_without_them_would_use(trained):
    """The kept people scored one by one by their own models, with the same gaps."""
    model = trained().model
    present = without_leading(model, 0.15)
    fewer, people = on_subset(model, present), model.held_out
    lacking = np.where(present, people.profiles, np.nan)
    member = people.member[0].astype(int)
    for place in range(5):
        filled = score_batch(fewer, batch_of(lacking[member == place])).filled
        scores = model.members[place].scorer.score(filled)[people.label[member == place] == 0]
        np.testing.assert_allclose(fewer.members[place].negatives, np.sort(scores))


def test_a_patient_gets_the_same_whoever_else_lacks_what(trained, problem):
    model = trained().model
    profiles = problem.profiles[problem.target].copy()
    profiles[np.random.default_rng(0).random(profiles.shape) < 0.05] = np.nan
    profiles[1] = problem.profiles[problem.target][1]
    profiles[2, np.isnan(profiles[0])] = np.nan
    batch = batch_of(profiles)
    seen = np.zeros(len(profiles), dtype=int)
    for rows, fitting, part in by_pattern(model, batch):
        scores = score_batch(fitting, part)
        for place, row in enumerate(rows):
            seen[row] += 1
            ((_, alone, lone),) = by_pattern(model, batch_of(profiles[[row]]))
            for field in fields(scores):
                value = getattr(score_batch(alone, lone), field.name)[0]
                np.testing.assert_array_equal(value, getattr(scores, field.name)[place], err_msg=field.name)
    assert (seen == 1).all()


@pytest.mark.parametrize(("share", "stopped"), [(0.0, False), (0.15, True)])
def test_a_model_that_keeps_nobody_calls_only_next_to_complete_profiles(trained, problem, share, stopped):
    model = replace(trained().model, held_out=NOBODY)
    present = without_leading(model, share)
    lacking = np.where(present, problem.profiles[problem.target], np.nan)
    ((_, fitting, batch),) = by_pattern(model, batch_of(lacking))
    reasons = [decision.reasons for decision in score_batch(fitting, batch).decisions]
    assert all(("thresholds-unknown" in each) == stopped for each in reasons)
