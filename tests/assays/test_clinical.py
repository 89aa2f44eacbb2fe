from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from stratify.assays.clinical import Unmatched, join_clinical, read_clinical, require_columns
from stratify.assays.reader import read_assays
from stratify.errors import ClinicalTableError


@pytest.fixture
def adata():
    obs = pd.DataFrame(
        {
            "sample_type": ["sample", "sample", "sample", "control"],
            "control_name": ["", "", "", "IPC 1"],
            "site": ["A", "", "B", ""],
        },
        ["S1", "S2", "S3", "IPC 1"],
    )
    return AnnData(np.arange(8.0).reshape(4, 2), obs, pd.DataFrame(index=["IL6", "TNF"]))


@pytest.fixture
def clinical():
    return pd.DataFrame(
        {
            "SampleID": ["S3", "S1", "S9"],
            "Gender": ["male", "F", "M"],
            "Age": ["30", "", "50"],
            "Centre": ["B", "A", "C"],
        }
    )


def test_a_file_that_is_no_table_is_refused_as_a_clinical_one(tmp_path):
    path = tmp_path / "scan.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(ClinicalTableError, match="expected: a clinical table") as refused:
        read_clinical(path)
    assert refused.value.found.startswith("scan.png: ")
    assert "laboratory" not in refused.value.do


def test_columns_are_joined_by_id_and_partners_named(adata, clinical):
    joined, unmatched = join_clinical(adata, clinical)
    assert joined.obs["sex"].tolist() == ["F", "", "M", ""]
    assert joined.obs["age"].tolist() == pytest.approx([np.nan, np.nan, 30, np.nan], nan_ok=True)
    assert joined.obs["site"].tolist() == ["A", "", "B", ""]
    assert unmatched == Unmatched(only_assay=("S2",), only_clinical=("S9",))
    assert unmatched
    assert unmatched.lines() == ["not in the clinical table: S2", "not in the assay file: S9"]
    assert Unmatched((), ()).lines() == []
    assert not Unmatched((), ())
    np.testing.assert_array_equal(joined.X, adata.X)
    assert "sex" not in adata.obs


@pytest.mark.parametrize("seed", range(3))
def test_order_of_the_table_changes_nothing(adata, clinical, seed):
    straight = join_clinical(adata, clinical)[0].obs
    shuffled = join_clinical(adata, clinical.sample(frac=1, random_state=seed))[0].obs
    pd.testing.assert_frame_equal(straight, shuffled)


def test_column_of_ids_can_be_named(adata, clinical):
    table = clinical.rename(columns={"SampleID": "tube no"}).assign(sample_id=["x", "y", "z"])
    assert join_clinical(adata, table, sample_column="tube no")[0].obs["sex"].tolist() == ["F", "", "M", ""]


@pytest.mark.parametrize(
    ("change", "column", "message"),
    [
        (lambda t: t, "SampelID", "did you mean 'SampleID'"),
        (lambda t: t.assign(SampleID=["S1", "S1", "S2"]), None, "several rows for S1"),
        (lambda t: t.assign(SampleID=["S1", "", "S2"]), None, "without a sample id"),
        (lambda t: t.assign(SampleID=["X1", "X2", "X3"]), None, "none in common"),
        (lambda t: t.assign(Centre=["Z", "A", "C"]), None, "differ for S3"),
        (lambda t: t.drop(columns="SampleID").assign(Gender="F"), None, "a column of sample ids"),
    ],
)
def test_tables_that_cannot_be_joined(adata, clinical, change, column, message):
    with pytest.raises(ClinicalTableError, match=message):
        join_clinical(adata, change(clinical), sample_column=column)


def test_bridges_are_declared_by_the_table(adata):
    table = pd.DataFrame({"sample_id": ["S2", "S1"], "sample_type": ["bridge", "sample"]})
    obs = join_clinical(adata, table)[0].obs
    assert obs["sample_type"].tolist() == ["sample", "bridge", "sample", "control"]
    assert obs["control_name"].tolist() == ["", "S2", "", "IPC 1"]


