from __future__ import annotations

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from stratify.assays.tables import is_h5ad, is_table, read_cells, read_h5ad, read_table, sample_column
from stratify.errors import AssayFileError

TABLE = pd.DataFrame(
    {
        "SampleID": ["S1", "S2", "S3"],
        "Gender": ["F", "M", "F"],
        "Freezer_Time": [7.1, 6.8, 5.5],
        "MADRS": [31, 24, 28],
        "time.ill": [0.5, 1.5, 2.5],
        "IL13": [0.5, 0.25, ""],
        "IL6": [1, 2, 3],
        "PRCP": [1.5, 2.5, 3.25],
    }
)


def written(tmp_path, table=TABLE, name="table.csv", **options):
    table.to_csv(tmp_path / name, index=False, **options)
    return tmp_path / name


def test_clinical_columns_are_no_proteins(tmp_path):
    adata = read_table(written(tmp_path))
    assert adata.var_names.tolist() == ["IL13", "IL6", "PRCP"]
    assert adata.var["uniprot"].tolist() == ["P35225", "P05231", ""]
    assert {"sex", "freezer_time", "MADRS", "time.ill"} <= set(adata.obs)
    np.testing.assert_array_equal(adata.X[:, 0], [0.5, 0.25, np.nan])
    assert adata.uns["stratify"]["scale"] == "unknown"


def test_decimal_commas_and_workbooks_hold_the_same(tmp_path):
    straight = read_table(written(tmp_path)).X
    comma = TABLE.copy()
    comma["IL13"] = ["0,5", "0,25", ""]
    comma["PRCP"] = ["1,5", "2,5", "3,25"]
    np.testing.assert_array_equal(read_table(written(tmp_path, comma, sep=";")).X, straight)
    TABLE.to_excel(tmp_path / "table.xlsx", index=False)
    np.testing.assert_array_equal(read_table(tmp_path / "table.xlsx").X, straight)


def test_real_table(data_dir):
    path = data_dir / "lvv_cohort1" / "Cohort 1 Post QC Data.csv"
    adata, table = read_table(path), pd.read_csv(path, index_col="SampleID", float_precision="round_trip")
    assert adata.shape == (166, 158)
    np.testing.assert_array_equal(adata.X, table[adata.var_names])
    assert adata.obs["group"].value_counts().to_dict() == {"TAK": 96, "LV.GCA": 35, "HC": 35}
    assert adata.obs["age"].between(15, 85).all()


@pytest.mark.parametrize("protein", ["IL13", "PRCP"])
def test_text_in_a_protein_is_refused_by_column_and_sample(tmp_path, protein):
    table = TABLE.astype(object)
    table.loc[1, protein] = "<LOD"
    with pytest.raises(AssayFileError, match=f"text in column '{protein}', sample 'S2'"):
        read_table(written(tmp_path, table))


def test_two_samples_with_one_id_are_refused(tmp_path):
    with pytest.raises(AssayFileError, match="more than one row for S1"):
        read_table(written(tmp_path, TABLE.assign(SampleID=["S1", "S2", "S1"])))


def test_limits_below_the_samples_are_no_sample(tmp_path):
    rows = pd.DataFrame({"Assay": ["S1", "S2", "LOD", "Missing Data freq."], "IL6": [1.5, 2.5, 0.5, 0]})
    adata = read_table(written(tmp_path, rows))
    assert adata.obs_names.tolist() == ["S1", "S2"]
    assert adata.layers["lod"].tolist() == [[0.5], [0.5]]


def test_tables_without_proteins_or_samples(tmp_path):
    iris = pd.DataFrame({"sepal_length": [5.1, 4.9], "petal_length": [1.4, 1.5]})
    assert not is_table(written(tmp_path, iris))
    with pytest.raises(AssayFileError, match="no column of sample ids"):
        read_table(written(tmp_path, iris))
    with pytest.raises(AssayFileError, match="no column of protein levels"):
        read_table(written(tmp_path, TABLE[["SampleID", "Gender", "MADRS"]]))


def test_sample_column_by_name_or_place():
    assert sample_column(pd.DataFrame({"IL6": ["1.5"], "Sample ID": ["A"]})) == "Sample ID"
    assert sample_column(pd.DataFrame({"tube": ["A", "A"], "IL6": ["1", "2"]})) is None
    assert sample_column(pd.DataFrame()) is None


def test_empty_workbook_is_refused(tmp_path):
    pd.DataFrame().to_excel(tmp_path / "empty.xlsx", index=False)
    with pytest.raises(AssayFileError, match="without a table"):
        read_cells(tmp_path / "empty.xlsx")


def test_h5ad_comes_back(tmp_path):
    adata = read_table(written(tmp_path))
    adata.write_h5ad(tmp_path / "cohort.h5ad")
    back = read_h5ad(tmp_path / "cohort.h5ad")
    assert is_h5ad(tmp_path / "cohort.h5ad")
    np.testing.assert_array_equal(back.X, adata.X)
    assert back.obs["sex"].tolist() == ["F", "M", "F"]
    assert back.obs["sex"].dtype == object
    assert dict(back.uns["stratify"])["platform"] == "table"


def test_foreign_h5ad_becomes_dense(tmp_path):
    foreign = anndata.AnnData(
        sparse.csr_matrix(np.eye(2, dtype=np.float32)),
        pd.DataFrame(index=["S1", "IPC 1"]),
        pd.DataFrame(index=["a", "b"]),
    )
    foreign.write_h5ad(tmp_path / "x.h5ad")
    back = read_h5ad(tmp_path / "x.h5ad")
    assert back.X.tolist() == [[1, 0], [0, 1]]
    assert back.X.dtype == np.float64
    assert back.obs["sample_type"].tolist() == ["sample", "control"]


def test_other_hdf5_is_refused(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["numbers"] = np.arange(3)
    with pytest.raises(AssayFileError):
        read_h5ad(tmp_path / "x.h5")
    (tmp_path / "cut.h5").write_bytes((tmp_path / "x.h5").read_bytes()[:100])
    with pytest.raises(AssayFileError):
        read_h5ad(tmp_path / "cut.h5")


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (lambda adata: adata.X.__setitem__((1, 0), np.inf), "column 'IL6', sample 'S2'"),
        (lambda adata: setattr(adata, "var_names", ["IL6", "IL6"]), "several columns named IL6"),
        (lambda adata: setattr(adata, "obs_names", ["S1", "S1", "S2"]), "more than one row for S1"),
        (lambda adata: adata.uns.update(stratify="mine"), "no h5ad"),
    ],
)
@pytest.mark.filterwarnings("ignore:Observation names", "ignore:Variable names")
def test_h5ad_that_no_reader_could_have_written_is_refused(tmp_path, spoil, found):
    adata = anndata.AnnData(np.ones((3, 2)))
    adata.obs_names, adata.var_names = ["S1", "S2", "S3"], ["IL6", "TNF"]
    spoil(adata)
    adata.write_h5ad(tmp_path / "x.h5ad")
    with pytest.raises(AssayFileError, match=found):
        read_h5ad(tmp_path / "x.h5ad")


def test_columns_without_names_are_no_sample_ids():
    assert sample_column(pd.DataFrame([["a", "b"], ["c", "d"]], columns=["", ""])) is None
