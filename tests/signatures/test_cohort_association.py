"""From a cohort to associations, with hostile clinical tables."""

from __future__ import annotations

import json

import numpy as np
import pytest

from stratify.assays.sample_names import patient_rows
from stratify.errors import ClinicalTableError, CohortError
from stratify.signatures.cohort_association import associate
from stratify.signatures.frozen_scores import pathway_scores
from stratify.simulation.cohort import simulate_study


@pytest.fixture(scope="module")
def study():
    adata = simulate_study(seed=3).adata
    people = adata[patient_rows(adata)].copy()
    del people.obs["madrs"]  # the tests write their own
    return people


@pytest.fixture
def people(study):
    people = study.copy()
    mdd = (people.obs["group"] == "MDD").to_numpy()
    th2 = pathway_scores(people)[0]["Th2"].to_numpy()
    noise = np.random.default_rng(0).normal(size=people.n_obs)
    people.obs["MADRS"] = np.where(mdd, np.round(np.clip(30 + 5 * th2 + 2 * noise, 0, 60)), np.nan)
    return people


def test_a_planted_association_is_found_in_its_group(people):
    found = associate(people, "madrs", group=["MDD"], covariates=["age", "sex"])
    table = found.table()
    assert table.loc[0, "score"] == "Th2"
    assert table.loc[0, "q_value"] < 0.01
    facts = found.facts()
    assert (facts["persons"], facts["groups"], facts["covariates"]) == (25, ["MDD"], ["age", "sex"])
    assert "cause" in facts["caution"]
    json.dumps(facts, allow_nan=False)


def test_proteins_take_the_place_of_pathways(people):
    table = associate(people, "madrs", proteins=True).table()
    assert len(table) == people.n_vars
    assert table["score"].is_unique
    assert (table["specific"] == "").all()


def test_several_groups_together_are_warned_of(people):
    people.obs["crp"] = np.random.default_rng(1).normal(size=people.n_obs)
    assert any("together" in line for line in associate(people, "crp").warnings)
    assert not any("together" in line for line in associate(people, "crp", covariates=["group"]).warnings)
    assert not any("together" in line for line in associate(people, "crp", group=["HC"]).warnings)


def test_an_outcome_that_most_lack_is_warned_of(people):
    people.obs.loc[people.obs.index[people.obs["MADRS"].notna()][:13], "MADRS"] = np.nan
    found = associate(people, "madrs", group=["MDD"])
    assert found.association.n_samples.max() == 12
    assert any("13 of 25 samples without the outcome" in line and "most" in line for line in found.warnings)


def test_covariates_with_gaps_are_counted(people):
    first = people.obs.index[people.obs["group"] == "MDD"][:3]
    people.obs.loc[first, "age"] = np.nan
    found = associate(people, "madrs", group=["MDD"], covariates=["age"])
    assert found.association.n_samples.max() == 22
    assert "3 samples with the outcome but without a covariate are left out" in found.warnings


def test_visits_are_seen_by_the_persons_column(people):
    mdd = people.obs.index[people.obs["group"] == "MDD"]
    people.obs.loc[mdd, "patient_id"] = np.repeat([f"P{i}" for i in range(13)], 2)[:25]
    found = associate(people, "madrs", group=["MDD"])
    assert found.association.repeated
    assert found.facts()["persons"] == 13
    del people.obs["patient_id"]
    assert any("person of its own" in line for line in associate(people, "madrs", group=["MDD"]).warnings)


def test_handling_that_follows_the_outcome_is_warned_of(people):
    leak = pathway_scores(people)[0]["QC_preanalytical"]
    people.obs["score"] = leak.to_numpy()
    assert any("how blood was handled" in line for line in associate(people, "score", group=["MDD"]).warnings)


@pytest.mark.parametrize(
    ("values", "error"),
    [
        (lambda n: [30.0] * n, CohortError),
        (lambda n: ["much"] * n, ClinicalTableError),
        (lambda n: [None] * n, CohortError),
        (lambda n: [20.0, 30.0] + [None] * (n - 2), CohortError),
        (lambda n: [20.0] * (n - 1) + [30.0], CohortError),
    ],
)
def test_outcomes_that_can_not_be_followed_are_refused(people, values, error):
    people.obs["MADRS"] = values(people.n_obs)
    with pytest.raises(error):
        associate(people, "madrs")


def test_wrong_names_are_refused(people):
    with pytest.raises(CohortError, match="MDDD"):
        associate(people, "madrs", group=["MDDD"])
    with pytest.raises(ClinicalTableError, match="agee"):
        associate(people, "madrs", covariates=["agee"])
    with pytest.raises(CohortError, match="in full"):
        associate(people, "madrs", group=["MDD"], covariates=["MADRS"])


def test_many_ties_are_answered(people):
    mdd = people.obs.index[people.obs["group"] == "MDD"]
    people.obs.loc[mdd, "MADRS"] = [20.0] * 20 + [30.0] * 5
    assert np.isfinite(associate(people, "madrs", group=["MDD"]).table()["p_value"]).all()


@pytest.mark.parametrize("proteins", [True, False])
def test_people_without_levels_are_refused(people, proteins):
    people.X[(people.obs["group"] == "MDD").to_numpy(), 1:] = np.nan
    people.X[np.flatnonzero(people.obs["group"] == "MDD")[5:], 0] = np.nan
    with pytest.raises(CohortError, match="level in at least 8 persons"):
        associate(people, "madrs", group=["MDD"], proteins=proteins)
