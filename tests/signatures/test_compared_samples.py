"""Which samples enter, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from stratify.errors import ClinicalTableError, CohortError
from stratify.signatures.compared_samples import compared_samples, patients_of, plain_words


def cohort(**columns):
    obs = pd.DataFrame({"group": ["HC"] * 4 + ["MDD"] * 4 + [""]} | columns, [f"S{i}" for i in range(9)])
    return AnnData(np.arange(18, dtype=np.float32).reshape(9, 2), obs=obs)


def test_samples_of_the_groups_with_known_covariates_enter():
    age = [30.0, np.nan, 40, 50, 30, 40, 50, 60, np.nan]
    chosen = compared_samples(cohort(age=age), ["HC", "MDD"], covariates=["Age"])
    assert chosen.levels.dtype == np.float64
    assert chosen.count("HC") == (3, 3)
    assert chosen.covariates == ("age",)
    assert chosen.warnings == ("1 samples without age are left out",)
    assert chosen.where(np.arange(7) > 0).count("HC") == (2, 2)


def test_repeats_are_refused_unless_blocked():
    people = cohort(patient_id=["P1", "P1", "P2", "P3", "P4", "P5", "P6", None, None])
    with pytest.raises(CohortError, match='block="patient_id"'):
        compared_samples(people, ["HC", "MDD"])
    chosen = compared_samples(people, ["HC", "MDD"], block="patient_id")
    assert chosen.count("HC") == (4, 3)
    assert len(set(chosen.patients)) == 7


def test_a_repeat_outside_the_groups_is_no_repeat():
    people = cohort(patient_id=[f"P{i}" for i in range(8)] + ["P0"])
    assert compared_samples(people, ["HC", "MDD"]).count("MDD") == (4, 4)


def test_few_patients_are_told():
    (line,) = compared_samples(cohort()[[0, 1, 2, 4]], ["HC", "MDD"]).warnings
    assert line.startswith("fewer than 3 patients in MDD")


@pytest.mark.parametrize(
    ("groups", "options", "kind", "words"),
    [
        (["HC", "MMD"], {}, CohortError, "did you mean 'MDD'"),
        (["HC", "HC"], {}, CohortError, "two different groups"),
        (["HC", ""], {}, CohortError, "group ''"),
        (["HC", "MDD"], {"group": "Gruppe"}, ClinicalTableError, "Gruppe"),
        (["HC", "MDD"], {"covariates": ["aeg"]}, ClinicalTableError, "did you mean 'age'"),
        (["HC", "MDD"], {"block": "patient"}, ClinicalTableError, "patient"),
        (["HC", "MDD"], {"covariates": ["age"], "formula": "~ group"}, CohortError, "both"),
        (["HC", "MDD"], {"covariates": ["half"]}, CohortError, "known covariates"),
    ],
)
def test_what_is_not_there_is_refused(groups, options, kind, words):
    people = cohort(age=np.arange(9.0), half=[1.0] * 4 + [np.nan] * 5)
    with pytest.raises(kind, match="expected") as refusal:
        compared_samples(people, groups, **options)
    assert words in str(refusal.value)


def test_columns_of_a_formula_are_found_in_other_spellings():
    chosen = compared_samples(cohort(sex=[*"FMFMFMFM", ""]), ["HC", "MDD"], formula="~ group * Gender")
    assert chosen.obs["Gender"].tolist() == list("FMFMFMFM")


def test_patients_and_words():
    assert patients_of(pd.DataFrame(index=["a"])).tolist() == ["sample a"]
    assert plain_words(pd.Series([1.0, np.nan])).tolist() == ["1", ""]
