from __future__ import annotations

import hashlib

import pandas as pd
import pytest

from stratify.assays.cohort_file import open_cohort
from stratify.errors import ClinicalTableError
from stratify.simulation.files import simulate_files


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    simulate_files(folder / "cohort.csv", seed=1, n=40)
    return folder


def test_only_patients_are_left_and_everybody_has_a_group(study):
    opened = open_cohort([study / "cohort.csv"], study / "cohort-clinical.csv")
    assert opened.people.n_obs == 40
    assert set(opened.people.obs["group"]) == {"AD", "HC", "MDD", "PSO"}
    assert not opened.unmatched.lines()
    assert any(line.startswith("control-rows") for line in opened.removed)
    assert "detectability" in opened.people.var


def test_sources_are_digests_of_what_was_read(study):
    sources = open_cohort([study / "cohort.csv"]).sources
    assert sources == {"cohort.csv": hashlib.sha256((study / "cohort.csv").read_bytes()).hexdigest()}


def test_people_without_a_clinical_row_are_told(study, tmp_path):
    clinical = pd.read_csv(study / "cohort-clinical.csv")
    clinical.iloc[1:].to_csv(tmp_path / "part.csv", index=False)
    opened = open_cohort([study / "cohort.csv"], tmp_path / "part.csv")
    assert clinical["sample_id"][0] in " ".join(opened.unmatched.lines())


def test_a_table_of_other_people_is_refused(study, tmp_path):
    pd.DataFrame({"sample_id": ["X1", "X2"], "group": ["a", "b"]}).to_csv(tmp_path / "other.csv", index=False)
    with pytest.raises(ClinicalTableError):
        open_cohort([study / "cohort.csv"], tmp_path / "other.csv")
