from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.assays.harmonise.plate_centring import fit_plate_centring, plate_centre
from stratify.assays.harmonise.reference_rows import reference_values
from stratify.assays.reader import read_assays
from stratify.errors import HarmonisationError

THREE = ("P1", "P2", "P3")


def test_plates_are_centred_by_references_only(batch):
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


def test_centring_keeps_the_level_of_the_whole(batch):
    adata = batch(0, offset=[[0.5]], plates=("P1", "P2"))
    before, after = reference_values(adata), reference_values(plate_centre(adata))
    np.testing.assert_allclose(before, after)


def test_a_name_on_one_plate_only_is_not_used(batch):
    adata = batch(0, offset=[[0.0], [1.0]], plates=("P1", "P2"), noise=0.01)
    adata.obs["control_name"] = [
        n if n in ("", "B1") else f"{n} {p}" for n, p in adata.obs[["control_name", "plate"]].to_numpy()
    ]
    shift = (np.asarray(adata.X) - plate_centre(adata).X)[adata.obs["plate"] == "P2"]
    np.testing.assert_allclose(shift, 0.5, atol=0.05)


@pytest.mark.parametrize("plates", [("P1",), ("P1", "P2")])
def test_without_references_plates_stay_as_they_are(plates, batch):
    adata = batch(0, names=(), plates=plates)
    centred = plate_centre(adata)
    np.testing.assert_array_equal(centred.X, adata.X)
    assert centred.uns["stratify"]["plate_centring"] == {"Inflammation": "none"}


def test_missing_reference_level_moves_nothing_in_its_assay(batch):
    adata = batch(0, offset=[[0.0], [1.0]], plates=("P1", "P2"), names=("B1",))
    adata.X[20, 5] = np.nan
    moved = plate_centre(adata).X - adata.X
    assert (moved[:20, 5] == 0).all()
    assert (moved[:20, 6] != 0).all()


def test_plates_that_the_vendor_levelled_by_intensity_stay_as_they_are(batch):
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


def test_the_fitted_state_centres_like_the_function(batch, alone_as_in_company):
    adata = batch(0, offset=np.random.default_rng(2).normal(0, 0.5, (3, 60)), plates=THREE)
    fitted = fit_plate_centring(adata, on="bridge")
    np.testing.assert_array_equal(fitted.transform(adata).X, plate_centre(adata).X)
    alone_as_in_company(fitted, adata)


def test_the_remaining_error_is_that_of_the_offsets(batch):
    offsets = np.random.default_rng(2).normal(0, 0.5, (3, 60))
    truth, z = offsets - offsets.mean(axis=0), []
    for seed in range(40):
        fitted = fit_plate_centring(batch(seed, offset=offsets, plates=THREE), on="bridge")
        z.append((fitted.shift - truth) / fitted.error)
    assert np.std(z) == pytest.approx(1.0, abs=0.1)
    report = fitted.remaining_error()
    assert len(report) == 180
    assert set(report["rows"]) == {4}
    assert "bridge B1, B2, B3, B4 on all plates" in fitted.lines()[0]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"plates": ("P1",)}, "none for Inflammation"),
        ({"names": ()}, "none for Inflammation"),
        ({"kind": "control"}, "none for Inflammation"),
    ],
)
def test_plates_without_common_rows_are_refused(batch, change, found):
    with pytest.raises(HarmonisationError, match=found):
        fit_plate_centring(batch(0, **({"plates": THREE} | change)), on="bridge")


def test_a_sample_of_another_plate_is_refused(batch):
    fitted = fit_plate_centring(batch(0, plates=THREE), on="bridge")
    other = batch(0, plates=("P9",))[:2]
    with pytest.raises(HarmonisationError, match="another plate, or none, for S0_0, S0_1"):
        fitted.transform(other)


def test_each_panel_of_a_real_layout_has_its_own_plates(data_dir):
    adata = read_assays(data_dir / "lvv_cohort1" / "Cohort1_INF&CDM_Raw.xlsx")
    fitted = fit_plate_centring(adata)
    assert np.isfinite(fitted.rows).sum(axis=1).tolist() == [92] * 4
    centred = fitted.transform(adata)
    np.testing.assert_array_equal(np.isnan(centred.X), np.isnan(adata.X))