def test_categories_may_be_joined(adata, clinical):
    adata.obs["site"] = adata.obs["site"].astype("category")
    assert join_clinical(adata, clinical.assign(Centre=["B", "A", "C"]))[0].obs["site"].tolist() == [
        "A",
        "",
        "B",
        "",
    ]


def test_real_tables_join_without_a_remainder(data_dir):
    for assays, clinical, groups in (
        (
            "lvv_cohort1/Cohort1_INF&CDM_Raw.xlsx",
            "lvv_cohort1/Cohort1_metadata.csv",
            {"TAK": 96, "LV.GCA": 35, "HC": 35},
        ),
        (
            "gisby_serum/serum_npx_level.csv",
            "gisby_serum/serum_sample_level.csv",
            {"POSITIVE": 52, "NEGATIVE": 11},
        ),
    ):
        joined, unmatched = join_clinical(read_assays(data_dir / assays), data_dir / clinical)
        assert not unmatched
        people = joined.obs[joined.obs["sample_type"] == "sample"]
        assert people["group"].value_counts().to_dict() == groups
        assert set(people["sex"]) == {"F", "M"}
        assert people["age"].notna().all()


def test_every_cell_of_a_clinical_table(data_dir):
    path = data_dir / "lvv_cohort1" / "Cohort1_metadata.csv"
    pd.testing.assert_frame_equal(read_clinical(path), pd.read_csv(path, dtype=str), check_column_type=False)


def test_missing_column_names_the_nearest():
    obs = pd.DataFrame({"group": ["HC"], "madrs": [3]})
    assert require_columns(obs, ["Group", "madrs"]) == ["group", "madrs"]
    with pytest.raises(ClinicalTableError, match="did you mean 'madrs'"):
        require_columns(obs, ["madr"])


def test_empty_columns_of_a_spreadsheet_are_left_out(adata, clinical, tmp_path):
    text = "\n".join(f"{line},," for line in clinical.to_csv(index=False).splitlines())
    (tmp_path / "clinical.csv").write_text(text, encoding="utf-8")
    joined, _ = join_clinical(adata, tmp_path / "clinical.csv")
    assert joined.obs["sex"].tolist() == ["F", "", "M", ""]
    assert "" not in joined.obs


def test_several_tables_complete_each_other(adata):
    first = pd.DataFrame({"SampleID": ["S1", "S2"], "Gender": ["F", ""], "Age": ["30", "40"]})
    second = pd.DataFrame({"sample": ["S3", "S2"], "sex": ["male", "f"], "BMI": [22.5, 31.0]})
    joined, unmatched = join_clinical(adata, [first, second])
    assert joined.obs["sex"].tolist() == ["F", "F", "M", ""]
    assert joined.obs["bmi"].tolist() == pytest.approx([np.nan, 31, 22.5, np.nan], nan_ok=True)
    assert joined.obs["age"].tolist() == pytest.approx([30, 40, np.nan, np.nan], nan_ok=True)
    assert not unmatched
    assert "conflicts" not in joined.uns.get("stratify", {})


@pytest.mark.parametrize("order", [1, -1])
def test_tables_that_contradict_each_other_leave_the_cell_empty(adata, tmp_path, order):
    first = pd.DataFrame({"SampleID": ["S1", "S2"], "Gender": ["F", "M"], "Age": ["30", "40"]})
    second = pd.DataFrame({"SampleID": ["S1", "S2"], "Gender": ["M", "male"], "Age": [30.0, 41.0]})
    joined, _ = join_clinical(adata, [first, second][::order])
    assert joined.obs["sex"].tolist() == ["", "M", "", ""]
    assert joined.obs["age"].tolist() == pytest.approx([30, np.nan, np.nan, np.nan], nan_ok=True)
    assert joined.uns["stratify"]["conflicts"] == {"column": ["sex", "age"], "sample": ["S1", "S2"]}
    joined.write_h5ad(tmp_path / "cohort.h5ad")


def test_each_of_several_tables_must_know_a_sample(adata, clinical):
    stranger = pd.DataFrame({"SampleID": ["X1"], "BMI": [20.0]})
    with pytest.raises(ClinicalTableError, match="none in common"):
        join_clinical(adata, [clinical, stranger])
    with pytest.raises(ClinicalTableError, match="none was named"):
        join_clinical(adata, [])
