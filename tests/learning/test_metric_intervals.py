from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.learning.metric_intervals import FIGURES, metric_intervals
from stratify.learning.metrics import auc


def predictions(n_positive=30, n_negative=50, gap=1.5, repeats=2, seed=0):
    rng = np.random.default_rng(seed)
    label = np.repeat([1, 0], [n_positive, n_negative])
    level = rng.normal(gap * label, 1.0)
    parts = []
    for repeat in range(repeats):
        score = level + rng.normal(0, 0.1, len(label))
        chance = 1 / (1 + np.exp(-(gap * score - gap**2 / 2 - np.log(n_negative / n_positive))))
        order = rng.permutation(len(label))
        part = {"repeat": repeat, "sample_id": [f"S{i}" for i in range(len(label))], "label": label}
        parts.append(pd.DataFrame(part | {"score": score, "probability": chance}).iloc[order])
    return pd.concat(parts)


def alone(table):
    ids = table["sample_id"].unique()
    return pd.Series(ids, ids)


def test_estimates_are_means_over_repeats_and_lie_within_their_limits():
    table = predictions()
    found = metric_intervals(table, alone(table), auc_error=0.05, draws=40)
    assert list(found) == list(FIGURES)
    areas = [auc(part["label"].to_numpy(), part["score"].to_numpy()) for _, part in table.groupby("repeat")]
    assert found["auc"][0] == pytest.approx(np.mean(areas))
    for value, low, high in found.values():
        assert low <= value <= high


def test_limits_are_wider_where_other_training_people_would_change_more():
    table = predictions()
    narrow, wide = (metric_intervals(table, alone(table), auc_error=e, draws=40) for e in (0.0, 0.09))
    for name in ("brier", "calibration_slope", "net_benefit_at_0.3"):
        assert wide[name][2] - wide[name][1] > 1.5 * (narrow[name][2] - narrow[name][1])


def test_a_perfect_separation_keeps_a_width():
    table = predictions(gap=30.0)
    found = metric_intervals(table, alone(table), auc_error=0.0, draws=20)
    assert found["average_precision"][0] == 1.0
    assert found["average_precision"][1] == pytest.approx(0.886, abs=0.01)
    assert found["sensitivity_at_0.95"][1] < 0.9


def test_copies_of_a_patient_are_drawn_together():
    table = predictions(n_positive=15, n_negative=25)
    copies = pd.concat([table, table.assign(sample_id=table["sample_id"] + "b")])
    patient = pd.Series(copies["sample_id"].str.removesuffix("b").to_numpy(), copies["sample_id"])
    patient = patient[~patient.index.duplicated()]
    together = metric_intervals(copies, patient, auc_error=0.0, draws=60)["brier"]
    apart = metric_intervals(copies, alone(copies), auc_error=0.0, draws=60)["brier"]
    assert together[2] - together[1] > 1.2 * (apart[2] - apart[1])


def test_the_order_of_rows_changes_nothing():
    table = predictions()
    turned = table.iloc[::-1]
    first = metric_intervals(
        table.sort_values(["repeat", "sample_id"]), alone(table), auc_error=0.0, draws=10
    )
    again = metric_intervals(
        turned.sort_values(["repeat", "sample_id"]), alone(table), auc_error=0.0, draws=10
    )
    assert first == again
