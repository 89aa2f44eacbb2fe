from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.learning.metric_intervals import AVERAGE_PRECISION, BRIER, FIGURES, metric_intervals
from stratify.learning.metrics import corrected_error

NONE = pd.DataFrame()


def predictions(gap=1.5, n_positive=30, n_negative=50, repeats=3, seed=0):
    """Five folds of people whose scores are known but for a little noise of each repeat."""
    rng = np.random.default_rng(seed)
    label = np.repeat([1, 0], [n_positive, n_negative])
    level = rng.normal(gap * label, 1.0)
    parts = []
    for repeat in range(repeats):
        score = level + rng.normal(0, 0.1, len(label))
        chance = 1 / (1 + np.exp(-(gap * score - gap**2 / 2 - np.log(n_negative / n_positive))))
        part = {"repeat": repeat, "fold": rng.permutation(len(label)) % 5, "label": label}
        parts.append(pd.DataFrame(part | {"score": score, "probability": chance}))
    return pd.concat(parts, ignore_index=True)


def of(name, rows):
    return FIGURES[name](*(rows[column].to_numpy() for column in ("label", "score", "probability")))


def test_each_figure_lies_within_its_limits():
    table = predictions()
    found = metric_intervals(table, NONE, 5)
    assert set(found) == set(FIGURES)
    for name, (low, high) in found.items():
        value = np.mean([of(name, rows) for _, rows in table.groupby("repeat")])
        assert low < value < high, name


def test_a_mean_over_people_has_the_corrected_error_of_its_folds():
    table = predictions()
    sizes = table.groupby(["repeat", "fold"]).size()
    assert sizes.nunique() == 1  # the pseudo-value of a fold is then its own mean
    by_fold = np.array([of(BRIER, rows) for _, rows in table.groupby(["repeat", "fold"])])
    low, high = metric_intervals(table, NONE, 5)[BRIER]
    reach = 2.144786687916927 * corrected_error(by_fold, 5)  # t at 14 degrees of freedom
    assert (low, high) == pytest.approx((by_fold.mean() - reach, by_fold.mean() + reach))


def test_worse_scores_of_fewer_people_move_the_limits_towards_better_ones():
    table = predictions(gap=1.5)
    same = metric_intervals(table, table, 5)
    np.testing.assert_allclose([*same.values()], [*metric_intervals(table, NONE, 5).values()])
    moved = metric_intervals(table, predictions(gap=1.0), 5)
    assert moved[BRIER][0] < same[BRIER][0]
    assert moved[AVERAGE_PRECISION][1] >= same[AVERAGE_PRECISION][1]
    assert moved["net_benefit_at_0.3"][1] > same["net_benefit_at_0.3"][1]


def test_where_all_is_right_the_number_of_people_still_leaves_doubt():
    low, high = metric_intervals(predictions(gap=12.0), NONE, 5)[AVERAGE_PRECISION]
    assert high == 1
    assert low == pytest.approx(0.886, abs=0.001)  # Wilson, 30 of 30
