from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.assays.files.container import open_parts
from stratify.assays.formats.fixed_lod import is_fixed_lod, read_fixed_lod
from stratify.assays.reader import read_assays, read_parts
from stratify.errors import AssayFileError


def part(tmp_path, text):
    (tmp_path / "list.csv").write_text(text)
    return open_parts(tmp_path / "list.csv")[0]


def test_the_real_list(data_dir):
    path = data_dir / "olink_fixed_lod" / "fixed_lod_proper_format.csv"
    (reading,) = read_parts(path)
    assert reading.format.name == "olink-fixed-lod"
    assert reading.table.shape == (0, 5416)
    cells = pd.read_csv(path, float_precision="round_trip")
    np.testing.assert_array_equal(reading.table.var["lod"], cells["LOD"])
    assert reading.table.var["assay"].tolist() == cells["Assay"].tolist()
    assert not reading.has_levels
    with pytest.raises(AssayFileError, match="without protein levels"):
        read_assays(path)


def test_a_real_list_beside_levels(tmp_path, data_dir):
    path = data_dir / "olink_fixed_lod" / "fixed_lod_proper_format.csv"
    genes = pd.read_csv(data_dir / "olink_panels" / "olink_explore_ht.csv").set_index("Gene.name")
    cells = pd.read_csv(path).set_index("Assay")["LOD"]
    names = [gene for gene in ("ABCF3", "AKAP5", "ATF3", "BIRC3") if gene in genes.index]
    rows = [
        [sample, genes["Olink.ID"][gene], genes["UniProt.ID"][gene], gene, "Explore HT", 1.5]
        for sample in ("S1", "S2")
        for gene in names
    ]
    table = pd.DataFrame(rows, columns=["SampleID", "OlinkID", "UniProt", "Assay", "Panel", "NPX"])
    table.assign(Normalization="Plate control").to_csv(tmp_path / "npx.csv", index=False)
    adata = read_assays(tmp_path / "npx.csv", path)
    assert len(names) == 4
    np.testing.assert_array_equal(adata.layers["lod"], np.tile(cells[names], (2, 1)))
    assert adata.uns["stratify"]["limits"] == "fixed list: 4 of 4 assays"
    assert adata.uns["stratify"]["skipped"] == [f"{path.name}: fixed limits of detection of Olink"]


def test_lots_are_told_apart(tmp_path):
    names = "OlinkID;DataAnalysisRefID;LODNPX;LODCount;LODMethod"
    text = f"{names}\nOID40001;D1;0,5;150;lod_npx\nOID40001;D2;0,75;;LOD_count\n"
    var = read_fixed_lod(part(tmp_path, text)).var
    assert var.index.tolist() == ["OID40001@D1", "OID40001@D2"]
    assert var["lod"].tolist() == [0.5, 0.75]
    assert var["lod_method"].tolist() == ["lod_npx", "lod_count"]
    assert np.isnan(var["lod_count"].iloc[1])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Assay,LOD\nIL6,low\n", "text in column 'lod', sample 'IL6'"),
        ("Assay,LOD\nIL6,1.5\nIL6,2.5\n", "several for IL6"),
    ],
)
def test_a_damaged_list_is_refused(tmp_path, text, message):
    with pytest.raises(AssayFileError, match=message):
        read_fixed_lod(part(tmp_path, text))


@pytest.mark.parametrize(
    "names", ["SampleID,Assay,LOD,NPX", "Assay,UniProt", "SampleID,IL6,LOD", "Assay,LOD,NPX"]
)
def test_other_tables_are_no_list(tmp_path, names):
    assert not is_fixed_lod(part(tmp_path, f"{names}\n{','.join('1' * len(names.split(',')))}\n"))
