from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.assays.harmonise.control_offsets import control_offsets
from stratify.assays.harmonise.offset_error import UNANCHORED_ERROR, VENDOR_ERROR
from stratify.assays.harmonise.reference_rows import reference_values
from stratify.assays.reader import read_assays

ASSAYS = [f"A{j}" for j in range(60)]


@pytest.mark.parametrize(("row_kind", "anchor"), [("bridge", "bridge"), ("control", "controls")])
def test_planted_offset_is_found_within_its_error(row_kind, anchor, batch):
    expected = reference_values(batch(0, kind=row_kind, noise=0.0))
    planted = np.random.default_rng(1).normal(0, 0.5, 60)
    z = []
    for seed in range(40):
        offset, error, kind = control_offsets(batch(100 + seed, offset=planted, kind=row_kind), expected)
        assert kind == anchor
        z.append((offset - planted) / error)
    assert np.std(z) == pytest.approx(1.0, abs=0.15)
    assert np.abs(np.mean(z)) < 0.1


def test_patients_play_no_part(batch):
    expected = reference_values(batch(0))
    new = batch(3, offset=0.4)
    first = control_offsets(new, expected)
    new.X[(new.obs["sample_type"] == "sample").to_numpy()] += 100
    second = control_offsets(new, expected)
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])


def test_one_bad_reference_row_does_little(batch):
    expected = reference_values(batch(0, noise=0.0))
    new = batch(3, noise=0.01)
    new.X[-1] += 10
    assert np.abs(control_offsets(new, expected)[0]).max() < 0.05


def test_bridges_come_before_controls(batch):
    both = batch(0)
    both.obs.loc[both.obs["control_name"].isin(["B3", "B4"]), "sample_type"] = "control"
    expected = reference_values(both)
    assert control_offsets(both, expected)[2] == "bridge"
    assert control_offsets(both[both.obs["sample_type"] != "bridge"], expected)[2] == "controls"


@pytest.mark.parametrize(
    ("normalization", "scale", "kind", "error"),
    [
        ("Intensity Normalized (v.2)", "NPX", "vendor", VENDOR_ERROR),
        ("Plate control", "NPX", "vendor", VENDOR_ERROR),
        ("", "NPX", "none", UNANCHORED_ERROR),
        ("Intensity Normalized (v.2)", "unknown", "none", UNANCHORED_ERROR),
    ],
)
def test_without_references_nothing_moves(normalization, scale, kind, error, batch):
    people = batch(0, names=())
    people.uns["stratify"] = {"scale": scale, "normalization": normalization}
    for expected in (reference_values(batch(0)), pd.DataFrame(columns=ASSAYS)):
        offset, spread, found = control_offsets(people, expected)
        assert found == kind
        assert (offset == 0).all()
        assert (spread == error).all()


def test_assay_without_a_reference_value_is_unanchored(batch):
    expected = reference_values(batch(0)).drop(columns="A3")
    offset, error, _ = control_offsets(batch(1, offset=0.3), expected)
    assert (offset[3], error[3]) == (0, UNANCHORED_ERROR)
    assert error.argmax() == 3


def test_single_reference_row_gets_a_finite_error(batch):
    expected = reference_values(batch(0)).loc[["B1"]]
    _, error, kind = control_offsets(batch(1), expected)
    assert kind == "bridge"
    assert (error == VENDOR_ERROR).all()


@pytest.mark.parametrize("seed", range(5))
def test_order_of_reference_rows_changes_no_bit(seed, batch):
    expected, new = reference_values(batch(0)), batch(seed, offset=0.3)
    shuffled = new[np.random.default_rng(seed).permutation(new.n_obs)]
    for ordered, other in zip(
        control_offsets(new, expected), control_offsets(shuffled, expected), strict=True
    ):
        np.testing.assert_array_equal(ordered, other)


@pytest.mark.parametrize(("row_kind", "anchor"), [("control", "vendor"), ("bridge", "bridge")])
def test_plates_that_the_vendor_levelled_by_intensity_lean_on_bridges_only(batch, row_kind, anchor):
    expected = reference_values(batch(0, kind=row_kind))
    new = batch(1, kind=row_kind, offset=0.9)
    new.uns["stratify"]["normalization"] = "Intensity Normalized (v.2)"
    offset, error, kind = control_offsets(new, expected)
    assert kind == anchor
    assert ((offset == 0) & (error == VENDOR_ERROR)).all() == (kind == "vendor")


def test_controls_of_real_intensity_normalised_plates_point_away_from_the_patients(data_dir):
    """Why: the patients' medians are level there, and the controls lie far apart by their own account."""
    cohort = read_assays(data_dir / "lvv_cohort1" / "Cohort1_INF&CDM_Raw.xlsx")
    cohort.uns["stratify"]["normalization"] = ""
    for panel, least in (("Cardiometabolic", 0.25), ("Inflammation", 0.8)):
        part = cohort[:, cohort.var["panel"] == panel]
        plate = part.obs[f"plate@{panel}"].astype(str)
        first, second = (part[(plate == name).to_numpy()].copy() for name in plate[plate != ""].unique())
        offset, error, kind = control_offsets(second, reference_values(first))
        people = [np.asarray(p.X)[(p.obs["sample_type"] == "sample").to_numpy()] for p in (first, second)]
        between = np.nanmedian(people[1], axis=0) - np.nanmedian(people[0], axis=0)
        assert kind == "controls"
        assert np.sqrt((offset**2).mean()) > least > 5 * np.sqrt((between**2).mean())
        assert np.sqrt((error**2).mean()) < 0.2
