from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from stratify.learning.decision import Healthy
from stratify.learning.scores import score_batch
from stratify.reporting.bundle import load_model
from stratify.screening.alignment import align
from stratify.screening.anchoring import batches
from stratify.screening.report import render_report
from stratify.screening.score import screen_cohort
from stratify.screening.widening import half_widths, widening_sentences

STATED = {"vendor": "Plate control", "none": ""}


def unanchored(arrivals, kind, rows=slice(None)):
    people = arrivals[arrivals.obs["sample_type"] == "sample"][rows].copy()
    people.uns["stratify"]["normalization"] = STATED[kind]
    return people


@pytest.mark.parametrize("kind", ["vendor", "none"])
def test_a_width_is_that_of_the_interval_in_such_a_file(model, loaded, arrivals, kind):
    file = screen_cohort(loaded, unanchored(arrivals, kind))
    found = (file.table["magnitude_high"] - file.table["magnitude_low"]) / 2
    np.testing.assert_allclose(file.widths["as it is"], found)
    np.testing.assert_allclose(file.widths[kind], found)
    other = screen_cohort(loaded, unanchored(arrivals, "none" if kind == "vendor" else "vendor"))
    np.testing.assert_allclose(other.widths[kind], found)


@pytest.mark.parametrize("folder", ["model_folder", "booster_folder"])
def test_the_less_is_known_the_wider(folder, arrivals, request):
    model = load_model(request.getfixturevalue(folder)).model
    ((_, batch),) = batches(model, align(model, arrivals))
    widths = half_widths(model, batch, score_batch(model, batch))
    middle = widths.median()
    assert middle["bridge"] < middle["vendor"] < middle["none"]
    assert middle["as it is"] < middle["vendor"]
    if model.scorer.linear:  # steps of a tree may answer to a small shift more than to a large one
        assert (np.diff(widths[["bridge", "vendor", "none"]], axis=1) > 0).all()


def test_without_healthy_people_or_levels_there_is_no_width(model, arrivals):
    arrivals.X[5] = np.nan
    ((_, batch),) = batches(model, align(model, arrivals))
    widths = half_widths(model, batch, score_batch(model, batch))
    assert widths.isna().any(axis=1).to_numpy().nonzero()[0].tolist() == [5]
    nobody = replace(model, healthy=Healthy(0.0, 1.0, 0, 1.0, np.zeros(0)))
    assert half_widths(nobody, batch, score_batch(nobody, batch)).isna().all(axis=None)


def test_a_lone_patient_of_an_unknown_batch_is_told_what_is_possible(loaded, arrivals):
    lone = screen_cohort(loaded, unanchored(arrivals, "none", slice(3, 4)))
    page = " ".join(render_report(lone).replace("&#39;", "'").split())
    width = lone.widths.iloc[0]
    assert f"interval, of the patient: {width['as it is']:.2f} healthy standard deviations" in page
    assert f"It would be {width['bridge']:.2f} if 8 bridge samples" in page
    assert f"{width['vendor']:.2f} if only the vendor's own normalisation were known" in page
    assert "What is not: a call." in page
    assert "centred on its own file a lone patient becomes zero" in page
    assert width["none"] > 1.2 * width["bridge"]


def test_an_anchored_file_is_told_what_it_gains(loaded, arrivals):
    screening = screen_cohort(loaded, arrivals)
    page = " ".join(render_report(screening).replace("&#39;", "'").split())
    middle = screening.widths.median()
    assert f"in the median of 40 patients: {middle['as it is']:.2f} healthy" in page
    assert f"{middle['none']:.2f} if nothing were known of the batch, and then no call would be made" in page
    assert "What is not: a call." not in page


def test_each_kind_of_anchor_gets_its_text():
    widths = pd.DataFrame({"as it is": [1.0, 3.0], "bridge": 0.9, "vendor": 1.5, "none": 3.0})
    texts = widening_sentences(pd.Series(["controls", "none"]), widths)
    assert len(texts) == 2
    assert "of the patient: 1.00" in texts[0]
    assert "bridge samples" not in texts[0]
    assert texts[1].endswith("a group loses what it has in common.")
    assert widening_sentences(pd.Series(["vendor", "vendor"]), widths * np.nan) == []
