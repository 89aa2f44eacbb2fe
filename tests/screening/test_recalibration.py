"""An update of the probabilities as a file, and screening with it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from stratify.errors import ScreeningError
from stratify.learning.recalibration import Update
from stratify.screening.evaluation import evaluate, learn_recalibration
from stratify.screening.recalibration import (
    Recalibration,
    beside,
    read_recalibration,
    write_recalibration,
)
from stratify.screening.results import result_columns
from stratify.screening.score import screen, screen_cohort

OF_THE_CALIBRATION = [
    "probability",
    "probability_low",
    "probability_high",
    "likelihood_ratio",
    "posterior_10",
    "posterior_25",
    "posterior_35",
]
SIDES = {"positive": ["AD"], "negative": ["PSO", "HC"]}


@pytest.fixture
def cohort(study, tmp_path):
    """The people of the study measured again, much worse."""
    again = study.adata.copy()
    again.X = np.asarray(again.X) + np.random.default_rng(7).normal(0, 0.8, again.shape)
    again.write_h5ad(tmp_path / "again.h5ad")
    return tmp_path / "again.h5ad"


@pytest.fixture
def made(loaded, tmp_path):
    update = Update("slope", -0.5, 0.7, 12, 30)
    recalibration = Recalibration(update, "tiny-1", loaded.digest, {"other.csv": "0" * 64})
    return write_recalibration(recalibration, tmp_path / "made.json")


@pytest.mark.parametrize("kind", ["intercept", "slope"])
def test_the_cohort_that_taught_it_is_calibrated_after_it(model_folder, loaded, cohort, tmp_path, kind):
    found = evaluate(model_folder, [cohort], **SIDES)
    made = learn_recalibration(found, model_folder, [cohort], kind)
    read = read_recalibration(write_recalibration(made, beside(tmp_path / "p.csv")), loaded)
    assert read == replace(made, digest=read.digest)
    again = replace(loaded.model, calibration=read.update.applied(loaded.model.calibration))
    known = found.predictions["label"].notna()
    label = found.predictions["label"][known].to_numpy(dtype=int)
    odds = found.predictions["probability"][known].to_numpy()
    score = (np.log(odds / (1 - odds)) - loaded.model.calibration.intercept) / loaded.model.calibration.slope
    probability = again.calibration.probability(score)
    assert probability.mean() == pytest.approx(label.mean(), abs=1e-6)
    if kind == "slope":
        steeper = np.log(probability / (1 - probability))
        assert (steeper * (label - probability)).sum() == pytest.approx(0, abs=1e-4)


def test_only_the_columns_of_the_calibration_change_and_the_report_says_so(
    model_folder, laboratory_file, made, tmp_path
):
    plain = screen(model_folder, laboratory_file, out=tmp_path / "plain").table
    screened = screen(model_folder, laboratory_file, out=tmp_path / "mended", recalibration=made)
    others = [name for name in result_columns() if name not in OF_THE_CALIBRATION]
    pd.testing.assert_frame_equal(plain[others], screened.table[others])
    for name in OF_THE_CALIBRATION:
        assert not np.allclose(plain[name], screened.table[name]), name
    text = (tmp_path / "mended" / "report.html").read_text(encoding="utf-8")
    assert "Recalibrated in intercept and slope on 12 people with the disease and 30 without" in text
    assert "made.json" in (tmp_path / "mended" / "audit.jsonl").read_text(encoding="utf-8")


def test_without_the_option_nothing_is_said_of_it(model_folder, laboratory_file, tmp_path):
    screen(model_folder, laboratory_file, out=tmp_path / "plain")
    text = (tmp_path / "plain" / "report.html").read_text(encoding="utf-8")
    assert "Recalibrat" not in text
    assert "<dt>Probabilities</dt>" not in text


def test_an_update_that_does_nothing_gives_the_same_results(loaded, arrivals):
    mix = loaded.model.calibration.prevalence
    update = Update("intercept", 0.0, 1.0, round(1000000 * mix), 1000000 - round(1000000 * mix))
    idle = Recalibration(update, "tiny-1", loaded.digest, {})
    found = screen_cohort(loaded, arrivals, recalibration=idle).table
    pd.testing.assert_frame_equal(found, screen_cohort(loaded, arrivals).table, rtol=1e-5)


def test_an_update_of_another_model_is_refused(model_folder, loaded, laboratory_file, made, tmp_path):
    content = json.loads(made.read_text(encoding="utf-8"))
    made.write_text(json.dumps(content | {"model_digest": "f" * 64}), encoding="utf-8")
    with pytest.raises(ScreeningError, match="one of tiny-1, digest ffffffffffff"):
        screen(model_folder, laboratory_file, out=tmp_path / "out", recalibration=made)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "change",
    [{"slope": -1}, {"slope": "steep"}, {"kind": "all"}, {"positives": 0}, {"recalibration_schema": 2}],
)
def test_changed_files_are_refused(loaded, made, change):
    content = json.loads(made.read_text(encoding="utf-8"))
    made.write_text(json.dumps(content | change), encoding="utf-8")
    with pytest.raises(ScreeningError, match="write it again"):
        read_recalibration(made, loaded)


@pytest.mark.parametrize("text", ["", "[]", '{"kind": "slope"}', '{"slope": NaN}'])
def test_other_files_are_refused(loaded, tmp_path, text):
    (tmp_path / "x.json").write_text(text, encoding="utf-8")
    for path in (tmp_path / "x.json", tmp_path / "absent.json"):
        with pytest.raises(ScreeningError, match="missing, changed or something else"):
            read_recalibration(path, loaded)


def test_unlabelled_people_teach_nothing(model_folder, laboratory_file):
    found = evaluate(model_folder, [laboratory_file])
    with pytest.raises(ScreeningError, match="nobody is labelled"):
        learn_recalibration(found, model_folder, [laboratory_file], "intercept")
