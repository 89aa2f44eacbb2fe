from __future__ import annotations

import numpy as np
import openpyxl
import pandas as pd
import pytest

from stratify.assays.olink import is_npx_long, read_npx_long, read_npx_wide
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


def long_table(tmp_path, rows, header="SampleID;OlinkID;UniProt;Assay;Panel;PlateID;QC_Warning;LOD;NPX"):
    path = tmp_path / "npx.txt"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def changed(row, column, cell):
    rows = [list(line) for line in WIDE]
    rows[row][column] = cell
    return rows


def test_every_cell_of_the_real_workbook(data_dir):
    path = data_dir / "lvv_cohort1" / "Cohort1_INF&CDM_Raw.xlsx"
    adata = read_npx_wide(path)
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
    obs = read_npx_wide(data_dir / "lvv_cohort1" / "Cohort1_INF&CDM_Raw.xlsx").obs
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
    adata = read_npx_wide(path)
    assert adata.shape == (264, 92)
    assert set(adata.var["panel"]) == {"Inflammation"}
    assert "TK_44" in adata.obs_names


def test_parts_of_a_small_workbook(tmp_path):
    adata = read_npx_wide(workbook(tmp_path))
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
        read_npx_wide(workbook(tmp_path, changed(row, column, cell)))


def test_every_value_of_the_real_long_table(data_dir):
    path = data_dir / "gisby_serum" / "serum_npx_level.csv"
    adata = read_npx_long(path)
    table = pd.read_csv(path, float_precision="round_trip")
    assert adata.shape == (63, 436)
    assert np.isfinite(adata.X).sum() == len(table)
    levels = pd.DataFrame(
        adata.X, adata.obs_names, list(zip(adata.var["uniprot"], adata.var["assay"], strict=True))
    )
    wanted = table.pivot(index="SampleID", columns=["UniProt", "Assay"], values="NPX")
    np.testing.assert_array_equal(levels.loc[wanted.index, list(wanted.columns)], wanted)
    assert np.isnan(adata.layers["lod"]).all()
    assert adata.obs["patient_id"].nunique() == 57
    assert adata.var.loc["P05231@Inflammation", "gene"] == "IL6"


def test_long_table_with_plates_and_repeated_controls(tmp_path):
    rows = [
        "S1;OID00471;P10145;IL8;Inflammation;P1;Pass;0,5;1,25",
        "S2;OID00471;P10145;IL8;Inflammation;P2;Warning;0,7;NA",
        "IPC 1;OID00471;P10145;IL8;Inflammation;P2;Pass;0,7;3,1",
        "IPC 1;OID00471;P10145;IL8;Inflammation;P1;Pass;0,5;3,0",
        "S1;OID00999;P39905;GDNF;Neurology;N1;Warning;0,1;2,0",
    ]
    adata = read_npx_long(long_table(tmp_path, rows))
    assert sorted(adata.obs_names) == ["IPC 1", "IPC 1 #2", "S1", "S2"]
    assert adata["IPC 1"].X[0, 0] == 3.0
    assert adata.obs.loc["IPC 1", "plate"] == "P1"
    assert adata.obs.loc["S1", "plate"] == "P1 | N1"
    assert adata.obs.loc["S1", ["qc", "qc@Inflammation", "qc@Neurology"]].tolist() == ["warn", "pass", "warn"]
    assert adata["S1"].X.tolist() == [[1.25, 2.0]]
    assert np.isnan(adata["S2"].X).all()
    assert adata["S2"].layers["lod"][0, 0] == 0.7


def test_order_of_lines_changes_no_value(tmp_path):
    rows = [f"S{i};OID0047{j};;A{j};Inflammation;P1;Pass;0.1;{i + j / 8}" for i in range(4) for j in range(3)]
    straight = read_npx_long(long_table(tmp_path, rows))
    shuffled = read_npx_long(long_table(tmp_path, rows[::-1]))[straight.obs_names, straight.var_names]
    np.testing.assert_array_equal(straight.X, shuffled.X)


def test_declared_sample_types_win(tmp_path):
    header = "SampleID,Assay,NPX,Sample_Type"
    rows = ["A,IL6,1.5,SAMPLE", "B,IL6,1.6,BRIDGE", "C,IL6,1.7,PLATE_CONTROL"]
    obs = read_npx_long(long_table(tmp_path, rows, header)).obs
    assert obs["sample_type"].tolist() == ["sample", "bridge", "control"]
    assert obs["control_name"].tolist() == ["", "B", "C"]


def test_explore_is_another_panel(tmp_path):
    rows = ["S1;OID20471;P10145;CXCL8;Inflammation;P1;PASS;0.1;1.5"]
    adata = read_npx_long(long_table(tmp_path, rows))
    assert adata.var["panel"].tolist() == ["Explore Inflammation"]
    assert adata.uns["stratify"]["platform"] == "Olink Explore"


def test_parquet_holds_the_same(tmp_path):
    table = pd.DataFrame(
        {"SampleID": ["S1", "S2"], "OlinkID": "OID00471", "NPX": [1.5, 2.5], "PlateID": "P1"}
    )
    table.to_parquet(tmp_path / "npx.parquet")
    assert is_npx_long(tmp_path / "npx.parquet")
    assert read_npx_long(tmp_path / "npx.parquet").X.tolist() == [[1.5], [2.5]]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["S1;OID1;;IL6;;P;Pass;0;high"], "text in column 'IL6', sample 'S1'"),
        (["S1;OID1;;IL6;;P;Pass;0;1", "S1;OID1;;IL6;;P;Pass;0;2"], "more than one row for S1"),
    ],
)
def test_damaged_long_table_is_refused(tmp_path, rows, message):
    with pytest.raises(AssayFileError, match=message):
        read_npx_long(long_table(tmp_path, rows))


def test_long_table_without_levels_is_refused(tmp_path):
    path = long_table(tmp_path, ["S1,IL6"], "SampleID,Assay")
    assert not is_npx_long(path)
    with pytest.raises(AssayFileError, match="no columns"):
        read_npx_long(path)
