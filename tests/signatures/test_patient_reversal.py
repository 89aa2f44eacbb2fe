from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.signatures.drug_signatures import drug_signatures
from stratify.signatures.patient_reversal import (
    COLUMNS,
    LITTLE,
    deviations,
    healthy_deviations,
    reverse_patients,
)
from stratify.signatures.patients import patients_of

PAIR = {"case": "MDD", "control": "HC"}


def drugs(bound=()):
    rows = [
        {"drug": name, "gene": f"GENE{i}", "direction": direction}
        for name, direction in (("right", "down"), ("wrong", "up"))
        for i in range(10)
    ]
    return drug_signatures(pd.DataFrame(rows), pd.DataFrame({"drug": "right", "gene": list(bound)}))


@pytest.fixture(scope="module")
def patients(make_people):
    shift = np.zeros(60)
    shift[:10] = 3.5
    return patients_of(make_people(shifts={"MDD": shift}), ["MDD", "HC"])


def test_a_patients_proteins_are_moved_back(patients):
    table = reverse_patients(patients, **PAIR, drugs=drugs())
    assert list(table) == list(COLUMNS)
    assert len(table) == 25 * 2
    right, wrong = (table[table["drug"] == name].reset_index() for name in ("right", "wrong"))
    assert (right["n_towards"] >= 3).mean() > 0.9
    assert right["above_healthy"].median() == 1.0
    assert "above all 32 healthy people" in set(right["verdict"])
    assert (wrong["n_towards"] <= 1).all()
    assert wrong["above_healthy"].dropna().max() <= 0.5
    assert (right["n_abnormal"] == wrong["n_abnormal"]).all()
    assert not [name for name in table if name.startswith("p_")]


def test_healthy_people_are_outside_as_often_as_promised(make_people):
    shares = [
        healthy_deviations(patients_of(make_people(seed), ["MDD", "HC"]).levels[25:]).outside.mean()
        for seed in range(10)
    ]
    assert np.mean(shares) == pytest.approx(0.05, abs=0.01)


def test_people_like_healthy_people_have_too_little(make_people):
    table = reverse_patients(patients_of(make_people(), ["MDD", "HC"]), **PAIR, drugs=drugs())
    assert (table["verdict"] == LITTLE).mean() > 0.8
    assert table.loc[table["verdict"] == LITTLE, "above_healthy"].isna().all()


def test_deviations_are_shrunken_and_gaps_are_nought(patients):
    healthy = patients.levels[patients.of("HC")]
    people = patients.levels[patients.of("MDD")].copy()
    people[0, :3] = np.nan
    found = deviations(people, healthy)
    raw = (people - healthy.mean(axis=0)) / healthy.std(axis=0, ddof=1)
    known = np.isfinite(raw)
    assert (np.abs(found.shrunken[known]) <= np.abs(raw[known])).all()
    assert (found.shrunken[0, :3] == 0).all()
    assert not found.outside[0, :3].any()


def test_a_healthy_reference_without_spread_or_people_says_nothing():
    found = deviations(np.array([[9.0, 9.0]]), np.array([[1.0, np.nan]] * 5))
    assert not found.outside.any()
    assert (found.shrunken == 0).all()


def test_targets_are_left_out_and_order_changes_nothing(patients):
    bound = [f"GENE{i}" for i in range(8)]
    table = reverse_patients(patients, **PAIR, drugs=drugs(bound))
    right = table[table["drug"] == "right"]
    assert (right["n_shared"] == 2).all()
    assert (right["verdict"] == LITTLE).all()
    again = reverse_patients(patients, **PAIR, drugs=[*drugs(bound)[::-1], *drugs(bound)])
    pd.testing.assert_frame_equal(table, again)


def test_each_patient_stands_alone(patients):
    table = reverse_patients(patients, **PAIR, drugs=drugs())
    name = patients.ids[patients.of("MDD")][4]
    keep = patients.of("HC") | (patients.ids == name)
    fewer = type(patients)(
        patients.levels[keep],
        patients.groups[keep],
        patients.ids[keep],
        patients.covariates[keep],
        patients.assays,
        patients.obs[keep],
    )
    alone = reverse_patients(fewer, **PAIR, drugs=drugs())
    pd.testing.assert_frame_equal(alone, table[table["patient_id"] == name].reset_index(drop=True))
