from __future__ import annotations

import subprocess
import sys

import anndata
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from stratify.assays.files.container import open_parts
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
    assert "lod" not in adata.layers
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


HT = {
    "SampleID": ["S1", "S1", "S1", "Ctrl 9", "Ctrl 9", "Ctrl 9"],
    "SampleType": ["SAMPLE"] * 3 + ["NEGATIVE_CONTROL"] * 3,
    "WellID": ["A1"] * 3 + ["A2"] * 3,
    "PlateID": "P1",
    "OlinkID": ["OID40001", "OID40002", "OID49999"] * 2,
    "UniProt": ["P05231", "P01375", ""] * 2,
    "Assay": ["IL6", "TNF", "Extension control"] * 2,
    "AssayType": ["assay", "assay", "ext_ctrl"] * 2,
    "Panel": "Explore_HT",
    "Block": ["1", "2", "1"] * 2,
    "Count": [900, 800, 5000, 30, 20, 4000],
    "ExtNPX": [-1.5, -2.5, 0, -7, -8, 0],
    "NPX": [1.5, 0.5, np.nan, -3, -4, np.nan],
    "PCNormalizedNPX": [1.25, 0.25, np.nan, -3, -4, np.nan],
    "AssayQC": ["PASS", "WARN", "NA"] * 2,
    "SampleQC": ["PASS", "WARN", "PASS", "PASS", "PASS", "PASS"],
    "DataAnalysisRefID": ["D1", "D2", "D1"] * 2,
    "Normalization": "Intensity",
}


def parquet_part(tmp_path, frame, **metadata):
    table = pa.Table.from_pandas(frame)
    table = table.replace_schema_metadata({**table.schema.metadata, **metadata})
    parquet.write_table(table, tmp_path / "npx.parquet")
    return open_parts(tmp_path / "npx.parquet")[0]


def test_extended_export_of_explore_ht(tmp_path):
    part = parquet_part(
        tmp_path, pd.DataFrame(HT), Product="ExploreHT", ProjectName="A study", SampleMatrix="Serum"
    )
    adata = read_npx_long(part)
    facts = adata.uns["stratify"]
    assert (facts["platform"], facts["scale"], facts["normalization"]) == (
        "Olink Explore HT",
        "NPX",
        "Intensity",
    )
    assert facts["metadata"] == {"Product": "ExploreHT", "ProjectName": "A study", "SampleMatrix": "Serum"}
    assert adata.var_names.tolist() == ["OID40001", "OID40002"]
    assert adata.var["panel"].unique().tolist() == ["Explore HT"]
    assert adata.var[["lot", "block", "qc"]].to_numpy().tolist() == [["D1", "1", "pass"], ["D2", "2", "warn"]]
    assert adata.X.tolist() == [[1.5, 0.5], [-3, -4]]
    assert adata.layers["count"].tolist() == [[900, 800], [30, 20]]
    assert adata.layers["pc_normalized_npx"].tolist() == [[1.25, 0.25], [-3, -4]]
    assert adata.obsm["extension_counts"]["Explore HT@1"].tolist() == [5000, 4000]
    assert adata.obsm["internal_controls"].columns.tolist() == ["Extension control@Explore HT"]
    assert adata.obs[["qc", "matrix", "well"]].to_numpy().tolist() == [
        ["warn", "serum", "A1"],
        ["pass", "", "A2"],
    ]
    assert adata.obs["control_type"].tolist() == ["", "negative"]
    assert "lod" not in adata.layers


def test_extended_export_survives_h5ad(tmp_path):
    adata = read_npx_long(parquet_part(tmp_path, pd.DataFrame(HT), Product="ExploreHT"))
    adata.copy().write_h5ad(tmp_path / "x.h5ad")
    back = anndata.read_h5ad(tmp_path / "x.h5ad")
    np.testing.assert_array_equal(back.layers["ext_npx"], adata.layers["ext_npx"])
    pd.testing.assert_frame_equal(back.obsm["extension_counts"], adata.obsm["extension_counts"])
    assert back.uns["stratify"]["metadata"] == {"Product": "ExploreHT"}


