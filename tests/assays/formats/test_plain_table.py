from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.assays.files.container import open_parts
from stratify.assays.formats.plain_table import is_table, read_table
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


def part(path):
    return open_parts(path)[0]


def read(path):
    return read_table(part(path))


def written(tmp_path, table=TABLE, name="table.csv", **options):
    table.to_csv(tmp_path / name, index=False, **options)
    return tmp_path / name


def test_clinical_columns_are_no_proteins(tmp_path):
    adata = read(written(tmp_path))
    assert adata.var_names.tolist() == ["IL13", "IL6", "PRCP"]
    assert adata.var["uniprot"].tolist() == ["P35225", "P05231", "P42785"]
    assert {"sex", "freezer_time", "MADRS", "time.ill"} <= set(adata.obs)
    np.testing.assert_array_equal(adata.X[:, 0], [0.5, 0.25, np.nan])
    assert adata.uns["stratify"]["scale"] == "unknown"


def test_decimal_commas_and_workbooks_hold_the_same(tmp_path):
    straight = read(written(tmp_path)).X
    comma = TABLE.copy()
    comma["IL13"] = ["0,5", "0,25", ""]
    comma["PRCP"] = ["1,5", "2,5", "3,25"]
    np.testing.assert_array_equal(read(written(tmp_path, comma, sep=";")).X, straight)
    TABLE.to_excel(tmp_path / "table.xlsx", index=False)
    np.testing.assert_array_equal(read(tmp_path / "table.xlsx").X, straight)


def test_real_table(data_dir):
    path = data_dir / "lvv_cohort1" / "Cohort 1 Post QC Data.csv"
    adata, table = read(path), pd.read_csv(path, index_col="SampleID", float_precision="round_trip")
    assert adata.shape == (166, 158)
    np.testing.assert_array_equal(adata.X, table[adata.var_names])
    assert adata.obs["group"].value_counts().to_dict() == {"TAK": 96, "LV.GCA": 35, "HC": 35}
    assert adata.obs["age"].between(15, 85).all()


@pytest.mark.parametrize("protein", ["IL13", "PRCP"])
def test_text_in_a_protein_is_refused_by_column_and_sample(tmp_path, protein):
    table = TABLE.astype(object)
    table.loc[1, protein] = "<LOD"
    with pytest.raises(
        AssayFileError, match=f"a mark in place of a level in column '{protein}', sample 'S2'"
    ):
        read(written(tmp_path, table))


def test_two_samples_with_one_id_are_refused(tmp_path):
    with pytest.raises(AssayFileError, match="more than one row for S1"):
        read(written(tmp_path, TABLE.assign(SampleID=["S1", "S2", "S1"])))


def test_limits_below_the_samples_are_no_sample(tmp_path):
    rows = pd.DataFrame({"Assay": ["S1", "S2", "LOD", "Missing Data freq."], "IL6": [1.5, 2.5, 0.5, 0]})
    adata = read(written(tmp_path, rows))
    assert adata.obs_names.tolist() == ["S1", "S2"]
    assert adata.layers["lod"].tolist() == [[0.5], [0.5]]


def test_tables_without_proteins_or_samples(tmp_path):
    iris = pd.DataFrame({"sepal_length": [5.1, 4.9], "petal_length": [1.4, 1.5]})
    assert not is_table(part(written(tmp_path, iris)))
    with pytest.raises(AssayFileError, match="no column of sample ids"):
        read(written(tmp_path, iris))
    with pytest.raises(AssayFileError, match="no column of protein levels"):
        read(written(tmp_path, TABLE[["SampleID", "Gender", "MADRS"]]))


@pytest.mark.parametrize("sep", [";", "\t", ","])
def test_decimal_commas_behind_any_delimiter(tmp_path, sep):
    rows = [["id", "IL6", "TNF"], ["A", "1,5", "2,125"], ["B", "1,234", "3,5"]]
    cells = ['"' + cell + '"' for row in rows for cell in row]
    lines = [sep.join(cells[i : i + 3]) for i in range(0, 9, 3)]
    (tmp_path / "t.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    assert read(tmp_path / "t.csv").X.tolist() == [[1.5, 2.125], [1.234, 3.5]]


def test_commas_that_may_group_thousands_are_refused_with_their_cause(tmp_path):
    (tmp_path / "t.csv").write_text("id;IL6;TNF\nA;1,234;2,345\n")
    with pytest.raises(
        AssayFileError, match="a comma that may be a decimal mark or group thousands"
    ) as caught:
        read(tmp_path / "t.csv")
    assert "decimal point" in caught.value.do


def test_lost_fields_are_refused_and_not_shifted(tmp_path):
    (tmp_path / "t.csv").write_text("id,IL6,TNF,IL13\nA,1.5,2.5,3.5\nB,1.5,25\n")
    with pytest.raises(AssayFileError, match="line 3 has 3 fields"):
        read(tmp_path / "t.csv")


@pytest.mark.parametrize("blank", ["\u00a0", " ", "\u2009"])
def test_stray_blanks_change_nothing(tmp_path, blank):
    (tmp_path / "t.csv").write_text(f"id,{blank}IL6{blank}\nA{blank},{blank}1.5{blank}\n", encoding="utf-8")
    adata = read(tmp_path / "t.csv")
    assert (adata.obs_names[0], adata.var_names[0], adata.X[0, 0]) == ("A", "IL6", 1.5)
