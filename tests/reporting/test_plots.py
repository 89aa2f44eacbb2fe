from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from stratify.reporting.canvas import alt_text
from stratify.reporting.card import alt_texts
from stratify.reporting.plots import draw_figures, figure_alts, healthy_bound, out_of_fold_groups
from stratify.reporting.raw_facts import raw_facts

NAMES = {
    "roc",
    "scores",
    "calibration",
    "shap-proteins",
    "shap-beeswarm",
    "shap-pathways",
    "shap-pathways-beeswarm",
    "shap-dependence",
    "decision",
}


def test_same_training_is_the_same_bytes(training, facts, figures):
    assert draw_figures(raw_facts(training, facts)) == figures


def test_every_figure_says_what_it_shows(training, figures):
    assert set(figures) == NAMES | {"magnitude", "detectability"}
    assert f"AUC {training.evaluation.auc('factor-centroids'):.2f}" in alt_text(figures["roc"])
    assert "composite" in alt_text(figures["roc"])
    assert "8 target people" in alt_text(figures["magnitude"])
    assert "healthy bound" in alt_text(figures["scores"])
    assert all(alt_text(svg).endswith(".") for svg in figures.values())


def test_model_without_healthy_and_target_people_has_no_magnitude(null, make_facts):
    figures = draw_figures(raw_facts(null, make_facts(null)))
    assert set(figures) == NAMES
    assert "healthy bound" not in figures["scores"]


def test_trees_are_drawn_too(boosted, make_facts):
    figures = draw_figures(raw_facts(boosted, make_facts(boosted)))
    assert "composite" not in figures["roc"]
    assert set(figures) == NAMES | {"magnitude"}


def test_words_need_no_picture(training, facts, figures):
    assert figure_alts(raw_facts(training, facts)) == alt_texts(figures)


def test_no_sample_id_is_drawn(figures):
    assert not any("person-" in svg for svg in figures.values())


def test_groups_hold_every_learned_person_once(training):
    groups = out_of_fold_groups(training)
    assert {name: len(values) for name, values in groups.items()} == {
        "AD": 16,
        "other, not AD": 10,
        "healthy reference": 18,
    }
    np.testing.assert_allclose(np.sort(groups["healthy reference"]), training.model.healthy.scores)


def test_healthy_bound_is_where_the_rule_puts_it(training, null):
    healthy = training.model.healthy
    z = (healthy_bound(training) - healthy.mean) / healthy.sd
    assert z == pytest.approx(healthy.reach(training.model.rule.healthy_tail))
    assert healthy_bound(null) is None


def test_import_chooses_no_backend():
    code = "import sys, stratify.reporting.plots; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