TARGET48 = "SampleID;OlinkID;UniProt;Assay;Panel;PlateID;{};Unit;PlateLOD"


def test_concentrations_of_target_48(tmp_path):
    rows = [
        "S1;OID01213;P05231;IL6;Olink Target 48 Cytokine(v.3101);P1;8;pg/mL;0,5",
        "S2;OID01213;P05231;IL6;Olink Target 48 Cytokine(v.3101);P1;0;pg/mL;0,5",
        "S3;OID01213;P05231;IL6;Olink Target 48 Cytokine(v.3101);P1;;pg/mL;0,5",
    ]
    adata = read_npx_long(open_parts(long_table(tmp_path, rows, TARGET48.format("Quantified_value")))[0])
    assert adata.uns["stratify"]["platform"] == "Olink Target 48"
    assert adata.uns["stratify"]["scale"] == "log2 pg/mL"
    np.testing.assert_array_equal(adata.X[:, 0], [3, np.nan, np.nan])
    assert adata.layers["lod"].tolist() == [[-1]] * 3
    assert adata.layers["censored"].tolist() == [[0], [-1], [0]]


def test_cycles_have_a_scale_of_their_own(tmp_path):
    rows = ["S1;OID00471;P10145;IL8;Inflammation;P1;12,5;;"]
    adata = read_npx_long(open_parts(long_table(tmp_path, rows, TARGET48.format("Ct")))[0])
    assert (adata.X.tolist(), adata.uns["stratify"]["scale"]) == ([[12.5]], "Ct")


@pytest.mark.parametrize(
    ("units", "message"), [(("pg/mL", "ng/mL"), "ng/mL and pg/mL"), (("", ""), "without a unit")]
)
def test_concentrations_in_unclear_units_are_refused(tmp_path, units, message):
    rows = [f"S{i};OID0047{i};P1014{i};A{i};Cytokine;P1;8;{unit};" for i, unit in enumerate(units)]
    with pytest.raises(AssayFileError, match=message):
        read_npx_long(open_parts(long_table(tmp_path, rows, TARGET48.format("Quantified")))[0])


def test_order_of_columns_and_rows_changes_nothing(tmp_path):
    frame = pd.DataFrame(HT)
    straight = read_npx_long(parquet_part(tmp_path, frame))
    turned = read_npx_long(parquet_part(tmp_path, frame.iloc[::-1, ::-1]))
    turned = turned[straight.obs_names, straight.var_names]
    np.testing.assert_array_equal(turned.X, straight.X)
    pd.testing.assert_frame_equal(turned.obs[straight.obs.columns], straight.obs)
    pd.testing.assert_frame_equal(turned.var[straight.var.columns], straight.var)


def test_readers_of_large_files_are_imported_when_they_are_needed():
    code = "import sys, stratify.assays.registry as r; r.known_formats(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not {"pyarrow.csv", "pyarrow.parquet", "sklearn"} & set(loaded.split())


def test_a_column_that_varies_within_a_sample_is_named(tmp_path):
    rows = [f"S1,IL{i},1.5,{i},HC" for i in (6, 8)]
    adata = read_npx_long(open_parts(long_table(tmp_path, rows, "SampleID,Assay,NPX,Index,Group"))[0])
    assert adata.uns["stratify"]["columns_left_out"] == ["Index"]
    assert adata.obs["group"].tolist() == ["HC"]


def test_cut_parquet_is_refused_with_its_cause(tmp_path):
    parquet_part(tmp_path, pd.DataFrame(HT))
    path = tmp_path / "npx.parquet"
    path.write_bytes(path.read_bytes()[:-40])
    part = open_parts(path)[0]
    assert is_npx_long(part)
    with pytest.raises(AssayFileError, match="damaged parquet"):
        read_npx_long(part)


def test_another_parquet_table_is_not_taken(tmp_path):
    assert not is_npx_long(parquet_part(tmp_path, pd.DataFrame({"SampleID": ["S1"], "IL6": [1.5]})))
