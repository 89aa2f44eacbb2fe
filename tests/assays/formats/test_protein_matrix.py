from __future__ import annotations

from io import BytesIO

import numpy as np
import pandas as pd
import pytest

from stratify.assays.files.container import open_parts
from stratify.assays.files.part import Part
from stratify.assays.formats.protein_matrix import is_protein_matrix, read_protein_matrix
from stratify.errors import AssayFileError

TEXT = "Sample ID,Age,P05231,A0A024QZX5;P35237\nS1,44,1048576,\nS2,55,0,4194304\n"


def part(text):
    return Part("x.csv", "text", lambda: BytesIO(text.encode()))


def test_real_cerebrospinal_fluid(data_dir):
    delivered = open_parts(data_dir / "alzheimer_csf" / "proteome.csv")[0]
    assert is_protein_matrix(delivered)
    table = read_protein_matrix(delivered)
    raw = pd.read_csv(data_dir / "alzheimer_csf" / "proteome.csv", index_col=0)
    assert table.shape == (210, 1542)
    assert np.isnan(table.X).mean() == pytest.approx(0.212, abs=5e-4)
    np.testing.assert_array_equal(table.X, np.log2(raw.to_numpy()))
    assert table.var_names.tolist() == raw.columns.tolist()
    assert table.obs_names.tolist() == raw.index.tolist()
    assert table.uns["stratify"]["scale"] == "log2 intensity"
    assert table.uns["stratify"]["zero_levels"] == 0
    assert (table.var["uniprot"] != "").all()


def test_logged_copy_of_the_real_table_is_not_logged_again(data_dir, tmp_path):
    raw = pd.read_csv(data_dir / "alzheimer_csf" / "proteome.csv", index_col=0, nrows=20)
    np.log2(raw).to_csv(tmp_path / "x.csv")
    table = read_protein_matrix(open_parts(tmp_path / "x.csv")[0])
    np.testing.assert_allclose(table.X, np.log2(raw.to_numpy()), rtol=1e-12)
    assert table.uns["stratify"]["scale"] == "log2 intensity"


def test_other_columns_describe_samples():
    table = read_protein_matrix(part(TEXT))
    assert table.obs["age"].tolist() == [44, 55]
    np.testing.assert_array_equal(table.X, [[20, np.nan], [np.nan, 22]])
    assert table.uns["stratify"]["zero_levels"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "Sample ID,P05231,P01375\nS1,1.5,2.5\n",  # levels of single proteins: any platform
        "Sample ID,IL6,CXCL8\nS1,1.5,2.5\n",
        "Sample ID,a,b,c,A0A024QZX5;P35237\nS1,1,2,3,4\n",
        "",
    ],
)
def test_other_tables_are_left(text):
    assert not is_protein_matrix(part(text))


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("1048576", "high", "text in column 'P05231', sample 'S1'"),
        ("S2,55,0", "S1,55,0", "more than one row for S1"),
        ("1048576", "-1048576", "below 0"),
    ],
)
def test_refusals(old, new, found):
    with pytest.raises(AssayFileError) as refused:
        read_protein_matrix(part(TEXT.replace(old, new)))
    assert found in refused.value.found
