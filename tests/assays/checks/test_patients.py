from __future__ import annotations

import numpy as np
import pytest

from stratify.assays.checks.patients import Patients


def test_only_patients_are_seen(make):
    table = make(6)
    table.obs["sample_type"] = ["sample", "control", "sample", "bridge", "sample", "sample"]
    people = Patients(table)
    assert (people.n, people.ids.tolist()) == (4, ["S0", "S2", "S4", "S5"])
    np.testing.assert_array_equal(people.levels, table.X[[0, 2, 4, 5]])
    assert people.lod.shape == people.standard.shape == (4, 80)
    assert people.named(np.array([True, False, False, True])) == ("S0", "S5")
    assert people.assays(np.arange(80) == 3) == ("A3",)


def test_words_are_empty_where_nothing_is_known(make):
    table = make(4)
    table.obs["group"] = ["AD", None, np.nan, ""]
    table.obs["age"] = [30.0, np.nan, 40.0, 50.0]
    people = Patients(table)
    assert people.column("group").tolist() == ["AD", "", "", ""]
    assert people.column("age").tolist() == ["30.0", "", "40.0", "50.0"]
    assert people.column("site").tolist() == [""] * 4
    assert people.described("panel").tolist() == ["Inflammation"] * 40 + ["Neurology"] * 40
    assert people.described("lot").tolist() == [""] * 80


@pytest.mark.filterwarnings("error")
def test_a_table_without_limits_or_facts_can_be_looked_at(make):
    table = make(3)
    del table.layers["lod"], table.uns["stratify"]
    people = Patients(table)
    assert people.lod is None
    assert dict(people.facts) == {}
    assert people.quartiles.shape == (3, 80)
