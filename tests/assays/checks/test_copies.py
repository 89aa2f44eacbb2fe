from __future__ import annotations

import numpy as np
import pytest

from stratify.assays.checks.copies import copied_controls, copied_profiles
from stratify.assays.checks.patients import Patients


def items(table):
    return {item for finding in copied_profiles(Patients(table)) for item in finding.items}


def plant(table, *, noise=0.0, source=3, copy=50, seed=0):
    table.X[copy] = table.X[source] + noise * np.random.default_rng(seed).normal(size=table.n_vars)


def test_a_copy_with_another_id(make):
    table = make()
    plant(table)
    assert items(table) == {"S3", "S50"}


def test_a_control_well_that_was_written_twice(make):
    table = make(6)
    table.obs["sample_type"] = ["sample", "sample", "control", "control", "control", "bridge"]
    table.X[1] = table.X[0]
    table.X[4, 5:] = table.X[2, 5:]
    assert copied_controls(Patients(table))[0].items == ()
    table.X[4] = table.X[2]
    (finding,) = copied_controls(Patients(table))
    assert (finding.code, finding.items) == ("near-duplicate", ("S2", "S4"))


def test_a_tube_that_was_measured_twice(make):
    hits = 0
    for seed in range(10):
        table = make(seed=seed)
        plant(table, noise=0.16, seed=seed)
        hits += items(table) == {"S3", "S50"}
    assert hits >= 9


@pytest.mark.parametrize("missing", [0.1, 0.4])
def test_a_copy_among_missing_levels(make, missing):
    table = make()
    table.X[np.random.default_rng(0).random(table.shape) < missing] = np.nan
    plant(table)
    assert items(table) == {"S3", "S50"}


def test_several_copies_of_one_profile(make):
    table = make()
    for copy in (50, 51, 52):
        plant(table, copy=copy)
    assert items(table) == {"S3", "S50", "S51", "S52"}


def test_two_rows_alone_are_copies_only_if_equal(make):
    table = make(2)
    assert items(table) == set()
    plant(table, source=0, copy=1, noise=1e-9)
    assert items(table) == set()
    plant(table, source=0, copy=1)
    assert items(table) == {"S0", "S1"}


def test_visits_of_one_patient_may_be_alike_but_not_equal(make):
    table = make()
    table.obs["patient_id"] = [f"P{i}" for i in range(120)]
    table.obs.loc["S50", "patient_id"] = "P3"
    plant(table, noise=0.1)
    assert items(table) == set()
    plant(table)
    assert items(table) == {"S3", "S50"}


def test_nobody_s_profile_is_a_copy_by_chance(make):
    assert [seed for seed in range(30) if items(make(seed=seed))] == []


def test_two_samples_of_one_real_cohort_are_one_profile(data_dir):
    from stratify.assays.reader import read_assays

    table = read_assays(data_dir / "ciim_hannover" / "ciim_hannover_healthy_vs_convalescent.csv.gz")
    assert items(table) == {"TK_38", "TK_39"}
