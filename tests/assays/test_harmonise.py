from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from stratify.assays.harmonise import (
    UNANCHORED_ERROR,
    VENDOR_ERROR,
    control_offsets,
    plate_centre,
    reference_values,
)
from stratify.assays.reader import read_assays

ASSAYS = [f"A{j}" for j in range(60)]


def batch(
    seed, *, offset=0.0, plates=("P1",), kind="bridge", names=("B1", "B2", "B3", "B4"), noise=0.1, people=20
):
    """Samples and references of known level; each plate shifted by its own offset."""
    rng = np.random.default_rng(seed)
    world = np.random.default_rng(7)
    level, of_name = world.normal(5, 2, 60), {name: world.normal(0, 1, 60) for name in names}
    rows, obs = [], []
    for p, plate in enumerate(plates):
        shift = np.broadcast_to(offset, (len(plates), 60))[p]
        for i in range(people):
            rows.append(level + rng.normal(0, 1, 60) + shift)
            obs.append((f"S{p}_{i}", "sample", "", plate))
        for name in names:
            rows.append(level + of_name[name] + rng.normal(0, noise, 60) + shift)
            obs.append((f"{name} on {plate}", kind, name, plate))
    table = pd.DataFrame(obs, columns=["sample_id", "sample_type", "control_name", "plate"]).set_index(
        "sample_id", drop=False
    )
    adata = AnnData(np.array(rows), table.rename_axis(None), pd.DataFrame({"panel": "Inflammation"}, ASSAYS))
    adata.layers["lod"] = np.broadcast_to(level - 3, adata.shape).copy()
    adata.uns["stratify"] = {"scale": "NPX", "normalization": ""}
    return adata


@pytest.mark.parametrize(("row_kind", "anchor"), [("bridge", "bridge"), ("control", "controls")])
def test_planted_offset_is_found_within_its_error(row_kind, anchor):
    expected = reference_values(batch(0, kind=row_kind, noise=0.0))
    planted = np.random.default_rng(1).normal(0, 0.5, 60)
    z = []
    for seed in range(40):
        offset, error, kind = control_offsets(batch(100 + seed, offset=planted, kind=row_kind), expected)
        assert kind == anchor
        z.append((offset - planted) / error)
    assert np.std(z) == pytest.approx(1.0, abs=0.15)
    assert np.abs(np.mean(z)) < 0.1


def test_patients_play_no_part():
    expected = reference_values(batch(0))
    new = batch(3, offset=0.4)
    first = control_offsets(new, expected)
    new.X[(new.obs["sample_type"] == "sample").to_numpy()] += 100
    second = control_offsets(new, expected)
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])


def test_one_bad_reference_row_does_little():
    expected = reference_values(batch(0, noise=0.0))
    new = batch(3, noise=0.01)
    new.X[-1] += 10
    assert np.abs(control_offsets(new, expected)[0]).max() < 0.05


def test_bridges_come_before_controls():
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
def test_without_references_nothing_moves(normalization, scale, kind, error):
    people = batch(0, names=())
    people.uns["stratify"] = {"scale": scale, "normalization": normalization}
    for expected in (reference_values(batch(0)), pd.DataFrame(columns=ASSAYS)):
        offset, spread, found = control_offsets(people, expected)
        assert found == kind
        assert (offset == 0).all()
        assert (spread == error).all()


def test_assay_without_a_reference_value_is_unanchored():
    expected = reference_values(batch(0)).drop(columns="A3")
    offset, error, _ = control_offsets(batch(1, offset=0.3), expected)
    assert (offset[3], error[3]) == (0, UNANCHORED_ERROR)
    assert error.argmax() == 3


def test_single_reference_row_gets_a_finite_error():
    expected = reference_values(batch(0)).loc[["B1"]]
    _, error, kind = control_offsets(batch(1), expected)
    assert kind == "bridge"
    assert (error == VENDOR_ERROR).all()


def test_negative_controls_tell_nothing():
    adata = batch(0, kind="control", names=("Neg 1", "IPC 1"))
    assert reference_values(adata).index.tolist() == ["IPC 1"]


