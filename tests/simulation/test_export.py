import numpy as np
import pandas as pd
import pytest

from stratify.assays.clinical import join_clinical
from stratify.assays.reader import read_assays
from stratify.simulation.cohort import StudyDesign, fresh_mdd, simulate_study
from stratify.simulation.export import write_clinical, write_npx_long


@pytest.fixture(scope="module")
def adata():
    return simulate_study(StudyDesign(n_hc=6, n_ad=5, n_pso=4, n_mdd=5), 1).adata


def test_the_long_table_is_read_back_exactly(adata, tmp_path):
    write_npx_long(adata, tmp_path / "study.csv")
    back = read_assays(tmp_path / "study.csv")
    assert sorted(back.obs_names) == sorted(adata.obs_names)
    back = back[adata.obs_names]
    assert back.var_names.equals(adata.var_names)
    assert (back.X == adata.X).all()
    assert (back.layers["lod"] == adata.layers["lod"]).all()
    for column in ("sample_type", "plate", "qc", "control_name"):
        assert back.obs[column].tolist() == adata.obs[column].tolist(), column
    for column in ("uniprot", "gene", "panel", "assay", "missing_frequency"):
        assert back.var[column].tolist() == adata.var[column].tolist(), column
    assert back.uns["stratify"]["scale"] == adata.uns["stratify"]["scale"]


def test_fresh_patients_with_controls_are_read_back_too(tmp_path):
    fresh, _ = fresh_mdd(simulate_study(seed=1).world, 4, seed=2, controls=True)
    write_npx_long(fresh, tmp_path / "fresh.csv")
    back = read_assays(tmp_path / "fresh.csv")
    assert back.obs_names.equals(fresh.obs_names)
    assert (back.X == fresh.X).all()


def test_the_clinical_table_joins_every_person_and_holds_no_control(adata, tmp_path):
    write_clinical(adata, tmp_path / "clinic.csv")
    table = pd.read_csv(tmp_path / "clinic.csv")
    people = adata[(adata.obs["sample_type"] == "sample").to_numpy()]
    assert table["sample_id"].tolist() == people.obs_names.tolist()
    write_npx_long(people, tmp_path / "people.csv")
    joined, unmatched = join_clinical(read_assays(tmp_path / "people.csv"), tmp_path / "clinic.csv")
    assert not unmatched.only_assay
    assert not unmatched.only_clinical
    for column in ("group", "site", "matrix", "sex"):
        assert joined.obs[column].tolist() == people.obs[column].tolist(), column
    assert np.allclose(joined.obs["age"].astype(float), people.obs["age"])


def test_no_half_file_is_left_and_the_same_cohort_gives_the_same_bytes(adata, tmp_path):
    for name in ("a.csv", "b.csv"):
        write_npx_long(adata, tmp_path / name)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.csv", "b.csv"]
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_a_host_without_plates_verdicts_and_frequencies_is_written_too(adata, tmp_path):
    bare = adata.copy()
    bare.obs = bare.obs.drop(columns=["plate", "qc"])
    bare.var = bare.var.drop(columns="missing_frequency")
    write_npx_long(bare, tmp_path / "bare.csv")
    header = (tmp_path / "bare.csv").read_text().partition("\n")[0].split(";")
    assert not {"PlateID", "QC_Warning", "MissingFreq"} & set(header)
    assert "NPX" in header


def test_a_failure_leaves_no_part_of_a_file(adata, tmp_path):
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(OSError, match="folder"):
        write_clinical(adata, tmp_path / "folder.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.csv"]
