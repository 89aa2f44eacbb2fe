from __future__ import annotations

import pandas as pd
import pytest

from stratify.assays.checks.patients import Patients
from stratify.assays.checks.people import (
    clinical_conflicts,
    groups_of_samples,
    matrices_of_samples,
    patients_of_samples,
)
from stratify.assays.clinical import join_clinical


def found(look, table):
    return {finding.code: finding.items for finding in look(Patients(table)) if finding.items}


def test_patients_that_repeat_and_that_are_not_known(make):
    table = make(6)
    table.obs["patient_id"] = ["P1", "P1", "P2", "", "", "P3"]
    assert found(patients_of_samples, table) == {"repeated-patient": ("S0", "S1"), "no-patient": ("S3", "S4")}
    table.obs["patient_id"] = ""
    assert found(patients_of_samples, table) == {}


def test_a_sample_without_a_group(make):
    table = make(6)
    assert found(groups_of_samples, table) == {}
    table.obs["group"] = ["AD", "HC", "", "AD", "HC", "AD"]
    assert found(groups_of_samples, table) == {"no-group": ("S2",)}
    table.obs["clinical diagnosis"] = ["AD", "HC", "HC", "AD", "HC", "AD"]
    assert found(groups_of_samples, table) == {}


def test_a_column_that_gives_a_group_to_a_sample_without_one(make):
    table = make(6)
    table.obs["group"] = ["AD", "HC", "", "AD", "HC", "AD"]
    table.obs["coded"] = [1.0, 0.0, 0.0, 1.0, 0.0, 1.0]
    assert found(groups_of_samples, table)["group-conflict"] == ("S2",)
    table.obs["coded"] = [1.0, 0.0, None, 1.0, 0.0, 1.0]
    assert "group-conflict" not in found(groups_of_samples, table)
    table.obs["coded"] = [1.0, 0.0, 0.0, 0.0, 0.0, 1.0]
    assert "group-conflict" not in found(groups_of_samples, table)


def test_matrices(make):
    table = make(6)
    assert found(matrices_of_samples, table) == {}
    table.obs["matrix"] = ["serum", "serum", "EDTA", "", "serum", "citrate"]
    assert found(matrices_of_samples, table) == {
        "undeclared-matrix": ("S3",),
        "mixed-matrix": ("S2", "S5"),
    }


def test_clinical_tables_that_contradict_each_other(make):
    table = make(4)
    first = pd.DataFrame({"sample_id": ["S0", "S1", "S2"], "Sex": ["F", "M", ""], "Age": [30, 40, 50]})
    second = pd.DataFrame(
        {"sample_id": ["S2", "S1", "S3"], "Gender": ["male", "female", "f"], "Age": [50, 41, 20]}
    )
    joined = join_clinical(table, [first, second])[0]
    findings = [finding for finding in clinical_conflicts(Patients(joined)) if finding.items]
    assert [(f.code, f.items, "'sex'" in f.remedy, "'age'" in f.remedy) for f in findings] == [
        ("clinical-conflict", ("S1",), True, False),
        ("clinical-conflict", ("S1",), False, True),
    ]


@pytest.mark.parametrize("order", [1, -1])
def test_undiagnosed_rows_of_a_real_cohort_are_named(data_dir, order):
    from stratify.assays.reader import read_assays

    folder = data_dir / "alzheimer_csf"
    table = read_assays(folder / "proteome.csv")
    joined = join_clinical(table, [folder / "meta.csv", folder / "clinic_ml.csv"][::order])[0]
    names = found(groups_of_samples, joined)
    assert len(names["no-group"]) == 13
    assert names["group-conflict"] == names["no-group"]
