"""Every delivered file of the real data sets, as it lies there: its format, and what is in it."""

from __future__ import annotations

import numpy as np
import pytest

from stratify.assays.formats.h5ad import FORMAT as H5AD
from stratify.assays.reader import join_parts, read_parts
from stratify.assays.sample_names import patient_rows
from stratify.errors import AssayFileError

# file: formats of its parts, patients' samples, controls, proteins, scale
LEVELS = {
    "alzheimer_csf/proteome.csv": (["protein-groups"], 210, 0, 1542, "log2 intensity"),
    "ciim_breda/ciim_breda_inf.csv.gz": (["table-wide"], 535, 0, 63, "unknown"),
    "ciim_breda/disease_severity__train_x.csv": (["table-wide"], 207, 0, 62, "unknown"),
    "ciim_hannover/MHH cohort analysis_NPX_INF_v1.xlsx": (
        ["npx-wide", "npx-wide", "table-wide"],
        264,
        0,
        92,
        "NPX",
    ),
    "ciim_hannover/ciim_hannover_healthy_vs_convalescent.csv.gz": (["table-wide"], 243, 0, 299, "unknown"),
    "gisby_serum/serum_npx_level.csv": (["npx-long"], 63, 0, 436, "NPX"),
    "lvv_cohort1/Cohort 1 Post QC Data.csv": (["table-wide"], 166, 0, 158, "unknown"),
    "lvv_cohort1/Cohort1_INF&CDM_Raw.xlsx": (["npx-wide"], 166, 23, 184, "NPX"),
}
# file: format, samples, assays
COMPANIONS = {
    "alzheimer_csf/clinic_ml.csv": ("clinical-table", 210, 0),
    "alzheimer_csf/meta.csv": ("clinical-table", 210, 0),
    "ciim_breda/disease_severity__train_y.csv": ("clinical-table", 207, 0),
    "gisby_serum/serum_sample_level.csv": ("clinical-table", 63, 0),
    "lvv_cohort1/Cohort1_metadata.csv": ("clinical-table", 166, 0),
    "ciim_hannover/convert_olink_names.xlsx": ("assay-list", 0, 368),
    "lvv_cohort1/Olink_Assays.csv": ("assay-list", 0, 184),
    "olink_panels/olink_explore_1536.csv": ("assay-list", 0, 1472),
    "olink_panels/olink_explore_3072_panels.csv": ("assay-list", 0, 2943),
    "olink_panels/olink_explore_ht.csv": ("assay-list", 0, 5416),
    "olink_panels/olink_inf1_inflammation92.csv": ("assay-list", 0, 92),
    "olink_panels/olink_target96_qpcr_uniprot_gene.csv": ("assay-list", 0, 1112),
    "olink_panels/olink_target_96.csv": ("assay-list", 0, 1161),
    "olink_panels/scallop_inf1_pqtl.csv": ("assay-list", 0, 180),
    "olink_panels/somascan_v4_1_menu.csv": ("assay-list", 0, 7288),
    "olink_fixed_lod/msigdb_immune_subset_restricted_to_OlinkHT.gmt": ("gene-sets", 0, 875),
}
TEXTS = [
    "alzheimer_csf/LICENSE",
    "ciim_breda/LICENSE",
    "ciim_hannover/LICENSE",
    "gisby_serum/LICENSE.txt",
    "lvv_cohort1/LICENSE",
    "olink_fixed_lod/LICENSE",
    "olink_panels/LICENSE",
    "olink_panels/LICENSE.md",
    "somascan/LICENSE.md",
]


def present(data_dir, name):
    path = data_dir / name
    if not path.is_file():
        pytest.skip(f"{name} is absent from STRATIFY_DATA_DIR")
    return path


@pytest.mark.parametrize("name", LEVELS)
def test_levels(data_dir, name):
    formats, samples, controls, proteins, scale = LEVELS[name]
    readings = read_parts(present(data_dir, name))
    adata = join_parts(readings)
    people = int(patient_rows(adata).sum())
    assert [reading.format.name for reading in readings] == formats
    assert (people, adata.n_obs - people, adata.n_vars) == (samples, controls, proteins)
    assert adata.uns["stratify"]["scale"] == scale
    assert list(adata.uns["stratify"]["skipped"]) == []
    assert list(adata.uns["stratify"].get("notes", [])) == []


@pytest.mark.parametrize("name", COMPANIONS)
def test_companions(data_dir, name):
    (reading,) = read_parts(present(data_dir, name))
    assert (reading.format.name, *reading.table.shape) == COMPANIONS[name]
    assert not reading.has_levels
    with pytest.raises(AssayFileError, match="without protein levels"):
        join_parts([reading])


@pytest.mark.parametrize("name", TEXTS)
def test_letters_and_licences_are_no_tables(data_dir, name):
    (reading,) = read_parts(present(data_dir, name))
    assert reading.table is None
    with pytest.raises(AssayFileError):
        join_parts([reading])


def test_no_file_is_forgotten(data_dir):
    known = {*LEVELS, *COMPANIONS, *TEXTS}
    others = {"olink_fixed_lod/fixed_lod_proper_format.csv"}  # and ADAT files: beside their formats
    folders = {name.split("/")[0] for name in known}
    found = {
        path.relative_to(data_dir).as_posix()
        for folder in folders
        for path in (data_dir / folder).rglob("*")
        if path.is_file() and path.suffix != ".adat"
    }
    assert found <= known | others


def test_three_sheets_that_hold_the_same_are_one_table(data_dir):
    path = present(data_dir, "ciim_hannover/MHH cohort analysis_NPX_INF_v1.xlsx")
    readings = read_parts(path)
    adata = join_parts(readings)
    for reading in readings:
        np.testing.assert_array_equal(adata[reading.table.obs_names].X, reading.table.X)
    assert adata.uns["stratify"]["normalization"] == "Intensity Normalized (v.2)"


def test_a_cohort_that_was_written_is_read_as_one(data_dir, tmp_path):
    adata = join_parts(read_parts(present(data_dir, "lvv_cohort1/Cohort1_INF&CDM_Raw.xlsx")))
    adata.copy().write_h5ad(tmp_path / "cohort")
    (reading,) = read_parts(tmp_path / "cohort")
    assert reading.format is H5AD
    assert reading.table.shape == adata.shape
