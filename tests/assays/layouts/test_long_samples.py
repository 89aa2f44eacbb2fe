from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.assays.layouts.long_samples import (
    constant_columns,
    describe_samples,
    place_samples,
    type_samples,
)
from stratify.errors import AssayFileError


def spots(*rows, **more):
    names = ["sample_id", "sample_type", "plate", "well", "panel", "qc"]
    return pd.DataFrame([list(row) + [""] * (6 - len(row)) for row in rows], columns=names).assign(**more)


def described(frame, **metadata):
    typed = type_samples(frame, "x.csv")
    row = place_samples(typed)
    return describe_samples(typed, row, np.ones(row.max() + 1, dtype=int), metadata, "x.csv")


def test_declared_types_and_kinds_of_controls():
    frame = spots(
        ("C1", "NEGATIVE_CONTROL"), ("C2", "PLATE_CONTROL"), ("C3", "SAMPLE_CONTROL"), ("S1", "SAMPLE")
    )
    obs = described(frame)
    assert obs["sample_type"].tolist() == ["control", "control", "control", "sample"]
    assert obs["control_type"].tolist() == ["negative", "plate", "sample", ""]
    assert obs["control_name"].tolist() == ["Negative control", "C2", "C3", ""]


def test_a_sample_that_is_also_a_control_is_refused():
    with pytest.raises(AssayFileError, match="sample S1 has several"):
        type_samples(spots(("S1", "SAMPLE"), ("S1", "PLATE_CONTROL", "P1")), "x.csv")


def test_wells_of_a_control_are_rows_in_the_order_of_their_plates():
    frame = spots(
        ("IPC", "CONTROL", "P2", "A1", "Inflammation"),
        ("S1", "SAMPLE", "P1", "B1", "Inflammation"),
        ("IPC", "CONTROL", "P1", "A2", "Inflammation"),
        ("IPC", "CONTROL", "P1", "A1", "Inflammation"),
        ("IPC", "CONTROL", "N1", "A1", "Neurology"),
        ("S1", "SAMPLE", "N1", "B1", "Neurology"),
    )
    assert place_samples(type_samples(frame, "x.csv")).tolist() == [2, 3, 1, 0, 0, 3]
    obs = described(frame)
    assert obs[["plate", "well"]].to_numpy().tolist() == [
        ["P1 | N1", "A1"],
        ["P1", "A2"],
        ["P2", "A1"],
        ["P1 | N1", "B1"],
    ]
    assert set(obs.index) == {"IPC", "IPC #2", "IPC #3", "S1"}
    assert set(obs["control_name"]) == {"IPC", ""}


def test_order_of_spots_changes_nothing():
    rows = [
        (name, kind, plate, "", panel, "pass")
        for name, kind in (("IPC", "CONTROL"), ("S1", "SAMPLE"))
        for plate, panel in (("P1", "A"), ("P2", "A"), ("N1", "B"))
        if name == "IPC" or plate != "P2"
    ]
    straight, turned = described(spots(*rows)), described(spots(*rows[::-1]))
    pd.testing.assert_frame_equal(turned.loc[straight.index, straight.columns], straight)


def test_verdicts_and_plates_by_panel():
    frame = spots(
        ("S1", "", "P1", "", "A", "Pass"),
        ("S1", "", "P1", "", "A", "Warning"),
        ("S1", "", "N1", "", "B", "Pass"),
        ("S2", "", "P1", "", "A", "PASS"),
    )
    obs = described(frame)
    assert obs["qc"].tolist() == ["warn", "pass"]
    assert obs["qc@A"].tolist() == ["warn", "pass"]
    assert obs["qc@B"].tolist() == ["pass", ""]
    assert obs["plate"].tolist() == ["P1 | N1", "P1"]


def test_columns_that_vary_within_a_row_are_told_apart():
    frame = spots(("S1", "", "P1", "", "A"), ("S1", "", "N1", "", "B"), Gender=["F", "F"], Batch=["1", "2"])
    assert constant_columns(frame, np.array([0, 0]), ["Batch", "Gender", "Gone"]) == ["Gender"]
    assert described(frame.drop(columns="Batch"))["sex"].tolist() == ["F"]


def test_the_matrix_that_the_file_states():
    assert described(spots(("S1",), ("IPC 1",)), SampleMatrix="EDTA Plasma")["matrix"].tolist() == [
        "EDTA",
        "",
    ]
    assert "matrix" not in described(spots(("S1",)), SampleMatrix="other")


def test_a_row_without_an_id_is_refused():
    with pytest.raises(AssayFileError, match="without a sample id"):
        described(spots(("S1",), ("",)))
