"""Prevalence as a curve over relative size."""

from __future__ import annotations

import numpy as np
import pytest

from stratify.errors import CohortError, ExperimentError
from stratify.learning.decision import Healthy
from stratify.learning.leak_effect import UNKNOWN, LeakEffect
from stratify.learning.prevalence import (
    AS_MEASURED,
    FALL_ADDED,
    RISE_OFF,
    Target,
    everyone_band,
    prevalence_curve,
    target_people,
)
from stratify.learning.skew_mixture import Others

HEALTHY = Healthy(mean=-1.0, sd=0.5, n=32, unit=2.0, scores=np.zeros(32))
OTHERS = Others(0.25, 12.0, 0.3)


def people(seed=0, n=200, share=0.25, size=0.8):
    rng = np.random.default_rng(seed)
    return 0.25 * rng.normal(size=n) + size * (np.arange(n) < share * n)


def test_the_interval_at_the_true_size_holds_the_truth_and_the_curve_falls_with_size():
    held = []
    for seed in range(20):
        table = prevalence_curve(Target({AS_MEASURED: people(seed)}, OTHERS, 0), [0.5, 0.8, 1.0])
        held.append(table.loc[1, "low"] <= 0.25 <= table.loc[1, "high"])
        assert table["likeliest"].is_monotonic_decreasing
    assert np.mean(held) >= 0.9


def test_a_small_size_leaves_everything_open():
    table = prevalence_curve(Target({AS_MEASURED: people(1, n=60, share=0.0)}, OTHERS, 0), [0.2])
    assert table["low"].item() == 0
    assert table["high"].item() > 0.9


def test_the_band_holds_the_interval_and_widens_with_what_a_leak_may_have_done():
    x = people(2)
    scores = {AS_MEASURED: x, RISE_OFF: x - 0.3 * (np.arange(len(x)) < 50), FALL_ADDED: x}
    table = prevalence_curve(Target(scores, OTHERS, 0), [0.8])
    assert table["band_low"].item() < table["low"].item()
    assert table["band_high"].item() >= table["high"].item()
    unknown = prevalence_curve(Target({AS_MEASURED: x}, OTHERS, 200), [0.8])
    assert unknown[["band_low", "band_high"]].to_numpy().tolist() == [[0.0, 1.0]]


def test_scores_of_several_models_are_put_on_the_scale_of_the_healthy():
    rng = np.random.default_rng(0)
    score = rng.normal(-1, 0.5, 60)
    by_member = score + 0.3 * rng.normal(size=(10, 60))
    target = target_people(by_member, np.ones(60), HEALTHY, LeakEffect(0.2, 0.0, 2.0), shift_sd=0.3)
    np.testing.assert_allclose(target.scores[AS_MEASURED], (by_member.mean(axis=0) + 1) / 2)
    np.testing.assert_allclose(target.scores[AS_MEASURED] - target.scores[RISE_OFF], 0.1)
    np.testing.assert_allclose(target.scores[FALL_ADDED], target.scores[AS_MEASURED])
    assert 0.6 * 0.25 < target.others.spread < 0.25


def test_people_beyond_the_leak_of_the_training_are_left_out_and_counted():
    leak = np.where(np.arange(40) < 5, 9.0, 0.5)
    by_member = np.random.default_rng(1).normal(size=(5, 40))
    target = target_people(by_member, leak, HEALTHY, LeakEffect(0.2, 0.1, 2.0), shift_sd=0.3)
    assert (target.beyond, len(target.scores[RISE_OFF]), target.handling_known) == (5, 35, True)
    unknown = target_people(by_member, leak, HEALTHY, UNKNOWN, shift_sd=0.3)
    assert (unknown.beyond, len(unknown.scores[AS_MEASURED]), unknown.handling_known) == (40, 40, False)


def test_the_size_at_which_all_could_lie_holds_a_common_shift():
    x = 0.15 + people(3, share=0.0)
    low, high = everyone_band(Target({AS_MEASURED: x, RISE_OFF: x - 0.1, FALL_ADDED: x}, OTHERS, 0))
    assert low < 0.05
    assert 0.15 < high < 0.25


def test_what_can_not_be_asked_is_refused():
    with pytest.raises(CohortError, match="at least 10"):
        target_people(np.zeros((3, 9)), np.zeros(9), HEALTHY, UNKNOWN, shift_sd=0.3)
    with pytest.raises(ExperimentError, match="above 0"):
        prevalence_curve(Target({AS_MEASURED: people()}, OTHERS, 0), [0.5, 0.0])
