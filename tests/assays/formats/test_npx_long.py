from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.assays.container import open_parts
from stratify.assays.formats.npx_long import is_npx_long, read_npx_long
from stratify.errors import AssayFileError


def long_table(tmp_path, rows, header="SampleID;OlinkID;UniProt;Assay;Panel;PlateID;QC_Warning;LOD;NPX"):
    path = tmp_path / "npx.txt"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def test_every_value_of_the_real_long_table(data_dir):
    path = data_dir / "gisby_serum" / "serum_npx_level.csv"
    adata = read_npx_long(open_parts(path)[0])
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
    adata = read_npx_long(open_parts(long_table(tmp_path, rows))[0])
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
    straight = read_npx_long(open_parts(long_table(tmp_path, rows))[0])
    shuffled = read_npx_long(open_parts(long_table(tmp_path, rows[::-1]))[0])[
        straight.obs_names, straight.var_names
    ]
    np.testing.assert_array_equal(straight.X, shuffled.X)


def test_declared_sample_types_win(tmp_path):
    header = "SampleID,Assay,NPX,Sample_Type"
    rows = ["A,IL6,1.5,SAMPLE", "B,IL6,1.6,BRIDGE", "C,IL6,1.7,PLATE_CONTROL"]
    obs = read_npx_long(open_parts(long_table(tmp_path, rows, header))[0]).obs
    assert obs["sample_type"].tolist() == ["sample", "bridge", "control"]
    assert obs["control_name"].tolist() == ["", "B", "C"]


def test_explore_is_another_panel(tmp_path):
    rows = ["S1;OID20471;P10145;CXCL8;Inflammation;P1;PASS;0.1;1.5"]
    adata = read_npx_long(open_parts(long_table(tmp_path, rows))[0])
    assert adata.var["panel"].tolist() == ["Explore Inflammation"]
    assert adata.uns["stratify"]["platform"] == "Olink Explore"


def test_parquet_holds_the_same(tmp_path):
    table = pd.DataFrame(
        {"SampleID": ["S1", "S2"], "OlinkID": "OID00471", "NPX": [1.5, 2.5], "PlateID": "P1"}
    )
    table.to_parquet(tmp_path / "npx.parquet")
    assert is_npx_long(open_parts(tmp_path / "npx.parquet")[0])
    assert read_npx_long(open_parts(tmp_path / "npx.parquet")[0]).X.tolist() == [[1.5], [2.5]]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["S1;OID1;;IL6;;P;Pass;0;high"], "text in column 'IL6', sample 'S1'"),
        (["S1;OID1;;IL6;;P;Pass;0;1", "S1;OID1;;IL6;;P;Pass;0;2"], "more than one row for S1"),
    ],
)
def test_damaged_long_table_is_refused(tmp_path, rows, message):
    with pytest.raises(AssayFileError, match=message):
        read_npx_long(open_parts(long_table(tmp_path, rows))[0])


def test_long_table_without_levels_is_refused(tmp_path):
    path = long_table(tmp_path, ["S1,IL6"], "SampleID,Assay")
    assert not is_npx_long(open_parts(path)[0])
    with pytest.raises(AssayFileError, match="no columns"):
        read_npx_long(open_parts(path)[0])
