from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from stratify.errors import CohortError, ExperimentError
from stratify.signatures.activity.gene_sets import named_set
from stratify.signatures.activity.registry import METHODS
from stratify.signatures.activity.scores import pathway_activity
from stratify.signatures.pathways import pathway_names
from stratify.simulation.cohort import simulate_study

SETS = {"two": ["CCL17", "IFNG"], "six": ["IL6"], "none": ["INS"]}


@pytest.fixture(scope="module")
def study():
    adata = simulate_study(seed=3).adata
    return adata[(adata.obs["sample_type"] == "sample").to_numpy()].copy()


@pytest.mark.parametrize("method", list(METHODS))
@pytest.mark.parametrize("reference", [None, "HC"])
def test_every_method_scores_the_shipped_pathways(study, method, reference):
    activity = pathway_activity(study, method=method, reference=reference)
    assert activity.scores.columns.tolist() == pathway_names()
    assert activity.table().columns.tolist() == ["sample_id", *pathway_names()]
    assert np.isfinite(activity.scores.to_numpy()).all()
    assert (activity.sets["verified_share"].between(0, 1)).all()
    text = "\n".join(activity.notes)
    assert ("a lone patient cannot be scored" in text) == (reference is None and method != "rank")
    assert "from memory" in text
    assert ("kernel_at_2sd" in activity.sets) == (method == "gsva")
    assert ("re-ranks the rest: without" in text) == (method == "gsva")


@pytest.mark.parametrize("method", list(METHODS))
def test_the_order_of_the_file_changes_nothing(study, method):
    rng = np.random.default_rng(0)
    mixed = study[rng.permutation(study.n_obs), rng.permutation(study.n_vars)].copy()
    got = pathway_activity(mixed, method=method, reference="HC").scores.loc[study.obs_names]
    wanted = pathway_activity(study, method=method, reference="HC").scores
    np.testing.assert_allclose(got, wanted, atol=1e-9)


def test_atopic_dermatitis_is_higher_in_th2(study):
    scores = pathway_activity(study, reference="HC").scores["Th2"]
    groups = study.obs["group"].astype(str)
    assert scores[groups == "AD"].mean() > scores[groups == "HC"].mean() + 0.5


@pytest.mark.parametrize("method", list(METHODS))
def test_gaps_leave_fewer_members_and_the_count_says_so(people, method):
    people.X[0, 1] = np.nan  # IFNG
    people.X[1] = np.nan
    activity = pathway_activity(people, method=method, sets=SETS)
    assert activity.members["two"].tolist()[:3] == [1, 0, 2]
    assert activity.scores["two"].isna().tolist()[:3] == [False, True, False]
    assert activity.scores["none"].isna().all()
    table = activity.sets.set_index("pathway")
    assert table.loc["two", ["fewest_members", "samples_on_fewer", "samples_not_scored"]].tolist() == [
        0,
        1,
        1,
    ]
    text = "\n".join(activity.notes)
    assert "two: some samples are scored on fewer members" in text
    assert "none: no member can be used" in text
    assert "1 assays of proteins that another assay stands for" in text


def test_a_group_that_is_not_there_is_refused(people):
    with pytest.raises(CohortError, match="HC"):
        pathway_activity(people, reference="Healthy")
    del people.obs["group"]
    with pytest.raises(CohortError, match="clinical table"):
        pathway_activity(people, reference="HC")


def test_a_lone_patient_is_refused_without_a_reference(people):
    with pytest.raises(CohortError, match="their own reference"):
        pathway_activity(people[:1])
    assert np.isfinite(pathway_activity(people[:1], method="rank", sets=SETS).scores["six"]).all()


def test_sets_without_a_name_of_their_own_are_refused(people):
    one = named_set("a", ["IL6"], "x")
    for sets in ({}, {"sample_id": ["IL6"]}, [one, one]):
        with pytest.raises(ExperimentError, match="names of their own"):
            pathway_activity(people, sets=sets)


def test_people_without_a_group_are_no_reference(people):
    people.obs["group"] = pd.Categorical([None] * 4 + ["HC"] * 8)
    assert "frozen on 8 people" in "\n".join(pathway_activity(people, reference="HC").notes)
    for nobody in ("nan", "", "None"):
        with pytest.raises(CohortError, match="groups: HC"):
            pathway_activity(people, reference=nobody)


@pytest.mark.parametrize("method", list(METHODS))
@pytest.mark.parametrize("levels", [np.ones((4, 2)), np.full((4, 2), np.nan), np.zeros((5, 0))])
def test_levels_that_say_nothing_give_no_number_and_no_warning(method, levels):
    var = pd.DataFrame({"uniprot": ["P01375", "P05231"], "gene": ["TNF", "IL6"]}, index=["a", "b"])
    people = AnnData(levels, var=var.iloc[: levels.shape[1]])
    activity = pathway_activity(people, method=method, sets={"one": ["TNF"], "all": ["TNF", "IL6"]})
    expected = 1 if method == "rank" and levels.size and np.isfinite(levels).all() else 0
    assert activity.scores.notna().all().sum() == expected


def test_what_is_thin_is_said(people):
    people.X[2, 0] = np.nan
    notes = pathway_activity(people, sets={"thin": ["CCL17", "A", "B"], "gone": ["CD40LG"]}).notes
    for words in (
        "thin: less than half of the members are measured",
        "thin: some samples are not scored",
        "gone: no member can be used",
    ):
        assert any(line.startswith(words) for line in notes), (words, notes)
