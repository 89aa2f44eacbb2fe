from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.assays.checks.patients import Patients
from stratify.assays.checks.storage import drifting_assays


def items(table):
    return [item for finding in drifting_assays(Patients(table)) for item in finding.items]


def years(n, seed=0):
    return np.random.default_rng(seed).uniform(0, 8, n)


@pytest.mark.parametrize("column", ["freezer_time", "collection_datetime"])
def test_assays_that_fade_in_the_freezer(make, column):
    table = make()
    time = years(120)
    table.X[:, [4, 7]] -= 0.3 * time[:, None]
    dates = pd.Timestamp("2026-01-01") - pd.to_timedelta(365 * time, unit="D")
    table.obs[column] = time if column == "freezer_time" else dates.strftime("%Y-%m-%d")
    table.obs.iloc[:3, table.obs.columns.get_loc(column)] = np.nan
    found = items(table)
    assert {"A4", "A7"} <= set(found)
    assert len(found) <= 4


def test_groups_of_other_ages_are_no_drift(make):
    table = make()
    sick = (table.obs["group"] == "AD").to_numpy()
    table.X[sick] += 2
    table.obs["freezer_time"] = years(120) / 8 + 5 * sick
    assert items(table) == []


def test_false_alarms_are_few(make):
    alarms = 0
    for seed in range(60):
        table = make(seed=seed)
        table.obs["freezer_time"] = years(120, seed)
        alarms += bool(items(table))
    assert alarms <= 8


@pytest.mark.parametrize("value", [np.nan, 3.0])
def test_one_time_for_all_tells_nothing(make, value):
    table = make()
    table.obs["freezer_time"] = value
    assert drifting_assays(Patients(table)) == []