def test_plates_are_centred_by_references_only():
    offsets = np.random.default_rng(2).normal(0, 0.5, (3, 60))
    adata = batch(0, offset=offsets, plates=("P1", "P2", "P3"), noise=0.02)
    adata.X[:20] += 50.0
    centred = plate_centre(adata)
    removed = np.asarray(adata.X) - np.asarray(centred.X)
    plate = adata.obs["plate"].map({"P1": 0, "P2": 1, "P3": 2}).to_numpy()
    np.testing.assert_allclose(removed, (offsets - offsets.mean(0))[plate], atol=0.05)
    np.testing.assert_allclose(adata.layers["lod"] - centred.layers["lod"], removed)
    assert centred.uns["stratify"]["plate_centring"] == {"Inflammation": "bridge"}
    assert "plate_centring" not in adata.uns["stratify"]


def test_centring_keeps_the_level_of_the_whole():
    adata = batch(0, offset=[[0.5]], plates=("P1", "P2"))
    before, after = reference_values(adata), reference_values(plate_centre(adata))
    np.testing.assert_allclose(before, after)


def test_a_name_on_one_plate_only_is_not_used():
    adata = batch(0, offset=[[0.0], [1.0]], plates=("P1", "P2"), noise=0.01)
    adata.obs["control_name"] = [
        n if n in ("", "B1") else f"{n} {p}" for n, p in adata.obs[["control_name", "plate"]].to_numpy()
    ]
    shift = (np.asarray(adata.X) - plate_centre(adata).X)[adata.obs["plate"] == "P2"]
    np.testing.assert_allclose(shift, 0.5, atol=0.05)


@pytest.mark.parametrize("plates", [("P1",), ("P1", "P2")])
def test_without_references_plates_stay_as_they_are(plates):
    adata = batch(0, names=(), plates=plates)
    centred = plate_centre(adata)
    np.testing.assert_array_equal(centred.X, adata.X)
    assert centred.uns["stratify"]["plate_centring"] == {"Inflammation": "none"}


def test_missing_reference_level_moves_nothing_in_its_assay():
    adata = batch(0, offset=[[0.0], [1.0]], plates=("P1", "P2"), names=("B1",))
    adata.X[20, 5] = np.nan
    moved = plate_centre(adata).X - adata.X
    assert (moved[:20, 5] == 0).all()
    assert (moved[:20, 6] != 0).all()


def test_plates_that_the_vendor_levelled_by_intensity_stay_as_they_are():
    adata = batch(3, offset=[[0.0], [1.0]], plates=("P1", "P2"))
    assert (plate_centre(adata).X != adata.X).any()
    adata.uns["stratify"]["normalization"] = "Intensity Normalized (v.2)"
    assert (plate_centre(adata).X == adata.X).all()


def test_real_intensity_normalised_profiles_gain_no_spread(data_dir):
    adata = read_assays(data_dir / "lvv_cohort1" / "Cohort1_INF&CDM_Raw.xlsx")
    np.testing.assert_array_equal(plate_centre(adata).X, adata.X)


def test_the_panels_of_a_real_layout_are_centred_each_on_their_own_controls(data_dir):
    adata = read_assays(data_dir / "lvv_cohort1" / "Cohort1_INF&CDM_Raw.xlsx")
    adata.uns["stratify"]["normalization"] = ""  # as if the vendor had not levelled the plates
    centred = plate_centre(adata)
    assert centred.uns["stratify"]["plate_centring"] == {
        "Cardiometabolic": "controls",
        "Inflammation": "controls",
    }

    def distance(table):
        rows = table.obs["control_name"].str.startswith("IPC")
        columns = table.var["panel"] == "Cardiometabolic"
        plate = table.obs.loc[rows, "plate@Cardiometabolic"]
        means = pd.DataFrame(table[rows, columns].X, plate.index).groupby(plate.where(plate != "")).mean()
        return float(np.abs(means.diff().iloc[-1]).median())

    assert distance(centred) < distance(adata)


@pytest.mark.parametrize("seed", range(5))
def test_order_of_reference_rows_changes_no_bit(seed):
    expected, new = reference_values(batch(0)), batch(seed, offset=0.3)
    shuffled = new[np.random.default_rng(seed).permutation(new.n_obs)]
    for ordered, other in zip(
        control_offsets(new, expected), control_offsets(shuffled, expected), strict=True
    ):
        np.testing.assert_array_equal(ordered, other)
