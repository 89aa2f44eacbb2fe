from __future__ import annotations

import pytest

from stratify.assays.clinical import Unmatched
from stratify.assays.cohort_reading import read_cohort
from stratify.errors import ClinicalTableError
from stratify.simulation.files import simulate_files


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("reading")
    simulate_files(path / "cohort.csv", n=60, seed=2)
    return path


def test_a_clinical_table_is_joined_where_there_is_one(folder):
    alone, nobody = read_cohort([folder / "cohort.csv"])
    joined, unmatched = read_cohort([folder / "cohort.csv"], folder / "cohort-clinical.csv")
    assert "age" not in alone.obs
    assert "age" in joined.obs
    assert nobody == unmatched == Unmatched((), ())
    assert joined.obs_names.tolist() == alone.obs_names.tolist()
    assert joined.n_obs > 60  # controls and bridges are kept


def test_a_table_of_other_people_is_refused(folder, tmp_path):
    (tmp_path / "other.csv").write_text("sample_id,age\nX1,30\n", encoding="utf-8")
    with pytest.raises(ClinicalTableError):
        read_cohort([folder / "cohort.csv"], tmp_path / "other.csv")
