from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import brier_score_loss, roc_curve

from stratify.learning.validation import Evaluation
from stratify.reporting.performance import (
    calibration,
    crossed_probability,
    everything,
    family_results,
    mean_roc,
    reliability,
    wilson,
)


def predictions(n: int, strength: float, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    label = rng.integers(0, 2, n)
    score = strength * (label - 0.5) + rng.normal(size=n)
    return pd.DataFrame(
        {
            "family": "any",
            "repeat": 0,
            "fold": np.arange(n) % 5,
            "sample_id": [f"s{i}" for i in range(n)],
            "label": label,
            "reference": False,
            "score": score,
        }
    )


def test_chosen_family_comes_first_and_differs_from_nothing(training):
    rows = family_results(training.evaluation, "factor-centroids")
    assert [row.name for row in rows] == ["factor-centroids", "composite", "xgboost"]
    assert np.isnan(rows[0].difference)
    assert rows[2].difference == pytest.approx(rows[0].auc - rows[2].auc)
    assert all(row.low <= row.auc <= row.high for row in rows)


def test_baselines_join_the_table_once(training, facts):
    table = training.evaluation.of("composite").assign(family="covariates")
    both = pd.concat([table, training.evaluation.of("composite")])
    joined = everything(training, replace(facts, baselines=Evaluation(both, 4)))
    assert joined.families == ["factor-centroids", "composite", "xgboost", "covariates"]
    assert joined.auc("covariates") == training.evaluation.auc("composite")
    assert len(joined.of("composite")) == len(table)


def test_roc_steps_as_that_of_scikit_learn():
    table = predictions(60, 1.0)
    false, hit, _ = roc_curve(table["label"], table["score"], drop_intermediate=False)
    corners = pd.Series(hit).groupby(false).max()
    np.testing.assert_allclose(mean_roc(table, corners.index.to_numpy())[0], corners.to_numpy())


def test_calibrated_scores_have_slope_one_and_strong_ones_beat_a_constant():
    fit = calibration(predictions(4000, 2.0))
    assert fit.slope == pytest.approx(1, abs=0.1)
    assert fit.intercept == pytest.approx(0, abs=0.1)
    assert fit.brier < 0.7 * fit.brier_prevalence


def test_brier_is_that_of_scikit_learn():
    table = crossed_probability(predictions(200, 1.0))
    found = calibration(predictions(200, 1.0)).brier
    assert found == pytest.approx(brier_score_loss(table["label"], table["probability"]))


def test_probability_of_a_fold_does_not_know_its_labels():
    table = predictions(100, 1.0)
    flipped = table.assign(label=np.where(table["fold"] == 2, 1 - table["label"], table["label"]))
    first, second = crossed_probability(table), crossed_probability(flipped)
    same = first["fold"] == 2
    np.testing.assert_array_equal(first.loc[same, "probability"], second.loc[same, "probability"])
    assert not np.allclose(first.loc[~same, "probability"], second.loc[~same, "probability"])


def test_unlabelled_people_have_no_probability():
    table = predictions(50, 1.0)
    table.loc[:4, "label"] = -1
    assert len(crossed_probability(table)) == 45


def test_bins_hold_everybody_once_in_order():
    bins = reliability(predictions(83, 2.0))
    assert bins["n"].sum() == 83
    assert bins["expected"].is_monotonic_increasing
    assert ((bins["low"] <= bins["observed"]) & (bins["observed"] <= bins["high"])).all()


def test_interval_of_nothing_seen_is_not_a_point():
    low, high = wilson(0, 10)
    assert low == 0
    assert high == pytest.approx(0.278, abs=1e-3)
