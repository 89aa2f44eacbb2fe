from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stratify.assays.proteins.matching import display_names
from stratify.learning.held_out import NOBODY
from stratify.reporting.bundle import load_model
from stratify.screening.plain_words import kept_people, score_sentences

MODEL = Path(__file__).parents[2] / "models" / "demo-1"


@pytest.fixture(scope="module")
def model():
    return load_model(MODEL).model


def sentences(model, values):
    return score_sentences(model, values, names=display_names(model.assays), people=kept_people(model))


def test_sentences_name_what_counts_most_with_its_sign(model):
    values = np.zeros(len(model.assays))
    values[[3, 7]] = 2.0, -1.0
    names = display_names(model.assays)
    first, second, *_ = sentences(model, values)
    assert first == f"Raised most by {names[3]} (+2.00); lowered most by {names[7]} (-1.00)."
    assert model.assays["pathway"].iloc[3].replace("_", " ") in second


def test_nothing_is_said_where_nothing_moves(model):
    values = np.zeros(len(model.assays))
    assert sentences(model, values)[0] == "Raised most by nothing; lowered most by nothing."


def test_shared_credit_is_told_where_people_are_kept(model):
    kept = model.held_out
    profiles = kept.profiles.copy()
    profiles[:, 5] = profiles[:, 3]
    twins = replace(model, held_out=replace(kept, profiles=profiles))
    values = np.zeros(len(model.assays))
    values[3] = 1.0
    names = display_names(model.assays)
    assert f"{names[3]} with {names[5]} (1.00)" in sentences(twins, values)[-1]
    assert len(sentences(replace(model, held_out=NOBODY), values)) == 2
