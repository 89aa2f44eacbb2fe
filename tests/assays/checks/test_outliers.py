from __future__ import annotations

import numpy as np
import pytest

from stratify.assays.checks.outliers import outlying_samples
from stratify.assays.checks.patients import Patients

LEVEL, PATTERN = "outlier-sample", "outlier-profile"


def items(code, table):
    found = outlying_samples(Patients(table))
    return [item for finding in found if finding.code == code for item in finding.items]


def test_far_in_level_and_far_in_spread(make):
    table = make()
    table.X[3] += 4
    table.X[5] += np.random.default_rng(0).normal(size=80) * 4
    assert items(LEVEL, table) == ["S3", "S5"]


def test_a_sample_on_one_panel_only_is_compared_on_that_panel(make):
    table = make()
    table.X[:, :40] += 9
    table.X[4, :40] = np.nan
    assert items(LEVEL, table) == []


def test_a_pattern_unlike_the_others_at_the_usual_level_and_spread(make):
    hits = 0
    for seed in range(8):
        table = make(seed=seed, noise=0.1)
        middle = np.median(table.X, axis=0)
        table.X[7] = middle + np.random.default_rng(seed).permutation(table.X[7] - middle)
        hits += items(PATTERN, table) == ["S7"]
        assert "S7" not in items(LEVEL, table)
    assert hits >= 7


def test_a_sample_is_named_once(make):
    table = make()
    table.X[9] = np.random.default_rng(1).permutation(table.X[9])
    assert items(LEVEL, table) == ["S9"]
    assert items(PATTERN, table) == []


@pytest.mark.parametrize("code", [LEVEL, PATTERN])
def test_false_alarms_are_few(make, code):
    assert sum(bool(items(code, make(seed=seed))) for seed in range(30)) <= 3


@pytest.mark.parametrize("p", [4, 8, 10, 12])
def test_false_alarms_are_few_in_tables_of_few_assays(make, p):
    assert sum(bool(items(PATTERN, make(p=p, seed=seed))) for seed in range(30)) <= 3


@pytest.mark.parametrize("code", [LEVEL, PATTERN])
@pytest.mark.parametrize("n", [1, 5])
def test_few_samples_do_not_tell(make, code, n):
    table = make(n)
    table.X[0] += 50
    assert items(code, table) == []


def test_a_silent_sample_is_no_outlier(make):
    table = make()
    table.X[2] = np.nan
    assert items(LEVEL, table) == items(PATTERN, table) == []
