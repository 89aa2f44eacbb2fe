from __future__ import annotations

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from stratify.assays.files.container import open_parts
from stratify.assays.formats.h5ad import is_h5ad, read_h5ad
from stratify.assays.formats.plain_table import read_table
from stratify.errors import AssayFileError


def test_h5ad_comes_back(tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("SampleID,Gender,IL13,IL6\nS1,F,0.5,1\nS2,M,0.25,2\nS3,F,,3\n")
    adata = read_table(open_parts(table)[0])
    adata.write_h5ad(tmp_path / "cohort.h5ad")
    back = read_h5ad(open_parts(tmp_path / "cohort.h5ad")[0])
    assert is_h5ad(open_parts(tmp_path / "cohort.h5ad")[0])
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
    back = read_h5ad(open_parts(tmp_path / "x.h5ad")[0])
    assert back.X.tolist() == [[1, 0], [0, 1]]
    assert back.X.dtype == np.float64
    assert back.obs["sample_type"].tolist() == ["sample", "control"]


def test_other_hdf5_is_refused(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["numbers"] = np.arange(3)
    with pytest.raises(AssayFileError):
        read_h5ad(open_parts(tmp_path / "x.h5")[0])
    (tmp_path / "cut.h5").write_bytes((tmp_path / "x.h5").read_bytes()[:100])
    with pytest.raises(AssayFileError):
        read_h5ad(open_parts(tmp_path / "cut.h5")[0])


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
        read_h5ad(open_parts(tmp_path / "x.h5ad")[0])
