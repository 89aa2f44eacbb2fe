import json
from dataclasses import replace

import numpy as np
import pytest

from stratify.learning.metrics import auc
from stratify.learning.subgroups import Subgroup
from stratify.reporting.card import card_text
from stratify.reporting.folder import write_model_folder
from stratify.reporting.performance import calibration
from stratify.reporting.validation_detail import SPECIFICITIES, validation_detail


@pytest.fixture(scope="module")
def detail(training):
    return validation_detail(training)


def test_figures_agree_with_those_that_stand_elsewhere(training, detail):
    fit = calibration(training.evaluation.of(training.family))
    assert detail.brier.score == pytest.approx(fit.brier)
    assert detail.brier.uncertainty == pytest.approx(fit.brier_prevalence)
    assert detail.mix == pytest.approx(16 / 44)
    assert detail.average_precision > detail.mix


def test_more_specificity_costs_sensitivity(detail):
    values = [detail.sensitivity_at[at] for at in SPECIFICITIES]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0.5


def test_people_and_proteins_are_counted_once(training, detail):
    assert (detail.size.n, detail.size.events, detail.size.parameters) == (44, 16, 40)
    assert 0 < detail.size.r2 < detail.size.r2_max
    assert not detail.size.adequate


def test_refits_are_those_of_the_folds(training, detail):
    assert detail.stability.refits == 8
    assert detail.stability.agreement > 0.3
    assert 0.5 <= detail.stability.same_side <= 1


def test_a_boosted_family_has_its_detail_too(boosted):
    found = validation_detail(boosted)
    assert np.isfinite(found.brier.score)
    scores = boosted.evaluation.of(boosted.family)
    assert auc(scores["label"].to_numpy(), scores["score"].to_numpy()) > 0.5


def test_the_card_says_it_with_intervals_where_there_are_any(training, facts, detail):
    rows = (Subgroup("sex", "F", 9, 12, 0.81, 0.6, 0.92), Subgroup("sex", "M", 1, 5, *[float("nan")] * 3))
    text = card_text(training, replace(facts, subgroups=rows), {})
    assert f"| Average precision (chance: 0.36) | {detail.average_precision:.2f} |" in text
    assert "| sex: F | 9 | 12 | 0.81 | 0.60 to 0.92 |" in text
    assert "| sex: M | 1 | 5 | not computed | fewer than three of a class |" in text
    assert "There are 44: **not enough**" in text
    assert "Subgroups: not computed." in card_text(training, facts, {})


def test_the_record_is_strict_json(training, facts, figures, tmp_path):
    write_model_folder(training, facts, figures, tmp_path / "m")
    record = (tmp_path / "m" / "facts" / "run.json").read_text(encoding="utf-8")

    def refuse(word):
        raise AssertionError(word)

    parsed = json.loads(record, parse_constant=refuse)
    assert parsed["validation"]["size"]["n"] == 44
