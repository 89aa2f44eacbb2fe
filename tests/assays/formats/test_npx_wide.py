from __future__ import annotations

import numpy as np
import openpyxl
import pytest

from stratify.assays.container import open_parts
from stratify.assays.formats.npx_wide import read_npx_wide
from stratify.errors import AssayFileError

PANEL = "Olink Target 96 Inflammation(v.3022)"
WIDE = [
    ["Study", "Olink NPX Manager"],
    ["Panel", *[PANEL] * 5],
    ["Assay", "IL8", "TNF", "Inc Ctrl 1", "Plate ID", "QC Warning"],
    ["Uniprot ID", "P10145", "P01375", "-", "", ""],
    ["OlinkID", "OID00471", "OID05548", "", "", ""],
    [],
    ["S1", 1.5, 2.5, 0.1, "P1", "Pass"],
    ["S2 ", 1.25, "", 0.2, "P2", "Warning"],
    ["IPC 1", 3.0, 3.5, 0.3, "P1", "Pass"],
    ["IPC 1", 3.1, 3.6, 0.3, "P2", "Pass"],
    [],
    ["Plate LOD", 0.5, 0.6, 0, "P1"],
    ["Plate LOD", 0.7, 0.8, 0, "P2"],
    ["Missing Data freq.", 0.0, 0.25, 0],
    ["Normalization", *["Intensity Normalized (v.2)"] * 3],
]


def workbook(tmp_path, rows=WIDE):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    path = tmp_path / "plate.xlsx"
    book.save(path)
    return path


def changed(row, column, cell):
    rows = [list(line) for line in WIDE]
    rows[row][column] = cell
    return rows


def test_every_cell_of_the_real_workbook(data_dir):
    path = data_dir / "lvv_cohort1" / "Cohort1_INF&CDM_Raw.xlsx"
    adata = read_npx_wide(open_parts(path)[0])
    cells = [
        list(row) for row in openpyxl.load_workbook(path, data_only=True).active.iter_rows(values_only=True)
    ]
    ids = cells[5][1:]
    columns = [j for j, word in enumerate(ids, 1) if word]
    levels = np.array(
        [[np.nan if row[j] is None else row[j] for j in columns] for row in cells[7:196]], dtype=float
    )
    assert adata.shape == (189, 184)
    assert adata.var_names.tolist() == [ids[j - 1] for j in columns]
    np.testing.assert_array_equal(adata.X, levels)
    named = adata.obs["control_name"].where(adata.obs["control_name"] != "", adata.obs_names.to_series())
    assert named.tolist() == [row[0] for row in cells[7:196]]
    labels = {row[0]: row for row in cells[196:] if row[0]}
    np.testing.assert_array_equal(adata.layers["lod"], np.tile([labels["LOD"][j] for j in columns], (189, 1)))
    np.testing.assert_array_equal(
        adata.var["missing_frequency"], [labels["Missing Data freq."][j] for j in columns]
    )


def test_controls_of_the_real_workbook(data_dir):
    obs = read_npx_wide(open_parts(data_dir / "lvv_cohort1" / "Cohort1_INF&CDM_Raw.xlsx")[0]).obs
    controls = obs[obs["sample_type"] == "control"]
    assert len(controls) == 23
    assert controls["control_name"].str.match(r"^(IPC|PP|Neg) ?\d$").all()
    assert (obs["sample_type"] == "sample").sum() == 166
    assert (obs["qc"] == "warn").sum() == 3
    assert obs["plate@Inflammation"].nunique() == 3


def test_summary_header_layout(data_dir):
    path = data_dir / "ciim_hannover" / "MHH cohort analysis_NPX_INF_v1.xlsx"
    if not path.is_file():
        pytest.skip("ciim_hannover is absent from STRATIFY_DATA_DIR")
    adata = read_npx_wide(open_parts(path)[0])
    assert adata.shape == (264, 92)
    assert set(adata.var["panel"]) == {"Inflammation"}
    assert "TK_44" in adata.obs_names


def test_parts_of_a_small_workbook(tmp_path):
    adata = read_npx_wide(open_parts(workbook(tmp_path))[0])
    assert adata.obs_names.tolist() == ["S1", "S2", "IPC 1", "IPC 1 #2"]
    assert adata.obs["control_name"].tolist() == ["", "", "IPC 1", "IPC 1"]
    assert adata.obs["qc"].tolist() == ["pass", "warn", "pass", "pass"]
    np.testing.assert_array_equal(adata.X[:, 1], [2.5, np.nan, 3.5, 3.6])
    np.testing.assert_array_equal(adata.layers["lod"][:, 0], [0.5, 0.7, 0.5, 0.7])
    assert adata.obsm["internal_controls"]["Inc Ctrl 1@Inflammation"].tolist() == [0.1, 0.2, 0.3, 0.3]
    assert adata.uns["stratify"]["normalization"] == "Intensity Normalized (v.2)"


@pytest.mark.parametrize(
    ("row", "column", "cell", "message"),
    [
        (6, 1, "high", "text in column 'IL8', sample 'S1'"),
        (7, 0, "S1", "more than one row for S1"),
        (4, 2, "OID00471", "repeated assays OID00471"),
    ],
)
def test_damaged_workbook_is_refused(tmp_path, row, column, cell, message):
    with pytest.raises(AssayFileError, match=message):
        read_npx_wide(open_parts(workbook(tmp_path, changed(row, column, cell)))[0])
