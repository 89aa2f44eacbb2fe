"""One row a patient, one assay a protein."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from anndata import concat

from stratify.errors import CohortError, StratifyError
from stratify.signatures.patients import patients_of


def test_samples_of_a_patient_are_averaged(make_people):
    people = make_people()
    again = people.copy()
    again.obs_names = "R" + again.obs_names
    again.X = people.X + 0.2
    twice = concat([people, again], merge="same")
    twice.obs["patient_id"] = [name.lstrip("SR") for name in twice.obs_names]
    found = patients_of(twice, ["MDD", "HC"])
    once = patients_of(people, ["MDD", "HC"])
    order = [once.ids.tolist().index("S" + name) for name in found.ids]
    np.testing.assert_allclose(found.levels, once.levels[order] + 0.1)
    assert found.groups.tolist() == once.groups[order].tolist()
    assert "averaged" in found.notes[0]


def test_a_gap_in_one_of_two_samples_is_filled_by_the_other(make_people):
    people = make_people()[:40].copy()
    people.obs["group"] = ["MDD"] * 20 + ["HC"] * 20
    people.obs["patient_id"] = [f"P{i // 2}" for i in range(40)]
    wanted = people.X[1, 0]
    people.X[0, 0] = np.nan
    found = patients_of(people, ["MDD", "HC"])
    assert found.levels[found.ids == "P0", 0].item() == wanted


def test_order_of_samples_only_orders_patients(make_people):
    people = make_people()
    mixed = people[np.random.default_rng(0).permutation(len(people))].copy()
    one, other = patients_of(people, ["MDD", "HC"]), patients_of(mixed, ["MDD", "HC"])
    np.testing.assert_array_equal(one.levels, other.levels)
    assert one.ids.tolist() == other.ids.tolist()


def test_a_protein_counts_once(make_people):
    people = make_people(proteins=12)
    people.var["uniprot"] = ["P05231", "P05231", *[f"Q{i:05d}" for i in range(10)]]
    people.var["gene"] = ["IL6", "IL6", *people.var["gene"].iloc[2:]]
    people.var["panel"] = ["Cardiometabolic", "Inflammation", *[""] * 10]
    found = patients_of(people, ["MDD", "HC"])
    assert found.assays.index.tolist() == ["A1", *[f"A{i}" for i in range(2, 12)]]
    people.var["panel"] = ""
    assert "A1" not in patients_of(people, ["MDD", "HC"]).assays.index


def test_proteins_hardly_measured_are_left_out(make_people):
    people = make_people()
    people.X[2:25, 4] = np.nan
    people.X[:, 5] = 1.0
    kept = patients_of(people, ["MDD", "HC"]).assays.index
    assert {"A4", "A5"}.isdisjoint(kept)
    assert len(kept) == 58


def test_covariates_are_coded_and_patients_without_are_left_out(make_people):
    people = make_people()
    people.obs["sex"] = ["M", "F", ""] + ["F"] * 84
    people.obs.loc["S60", "age"] = np.nan
    found = patients_of(people, ["MDD", "HC"], covariates=["age", "sex"])
    assert found.covariates.shape == (55, 2)
    assert np.isfinite(found.covariates).all()
    assert "2 patients" in found.notes[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"groups": ["MDD", "ADHD"]}, "nobody"),
        ({"groups": ["MDD", "MDD"]}, "different groups"),
        ({"group": "arm"}, "'arm'"),
        ({"covariates": ["bmi"]}, "'bmi'"),
    ],
)
def test_questions_without_people_are_refused(make_people, change, words):
    asked = {"groups": ["MDD", "HC"]} | change
    with pytest.raises(StratifyError, match=words):
        patients_of(make_people(), asked.pop("groups"), **asked)


def test_groups_of_two_people_are_refused(make_people):
    people = make_people(counts={"MDD": 2, "HC": 9})
    with pytest.raises(CohortError, match="at least 3 patients in group 'MDD'"):
        patients_of(people, ["MDD", "HC"])


def test_a_patient_in_two_groups_is_refused(make_people):
    people = make_people()
    people.obs["patient_id"] = ["P"] + ["Q"] * 24 + [f"R{i}" for i in range(61)] + ["P"]
    with pytest.raises(CohortError, match="P in several"):
        patients_of(people, ["MDD", "HC"])


def test_missing_groups_belong_to_nobody(make_people):
    people = make_people()
    people.obs["group"] = people.obs["group"].where(pd.Series(range(87), people.obs_names) > 2, None)
    assert len(patients_of(people, ["MDD", "HC"]).ids) == 54


def test_covariates_that_say_the_same_count_once(make_people):
    people = make_people()
    people.obs["months"] = people.obs["age"] * 12 + 3
    people.obs["plate"] = np.resize(["a1", "a2", "b1", "b2"], 87)
    people.obs["site"] = people.obs["plate"].str[0]
    found = patients_of(people, ["MDD", "HC"], covariates=["age", "months", "plate", "site"])
    assert found.covariates.shape == (57, 4)
    assert np.linalg.matrix_rank(found.design(["MDD", "HC"])) == 6


def test_codes_of_sites_are_classes(make_people):
    people = make_people()
    people.obs["site"] = np.resize(["1", "2", "3"], 87)
    assert patients_of(people, ["MDD", "HC"], covariates=["site"]).covariates.shape == (57, 2)


def test_order_of_samples_plays_no_part_in_covariates(make_people):
    people = make_people(counts={"MDD": 24, "HC": 24})
    people.obs["patient_id"] = [f"P{i // 2}" for i in range(48)]
    people.obs["plate"] = np.resize(["a", "b", "b", "b", ""], 48)
    people.obs.loc["S3", "age"] = np.nan
    asked = {"groups": ["MDD", "HC"], "covariates": ["age", "plate"]}
    one, other = patients_of(people, **asked), patients_of(people[::-1].copy(), **asked)
    np.testing.assert_allclose(one.covariates, other.covariates)
    assert one.obs["plate"].tolist() == other.obs["plate"].tolist()
    ages = people.obs.groupby("patient_id")["age"].mean()
    np.testing.assert_allclose(one.obs["age"].to_numpy(dtype=float), ages[one.ids.astype(str)])


def test_proteins_that_cannot_be_adjusted_are_left_out(make_people):
    people = make_people(counts={"MDD": 20, "HC": 20})
    people.obs["site"] = np.resize(["a", "b"], 40)
    people.X[(people.obs["site"] == "a").to_numpy(), 4] = np.nan  # measured at one site only
    people.obs["plate"] = [f"p{i % 5}" for i in range(40)]
    people.X[[*range(3, 20), *range(23, 40)], 7] = np.nan  # six people for as many coefficients
    assert len(patients_of(people, ["MDD", "HC"]).assays) == 60
    found = patients_of(people, ["MDD", "HC"], covariates=["site", "plate"])
    assert found.assays.index.tolist() == [f"A{i}" for i in range(60) if i not in (4, 7)]
    assert "too few for the covariates" in found.notes[-1]
