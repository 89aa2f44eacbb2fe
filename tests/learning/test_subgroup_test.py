"""A subgroup against the rival that everyone shifts."""

from __future__ import annotations

import numpy as np

from stratify.learning.prevalence import AS_MEASURED, FALL_ADDED, RISE_OFF, Target
from stratify.learning.skew_mixture import Others
from stratify.learning.subgroup_test import SubgroupTest, subgroup_test

OTHERS = Others(0.2, 12.0, 0.3)


def told(share, size=0.8, n=100, seed=0, shift=0.0):
    rng = np.random.default_rng(seed)
    x = shift + 0.2 * rng.normal(size=n) + size * (np.arange(n) < share * n)
    return subgroup_test(Target({AS_MEASURED: x}, OTHERS, 0), draws=39, seed=seed)


def test_a_clear_subgroup_is_told_apart():
    found = told(0.25)
    assert (found.preferred, found.told_apart, found.p_value) == ("subgroup", True, 1 / 40)
    assert found.power > 0.5


def test_a_common_shift_is_no_subgroup():
    found = [told(0.0, shift=0.15, seed=seed) for seed in range(6)]
    assert sum(one.told_apart for one in found) <= 1
    assert sum(one.preferred == "everyone shifts" for one in found) >= 4


def test_few_people_can_not_tell():
    assert told(0.25, n=100).power > told(0.25, n=12).power + 0.2


def test_the_worst_treatment_of_a_leak_counts():
    rng = np.random.default_rng(1)
    x = 0.2 * rng.normal(size=100) + 0.8 * (np.arange(100) < 25)
    undone = x - 0.8 * (np.arange(100) < 25)
    found = subgroup_test(Target({AS_MEASURED: x, RISE_OFF: undone, FALL_ADDED: x}, OTHERS, 0), draws=39)
    assert found.statistic > 4
    assert not found.told_apart


def test_the_same_seed_gives_the_same_answer():
    assert told(0.1, seed=3) == told(0.1, seed=3)
    assert SubgroupTest(3.9, 0.2, 0.1, 39).preferred == "everyone shifts"
