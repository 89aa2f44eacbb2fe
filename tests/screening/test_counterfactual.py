from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stratify.learning.frozen import Batch
from stratify.learning.held_out import NOBODY
from stratify.learning.scores import score_batch
from stratify.reporting.bundle import load_model
from stratify.screening.counterfactual import UNKNOWN, counterfactuals, undoing

MODEL = Path(__file__).parents[2] / "models" / "demo-1"


@pytest.fixture(scope="module")
def model():
    return load_model(MODEL).model


def batch_of(model, profiles):
    below = np.zeros(profiles.shape, dtype=bool)
    error = np.zeros(profiles.shape[1])
    return Batch(profiles, below, ["ok"] * len(profiles), "bridge", error, ["serum"] * len(profiles))


@pytest.fixture(scope="module")
def people(model):
    """Those with the disease who are hardly flagged; and one healthy person."""
    kept = model.held_out
    batch = batch_of(model, kept.profiles)
    scores = score_batch(model, batch)
    called = np.array([one.call == model.rule.positive_call for one in scores.decisions])
    order = np.argsort(np.where(called, scores.score, np.inf))[:3]
    healthy = int(np.flatnonzero(kept.reference > 0)[0])
    return batch.of(np.array([*order, healthy]))


def test_who_is_not_flagged_gets_no_sentence(model, people):
    told = counterfactuals(model, people, score_batch(model, people))
    assert [bool(sentence) for sentence in told] == [True, True, True, False]


def test_beyond_the_level_the_flag_is_undone_and_before_it_holds(model, people):
    scores = score_batch(model, people)
    contributions = model.scorer.contributions(scores.filled, model.background)
    low, high = np.nanmin(model.held_out.profiles, axis=0), np.nanmax(model.held_out.profiles, axis=0)
    found = undoing(model, people, 0, contributions[0])
    assert found
    for j, own, bound in found:
        assert low[j] <= bound <= high[j]
        step = np.sign(bound - own) * 0.15
        for value, flagged in ((bound - step, True), (bound, False), ((bound + 3 * step), False)):
            changed = people.of(np.array([0]))
            profiles = changed.profiles.copy()
            profiles[0, j] = np.clip(value, low[j], high[j])
            call = score_batch(model, replace(changed, profiles=profiles)).decisions[0].call
            assert (call == model.rule.positive_call) == flagged


def test_the_sentence_names_protein_bound_and_level(model, people):
    told = counterfactuals(model, people, score_batch(model, people))[0]
    assert re.match(
        r"Would not be called Th2-skewed if \w+ were (below|above) -?\d+\.\d NPX \(it is -?\d", told
    )


def test_a_strong_flag_rests_on_several(model):
    kept = model.held_out
    batch = batch_of(model, kept.profiles)
    scores = score_batch(model, batch)
    called = [one.call == model.rule.positive_call for one in scores.decisions]
    strongest = batch.of(np.array([int(np.argmax(np.where(called, scores.score, -np.inf)))]))
    told = counterfactuals(model, strongest, score_batch(model, strongest))[0]
    assert told.startswith("No single protein, at any level that the training people have")


def test_alone_as_in_a_batch(model, people):
    together = counterfactuals(model, people, score_batch(model, people))
    alone = people.of(np.array([1]))
    assert counterfactuals(model, alone, score_batch(model, alone)) == [together[1]]


def test_a_model_that_keeps_nobody_says_so(model, people):
    forgetful = replace(model, held_out=NOBODY)
    assert counterfactuals(forgetful, people, score_batch(forgetful, people))[0] == UNKNOWN
