"""Vendor files become one cohort file, whole or not at all."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pandas as pd
import pytest

from stratify.assays import importing
from stratify.assays.importing import import_cohort
from stratify.assays.reader import read_assays
from stratify.errors import AssayFileError, ClinicalTableError, CohortError, ExperimentError
from stratify.simulation.files import simulate_files


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("import")
    simulate_files(path / "cohort.csv", seed=4, n=30)
    table = pd.read_csv(path / "cohort.csv", sep=";")
    table.loc[table["SampleID"] == table["SampleID"][0], "QC_Warning"] = "Fail"
    table.to_csv(path / "failed.csv", sep=";", index=False)
    return path


def test_the_file_holds_the_clean_cohort_and_what_was_removed(folder, tmp_path):
    clinical = folder / "cohort-clinical.csv"
    done = import_cohort([folder / "failed.csv"], tmp_path / "deep" / "c.h5ad", clinical=clinical)
    back = read_assays(tmp_path / "deep" / "c.h5ad")
    delivered = read_assays(folder / "failed.csv")
    people = delivered.obs_names[delivered.obs["sample_type"] == "sample"]
    failed = pd.read_csv(folder / "failed.csv", sep=";")["SampleID"][0]
    assert set(people) - set(back.obs_names) == {failed}
    np.testing.assert_array_equal(back.X, delivered[back.obs_names, back.var_names].X)
    np.testing.assert_array_equal(back.layers["lod"], delivered[back.obs_names, back.var_names].layers["lod"])
    assert back.obs["group"].tolist() == done.cohort.obs["group"].tolist()
    assert list(back.uns["stratify"]["removed"]) == done.removed
    assert done.removed == [f"qc-fail: {failed}"]
    assert set(back.obs["sample_type"]) > {"sample"}
    assert list(back.uns["stratify"]["clinical_sources"]["name"]) == ["cohort-clinical.csv"]
    digest = hashlib.sha256(clinical.read_bytes()).hexdigest()
    assert list(back.uns["stratify"]["clinical_sources"]["sha256"]) == [digest]
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["c.h5ad"]


def test_summary_can_be_printed_as_json(folder, tmp_path):
    facts = import_cohort([folder / "cohort.csv"], tmp_path / "c.h5ad").summary()
    again = json.loads(json.dumps(facts))
    assert {"format", "platform", "scale", "samples", "controls", "proteins", "findings"} <= set(again)
    assert again["samples"] == 30
    assert again["controls"] > 0
    assert again["below_lod"]["values"] == "keep"
    assert again["removed"] == []


def test_control_rows_go_where_a_policy_says_so(folder, tmp_path):
    (tmp_path / "p.toml").write_text('[findings]\ncontrol-rows = "drop"\n', encoding="utf-8")
    done = import_cohort([folder / "cohort.csv"], tmp_path / "c.h5ad", policy=tmp_path / "p.toml")
    assert done.summary()["controls"] == 0
    assert done.removed[0].startswith("control-rows: ")


def test_an_imported_cohort_is_imported_again_unchanged(folder, tmp_path):
    (tmp_path / "p.toml").write_text('[below_lod]\nvalues = "lod/sqrt2"\n', encoding="utf-8")
    once = import_cohort([folder / "cohort.csv"], tmp_path / "a.h5ad", policy=tmp_path / "p.toml")
    twice = import_cohort([tmp_path / "a.h5ad"], tmp_path / "b.h5ad")
    np.testing.assert_array_equal(twice.cohort.X, once.cohort.X)
    assert twice.removed == once.removed
    assert twice.cohort.uns["stratify"]["below_lod"]["values"] == "lod/sqrt2"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"out": "c.csv"}, AssayFileError),
        ({"files": ["absent.csv"]}, AssayFileError),
        ({"clinical": "other.csv"}, ClinicalTableError),
        ({"policy": "wrong.toml"}, ExperimentError),
        ({"policy": "all.toml"}, CohortError),
    ],
)
def test_a_refusal_leaves_nothing(folder, tmp_path, change, error):
    (tmp_path / "other.csv").write_text("sample_id,age\nNobody,3\n", encoding="utf-8")
    (tmp_path / "wrong.toml").write_text("[findigs]\n", encoding="utf-8")
    (tmp_path / "all.toml").write_text('[findings]\nundeclared-matrix = "drop"\n', encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    options = {name: tmp_path / change[name] for name in ("clinical", "policy") if name in change}
    files = [tmp_path / name for name in change.get("files", [])] or [folder / "cohort.csv"]
    with pytest.raises(error):
        import_cohort(files, tmp_path / change.get("out", "c.h5ad"), **options)
    assert sorted(tmp_path.iterdir()) == before


def test_what_is_read_is_never_overwritten(folder, tmp_path):
    import_cohort([folder / "cohort.csv"], tmp_path / "c.h5ad")
    content = (tmp_path / "c.h5ad").read_bytes()
    with pytest.raises(AssayFileError, match="another file"):
        import_cohort([tmp_path / "c.h5ad"], tmp_path / "sub" / ".." / "c.h5ad")
    assert (tmp_path / "c.h5ad").read_bytes() == content


def test_an_interrupted_write_leaves_the_earlier_file(folder, tmp_path, monkeypatch):
    import_cohort([folder / "cohort.csv"], tmp_path / "c.h5ad")
    content = (tmp_path / "c.h5ad").read_bytes()

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(importing.os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        import_cohort([folder / "cohort.csv"], tmp_path / "c.h5ad")
    assert [path.name for path in tmp_path.iterdir()] == ["c.h5ad"]
    assert (tmp_path / "c.h5ad").read_bytes() == content


@pytest.mark.parametrize(
    ("files", "clinical", "shape"),
    [
        (["lvv_cohort1/Cohort1_INF&CDM_Raw.xlsx"], "lvv_cohort1/Cohort1_metadata.csv", (189, 184)),
        (["gisby_serum/serum_npx_level.csv"], "gisby_serum/serum_sample_level.csv", (63, 436)),
        (["ciim_breda/ciim_breda_inf.csv.gz"], None, (535, 63)),
    ],
)
def test_real_sets_are_written_and_read_back(data_dir, tmp_path, files, clinical, shape):
    table = None if clinical is None else data_dir / clinical
    done = import_cohort([data_dir / name for name in files], tmp_path / "c.h5ad", clinical=table)
    back = read_assays(tmp_path / "c.h5ad")
    assert back.shape == done.cohort.shape == shape
    np.testing.assert_array_equal(back.X, done.cohort.X)
