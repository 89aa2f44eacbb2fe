from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from anndata import AnnData

from stratify.assays.sample_names import (
    is_ambiguous,
    is_negative_control,
    patient_rows,
    row_names,
    sample_types,
)
from stratify.errors import AssayFileError

FILE = Path("plate.xlsx")


@pytest.mark.parametrize(
    "name",
    [
        "IPC 1",
        "Plate control 2",
        "Inter-plate Control",
        "CONTROL_SAMPLE_AS 1",
        "Sample control 1",
        "Negative control 3",
    ],
)
def test_laboratory_controls_are_told_apart(name):
    assert sample_types([name]).tolist() == ["control"]


@pytest.mark.parametrize("name", ["T8", "Control 7", "NEG001", "PC3", "POSITIVE_4", "IPCA17", "HC1", "SCZ12"])
def test_people_stay_people(name):
    assert sample_types([name]).tolist() == ["sample"]


def test_short_codes_need_a_plain_control_in_the_file():
    assert sample_types(["PP1", "Neg 1", "T1"]).tolist() == ["sample"] * 3
    assert sample_types(["PP1", "Neg 1", "T1", "IPC 1"]).tolist() == [
        "control",
        "control",
        "sample",
        "control",
    ]


def test_a_series_of_normal_controls_is_people():
    names = ["IPC 1", *(f"NC{i}" for i in range(1, 36))]
    assert sample_types(names).tolist() == ["control"] + ["sample"] * 35


def test_what_the_file_declares_wins():
    declared = ["SAMPLE", "bridge", "", "PLATE_CONTROL"]
    assert sample_types(["IPC 1", "S2", "Bridge 2", "S4"], declared).tolist() == [
        "sample",
        "bridge",
        "bridge",
        "control",
    ]


def test_controls_repeat_and_people_do_not():
    assert row_names(["IPC 1", "IPC 1", "IPC 1"], ["control"] * 3, FILE) == ["IPC 1", "IPC 1 #2", "IPC 1 #3"]
    with pytest.raises(AssayFileError, match=r"more than one row for S1"):
        row_names(["S1", "S2", "S1"], ["sample"] * 3, FILE)
    with pytest.raises(AssayFileError, match="without a sample id"):
        row_names(["S1", ""], ["sample"] * 2, FILE)


def test_names_that_may_mislead():
    assert is_ambiguous("Control_12")
    assert not is_ambiguous("Controlled-1")
    assert all(map(is_ambiguous, ("QC1", "Blank", "Std 3", "Calibrator_2", "Buffer")))
    assert not any(map(is_ambiguous, ("Stdy1", "Q1", "Blanka")))
    assert is_negative_control("Neg 1")
    assert is_negative_control("NC 2")
    assert not is_negative_control("PP1")


def test_patients_rows_are_those_that_are_samples():
    adata = AnnData(obs=pd.DataFrame({"sample_type": ["sample", "control", "bridge"]}, index=["a", "b", "c"]))
    assert patient_rows(adata).tolist() == [True, False, False]
    del adata.obs["sample_type"]
    assert patient_rows(adata).all()
