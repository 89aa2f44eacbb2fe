"""Calls without the pre-analytical proteins."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stratify.learning.frozen import Batch
from stratify.learning.held_out import NOBODY
from stratify.reporting.bundle import load_model
from stratify.reporting.handling_free import calls_without_handling
from stratify.signatures.pathways import HANDLING, members


@pytest.fixture(scope="module")
def model():
    return load_model(Path(__file__).parents[2] / "models" / "demo-1").model


def batch_of(profiles):
    none = np.zeros(profiles.shape, dtype=bool)
    return Batch(profiles, none, ["ok"] * len(profiles), "bridge", np.full(profiles.shape[1], 0.05))


def test_proteins_are_counted_and_changes_are_of_calls(model):
    chosen = members(HANDLING, model.assays)
    found = calls_without_handling(model, batch_of(model.held_out.profiles[::4]))
    assert found.proteins == chosen.sum()
    assert found.weight == pytest.approx(model.scorer.importance()[chosen].sum())
    assert found.lost + found.gained <= found.changed <= len(model.held_out.profiles[::4])


def test_nothing_changes_where_these_proteins_have_no_weight(model):
    weights = np.where(members(HANDLING, model.assays), 0.0, model.scorer.weights)
    light = replace(model.scorer, weights=weights)
    members_ = tuple(
        replace(one, scorer=replace(one.scorer, weights=np.where(weights == 0, 0.0, one.scorer.weights)))
        for one in model.members
    )
    found = calls_without_handling(
        replace(model, scorer=light, members=members_), batch_of(model.held_out.profiles[:6])
    )
    assert found.weight == 0.0


def test_a_model_that_keeps_nobody_or_has_no_such_protein_says_nothing(model):
    batch = batch_of(model.held_out.profiles[:2])
    assert calls_without_handling(replace(model, held_out=NOBODY), batch) is None
    renamed = model.assays.assign(uniprot="", gene="X")
    assert calls_without_handling(replace(model, assays=renamed), batch) is None
