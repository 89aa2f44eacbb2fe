from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stratify.learning.decision import REASONS
from stratify.reporting.bundle import load_model
from stratify.screening.settling import SETTLED_BY, settled_by

MODEL = Path(__file__).parents[2] / "models" / "demo-1"
DEFINITE = {"resembles", "clearly-below"}


@pytest.fixture(scope="module")
def model():
    return load_model(MODEL).model


@pytest.mark.parametrize("code", sorted(set(REASONS) - DEFINITE))
def test_every_reason_of_an_open_answer_says_what_would_settle_it(model, code):
    told = settled_by(model, [code], np.zeros(len(model.assays)))
    assert told
    assert "{" not in told


def test_nothing_is_said_of_codes_that_are_none():
    assert set(SETTLED_BY) == set(REASONS) - DEFINITE


def test_the_panels_with_most_missing_weight_are_named_first(model):
    panels = model.assays["panel"].to_numpy()
    weight = {panel: model.scorer.importance()[panels == panel].sum() for panel in set(panels)}
    most, least = max(weight, key=weight.get), min(weight, key=weight.get)
    profile = np.where((panels == most) | (panels == least), np.nan, 0.0)
    assert settled_by(model, ["too-little-measured"], profile) == f"run {most} and {least} for this sample"


def test_a_panel_that_was_not_run_is_named_before_another_sample_is_asked_for(model):
    panels = model.assays["panel"].to_numpy()
    lacking = np.where(panels == "Cardiovascular III", np.nan, 0.0)
    told = settled_by(model, ["not-rare-enough", "not-clearly-below"], lacking)
    assert told.startswith("run Cardiovascular III for this sample; a second sample")
    gap = np.zeros(len(panels))
    gap[0] = np.nan  # a single gap is no panel that can be run
    assert settled_by(model, ["not-rare-enough"], gap).startswith("a second sample")


def test_one_remedy_is_named_once_and_in_the_order_of_the_reasons(model):
    codes = ["matrix-differs", "not-rare-enough", "within-healthy-range", "not-clearly-below"]
    told = settled_by(model, codes, np.zeros(len(model.assays)))
    assert told.startswith("draw the blood again in serum; a second sample")
    assert told.count("second sample") == 1


def test_covariates_are_named(model):
    known = replace(model, adjustment=replace(model.adjustment, columns=("age", "sex")))
    told = settled_by(known, ["covariates-missing"], np.zeros(len(model.assays)))
    assert told == "add age, sex to the clinical table"
