"""The map of a trained model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stratify.errors import ExperimentError
from stratify.learning.detectability import RATES, circumstances, detectability_map
from stratify.learning.held_out import NOBODY
from stratify.learning.planted import planted_rows, reference_direction, unseen_healthy


@pytest.fixture(scope="module")
def model(trained):
    return trained().model


def test_each_healthy_person_is_judged_by_models_that_had_not_seen_him(model):
    folds = unseen_healthy(model)
    kept = model.held_out
    repeats = len(kept.member)
    judged = np.concatenate([fold.people for fold in folds])
    assert np.bincount(judged, minlength=len(kept.label)).tolist() == (kept.reference * repeats).tolist()
    for fold in folds[:5]:
        (own,) = [place for place, one in enumerate(model.members) if one.scorer is fold.model.scorer]
        assert (kept.member[0][fold.people] == own).all()
        negatives = sum(len(one.negatives) for one in fold.model.members)
        assert negatives == ((kept.label == 0) & (kept.member[0] != own)).sum()
        assert fold.model.healthy.n == int((kept.reference * (kept.member[0] != own)).sum())


def test_the_planted_signature_moves_scores_as_far_as_held_out_people_lie_apart(model):
    direction = reference_direction(model)
    start = model.held_out.profiles[model.held_out.reference > 0].mean(axis=0)
    ends = np.stack([start, start + direction])
    moved = np.mean([np.diff(member.scorer.score(ends))[0] for member in model.members])
    assert moved == pytest.approx(model.healthy.unit)
    plain = model.held_out.profiles[model.held_out.label == 1].mean(axis=0) - start
    assert np.linalg.norm(direction) < np.linalg.norm(plain)


def test_more_of_the_signature_is_flagged_more_often_and_the_others_stay(model):
    rows = planted_rows(model, circumstances([0.0, 0.5, 1.0]))
    assert set(rows.columns) == {
        *("seed", "relative_size", "handling_offset", "batch_offset_sd", "bridges"),
        *RATES,
    }
    told = detectability_map(rows, [0.25])
    assert (told["studies"] == (model.held_out.reference > 0).sum()).all()
    assert told["sensitivity"].is_monotonic_increasing
    assert told["sensitivity"].iloc[-1] > 0.5
    assert told["sensitivity"].iloc[0] == pytest.approx(told["false_flags"].iloc[0], abs=0.02)
    assert (told["false_flags"] <= 0.1).all()
    assert (rows[list(RATES)].to_numpy() <= 1).all()


def test_batches_without_bridges_blur_the_calls_and_the_seed_decides(model):
    asked = circumstances([0.7], batch=[0.6], bridges=[0, 8])
    rows = planted_rows(model, asked, draws=6)
    told = detectability_map(rows, [0.25]).set_index("bridges")
    assert told.loc[8, "sensitivity"] > told.loc[0, "sensitivity"]
    assert planted_rows(model, asked, draws=6).equals(rows)


def test_a_model_that_keeps_nobody_has_no_map(model):
    with pytest.raises(ExperimentError, match="keeps its people"):
        planted_rows(replace(model, held_out=NOBODY), circumstances([0.5]))
