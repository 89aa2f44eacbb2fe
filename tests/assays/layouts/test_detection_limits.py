from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stratify.assays.files.container import open_parts
from stratify.assays.formats.fixed_lod import read_fixed_lod
from stratify.assays.formats.npx_long import read_npx_long
from stratify.assays.layouts.detection_limits import (
    add_limits,
    fixed_limits,
    negative_control_limits,
    spread_limits,
)

REFERENCE = Path(__file__).parents[2] / "reference" / "limits"


def delivered(tmp_path, normalization, drop=()):
    """The simulated table, as a laboratory would deliver it under one of the two normalisations."""
    table = pd.read_csv(REFERENCE / "input.csv").drop(columns=list(drop))
    if normalization == "Plate control":
        known = table["NPX"].notna()
        table["NPX"] = table["PCNormalizedNPX"].where(known)
        table["Normalization"] = normalization
    table.sample(frac=1, random_state=0).to_csv(tmp_path / "npx.csv", index=False)
    adata = read_npx_long(open_parts(tmp_path / "npx.csv")[0])
    return adata[:, sorted(adata.var_names)].copy()


def published(adata, column):
    table = pd.read_csv(REFERENCE / "output.csv", skipinitialspace=True)
    wanted = table.pivot(index="SampleID", columns="OlinkID", values=column)
    return wanted.loc[adata.obs_names, adata.var_names].to_numpy(dtype=float)


def fixed_list():
    return read_fixed_lod(open_parts(REFERENCE / "fixed.csv")[0]).var


@pytest.mark.parametrize(
    ("normalization", "column"), [("Plate control", "nc_plate_control"), ("Intensity", "nc_intensity")]
)
def test_negative_controls_give_the_published_limits(tmp_path, normalization, column):
    adata = delivered(tmp_path, normalization)
    add_limits(adata)
    np.testing.assert_allclose(adata.layers["lod"], published(adata, column), rtol=0, atol=1e-9)
    assert adata.uns["stratify"]["limits"] == "negative controls: 4 of 4 assays"


@pytest.mark.parametrize(
    ("normalization", "column"), [("Plate control", "fixed_plate_control"), ("Intensity", "fixed_intensity")]
)
def test_fixed_list_gives_the_published_limits(tmp_path, normalization, column):
    adata = delivered(tmp_path, normalization)
    add_limits(adata, [fixed_list()])
    np.testing.assert_allclose(adata.layers["lod"], published(adata, column), rtol=0, atol=1e-9)
    assert adata.uns["stratify"]["limits"] == "fixed list: 4 of 4 assays"


def test_reads_decide_where_negative_controls_have_few(tmp_path):
    limits = negative_control_limits(delivered(tmp_path, "Intensity"))
    assert limits.by_count.tolist() == [False, True, False, True]
    assert limits.count[1] == 150  # twice the largest number would be less


def test_nine_negative_controls_are_too_few(tmp_path):
    adata = delivered(tmp_path, "Intensity")
    negative = np.flatnonzero(adata.obs["control_type"] == "negative")
    kept = np.setdiff1d(np.arange(adata.n_obs), negative[adata.obs["qc"].iloc[negative] == "pass"][9:])
    assert negative_control_limits(adata[kept].copy()) is None


def test_limits_of_another_lot_are_not_taken(tmp_path):
    adata = delivered(tmp_path, "Intensity")
    listed = fixed_list()[lambda var: var["analysis_reference"] == "D19999"]
    assert np.isnan(fixed_limits(adata.var, listed).npx).all()


def test_a_mixed_lot_has_no_limit(tmp_path):
    adata = delivered(tmp_path, "Intensity")
    adata.var["lot"] = ["D10007 | D10008", "D10007", "D20007", "D20007"]
    assert np.isnan(negative_control_limits(adata).npx).tolist() == [True, False, False, False]


def test_limits_stay_unknown_without_what_puts_them_on_scale(tmp_path):
    adata = delivered(tmp_path, "Intensity", drop=["PCNormalizedNPX"])
    assert negative_control_limits(adata) is None
    assert np.isnan(spread_limits(adata, fixed_limits(adata.var, fixed_list()))).all()
    counted = delivered(tmp_path, "Plate control", drop=["ExtNPX"])
    add_limits(counted, [fixed_list()])
    assert np.isfinite(counted.layers["lod"]).any(axis=0).tolist() == [True, False, True, False]


def test_delivered_limits_stay(tmp_path):
    adata = delivered(tmp_path, "Intensity")
    adata.layers["lod"] = np.full(adata.shape, 0.25)
    add_limits(adata, [fixed_list()])
    assert (adata.layers["lod"] == 0.25).all()
    assert "limits" not in adata.uns["stratify"]


def test_a_list_is_not_for_another_platform(tmp_path):
    adata = delivered(tmp_path, "Plate control")
    adata.uns["stratify"]["platform"] = "Olink Target 96"
    add_limits(adata, [fixed_list()])
    assert "lod" not in adata.layers
