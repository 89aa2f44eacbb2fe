from __future__ import annotations

import numpy as np
import pytest

from stratify.assays.checks.patients import Patients
from stratify.assays.checks.plates import shifted_plates


def items(table):
    return [item for finding in shifted_plates(Patients(table)) for item in finding.items]


def test_plates_at_random_are_not_named(make):
    assert [seed for seed in range(30) if items(make(seed=seed))] == []


@pytest.mark.parametrize("way", ["all up", "each its own way"])
def test_a_shifted_plate_is_named(make, way):
    table = make(180)
    offset = 0.6 if way == "all up" else 0.8 * np.random.default_rng(0).normal(size=80)
    table.X[(table.obs["plate"] == "P2").to_numpy()] += offset
    assert items(table) == ["P2"]


def test_panels_with_plates_of_their_own_are_judged_apart(make):
    table = make(180)
    table.obs["plate@Inflammation"] = table.obs["plate"]
    table.obs["plate@Neurology"] = np.random.default_rng(1).permutation(table.obs["plate"])
    on = (table.obs["plate@Neurology"] == "P3").to_numpy()
    table.X[np.ix_(on, np.arange(80) >= 40)] += 0.8
    assert items(table) == ["P3 (Neurology)"]


def test_a_group_on_a_plate_of_its_own_is_not_called_a_shift(make):
    table = make()
    table.obs["plate"] = np.where(table.obs["group"] == "AD", "P1", "P2")
    table.X[(table.obs["group"] == "AD").to_numpy()] += 1
    assert items(table) == []


def test_of_two_plates_nobody_can_say_which_is_off(make):
    table = make()
    table.obs["plate"] = np.where(np.arange(120) % 2, "P1", "P2")
    table.X[(table.obs["plate"] == "P1").to_numpy()] += 0.6
    assert items(table) == ["P1", "P2"]


@pytest.mark.parametrize("n", [1, 4])
def test_few_samples_do_not_tell(make, n):
    table = make(n)
    table.X[(table.obs["plate"] == "P1").to_numpy()] += 9
    assert items(table) == []


def test_a_table_without_plates(make):
    table = make()
    del table.obs["plate"]
    assert items(table) == []
