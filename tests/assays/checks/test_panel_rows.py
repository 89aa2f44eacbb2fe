from __future__ import annotations

import numpy as np
import pytest

from stratify.assays.checks.panel_rows import exchanged_panel_rows
from stratify.assays.checks.patients import Patients

PANEL = np.arange(80) < 40


def items(table):
    return {item for finding in exchanged_panel_rows(Patients(table)) for item in finding.items}


def exchange(table, *pairs):
    for i, j in pairs:
        rows = table.X[[j, i]]
        table.X[np.ix_([i, j], PANEL)] = rows[:, PANEL]


def test_rows_of_one_panel_that_were_exchanged(make):
    hits, others = 0, 0
    for seed in range(8):
        table = make(seed=seed)
        exchange(table, (3, 9), (20, 40))
        named = {"S3", "S9", "S20", "S40"}
        hits += len(items(table) & named)
        others += len(items(table) - named)
    assert hits >= 20  # of 32
    assert others <= 2


def test_rows_in_order_are_left_alone(make):
    assert sum(bool(items(make(seed=seed))) for seed in range(30)) <= 3


@pytest.mark.parametrize("fault", ["unrelated panels", "one panel", "few samples"])
def test_nothing_is_said_where_it_cannot_be_judged(make, fault):
    table = make(30 if fault == "few samples" else 120)
    exchange(table, (3, 9))
    if fault == "unrelated panels":
        table.X[:, PANEL] = np.random.default_rng(0).normal(size=(120, 40))
    if fault == "one panel":
        table.var["panel"] = "Inflammation"
    assert items(table) == set()


def test_real_panels_are_in_order_and_an_exchange_is_seen(data_dir):
    from stratify.assays.reader import read_assays

    table = read_assays(data_dir / "lvv_cohort1" / "Cohort1_INF&CDM_Raw.xlsx")
    assert items(table) == set()
    people = np.flatnonzero(Patients(table).rows)
    rows = np.random.default_rng(0).choice(people, 8, replace=False)
    columns = np.flatnonzero(table.var["panel"] == "Inflammation")
    table.X[np.ix_(rows, columns)] = table.X[np.ix_(rows[[1, 0, 3, 2, 5, 4, 7, 6]], columns)]
    assert len(items(table) & set(table.obs_names[rows])) >= 3
