import numpy as np
import pandas as pd
import pytest

from stratify.errors import ExperimentError
from stratify.signatures.pathways import (
    HANDLING,
    axis_scores,
    contrast_proteins,
    fit_axes,
    leading_axis,
    member_of_any,
    member_weights,
    members,
    one_pathway_each,
    pathway_names,
    pathway_table,
    weighted_means,
)
from stratify.signatures.protein_set import ProteinSet
from stratify.simulation.signature import study_assays

ASSAYS = study_assays()
AXES = ["Th2", "Th1", "Th17"]


def healthy(n=40, seed=0):
    return np.random.default_rng(seed).normal(size=(n, len(ASSAYS)))


def axes(rows=None, detectability=None):
    full = np.ones(len(ASSAYS))
    return fit_axes(
        AXES, ASSAYS, healthy() if rows is None else rows, full if detectability is None else detectability
    )


def test_shipped_table_names_its_sources():
    table = pathway_table()
    assert (table[["pathway", "gene", "source", "confidence"]] != "").all(axis=None)
    assert not table.duplicated(["pathway", "gene"]).any()
    assert {*AXES, HANDLING} <= set(pathway_names())
    assert pathway_names() == sorted(pathway_names())


def test_members_are_found_by_accession_or_by_symbol_and_never_by_an_empty_one():
    assays = pd.DataFrame({"uniprot": ["Q92583", "", "P00000", ""], "gene": ["renamed", "CCL17", "INS", ""]})
    assert members("Th2", assays).tolist() == [True, True, False, False]


def test_unknown_pathway_is_refused_with_the_nearest_name():
    with pytest.raises(ExperimentError, match="did you mean 'Th17'"):
        members("th17", ASSAYS)


def test_union_of_pathways():
    both = member_of_any(["Th2", "Th1"], ASSAYS)
    np.testing.assert_array_equal(both, members("Th2", ASSAYS) | members("Th1", ASSAYS))
    assert not member_of_any([], ASSAYS).any()


@pytest.mark.parametrize("delivered", ["Q14213_Q8NEV9", "Q8NEV9;Q14213", "Q8NEV9,Q14213"])
def test_complex_is_a_member_however_its_accessions_are_joined(delivered):
    assays = pd.DataFrame({"uniprot": [delivered, "P05231"], "gene": ["", ""]})
    assert members("Treg_regulatory", assays).tolist() == [True, False]


def test_each_assay_has_one_pathway_and_the_named_axes_claim_first():
    chosen = np.array(one_pathway_each(ASSAYS, AXES))
    assert chosen.shape == (len(ASSAYS),)
    th2, th1 = members("Th2", ASSAYS), members("Th1", ASSAYS)
    assert (chosen[th2] == "Th2").all()
    assert (chosen[th1 & ~th2] == "Th1").all()
    for name in set(chosen) - {"Other"}:
        assert members(name, ASSAYS)[chosen == name].all()
    assert not member_of_any(pathway_names(), ASSAYS)[chosen == "Other"].any()


def test_handling_claims_only_what_nothing_else_does():
    chosen = np.array(one_pathway_each(ASSAYS))
    elsewhere = member_of_any([name for name in pathway_names() if name != HANDLING], ASSAYS)
    np.testing.assert_array_equal(chosen == HANDLING, members(HANDLING, ASSAYS) & ~elsewhere)


def test_weights_follow_detectability_and_sum_to_one():
    detectability = np.random.default_rng(1).uniform(size=len(ASSAYS))
    state = axes(detectability=detectability)
    np.testing.assert_allclose(state.weights.sum(axis=1), 1.0)
    for name, row in zip(state.names, state.weights, strict=True):
        inside = members(name, ASSAYS)
        assert (row[~inside] == 0).all()
        ratio = row[inside] / detectability[inside]
        np.testing.assert_allclose(ratio, ratio[0])


def test_axis_without_a_detectable_member_is_left_out():
    state = axes(detectability=np.where(members("Th2", ASSAYS), 0.0, 1.0))
    assert state.names == ("Th1", "Th17")


def test_healthy_people_have_mean_zero_and_sd_one_on_every_axis():
    scores = axis_scores(axes(), healthy())
    np.testing.assert_allclose(scores.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(scores.std(axis=0, ddof=1), 1.0)


@pytest.mark.parametrize("order", ["C", "F"])
def test_lone_patient_is_scored_as_in_a_batch(order):
    state = axes()
    batch = np.ascontiguousarray(np.array(healthy(7, seed=2), order=order))
    scores = axis_scores(state, batch)
    for i, row in enumerate(batch):
        np.testing.assert_array_equal(axis_scores(state, row[None])[0], scores[i])


def test_planted_axis_leads_and_a_profile_below_health_has_none():
    state = axes()
    raised = np.stack([2.0 * members(name, ASSAYS) for name in AXES])
    assert leading_axis(state, raised) == AXES
    assert leading_axis(state, np.full((1, len(ASSAYS)), -3.0)) == ["none"]


@pytest.mark.parametrize("n", [0, 1])
def test_without_healthy_people_scores_are_weighted_means(n):
    state = axes(rows=healthy(n))
    np.testing.assert_array_equal(state.sd, 1.0)
    assert np.isfinite(axis_scores(state, healthy(2))).all()
    if n == 0:
        np.testing.assert_array_equal(
            axis_scores(state, healthy(2)), weighted_means(state.weights, healthy(2))
        )


def test_definition_without_axes_never_names_one():
    state = fit_axes([], ASSAYS, healthy(), np.ones(len(ASSAYS)))
    assert state.weights.shape == (0, len(ASSAYS))
    assert leading_axis(state, healthy(3)) == ["none"] * 3


def test_contrast_has_its_proteins_and_an_unknown_one_has_none():
    found = contrast_proteins(ASSAYS)
    assert 10 < found.sum() < len(ASSAYS) / 2
    assert found[(ASSAYS["gene"] == "CCL17").to_numpy()].all()
    assert not contrast_proteins(ASSAYS, "no such contrast").any()


OWN = ProteinSet("Th2", (("CCL17", 2.0), ("Q99616", 1.0)))


def test_own_set_is_found_by_symbol_or_accession_with_its_weights():
    weights = member_weights(OWN, ASSAYS)
    assert set(ASSAYS["gene"][weights == 2.0]) == {"CCL17"}
    assert set(ASSAYS["gene"][weights == 1.0]) == {"CCL13"}
    np.testing.assert_array_equal(members(OWN, ASSAYS), weights > 0)
    np.testing.assert_array_equal(member_weights("Th2", ASSAYS), members("Th2", ASSAYS) * 1.0)


def test_own_set_takes_the_place_of_the_shipped_one():
    state = fit_axes([OWN, "Th1"], ASSAYS, healthy(), np.ones(len(ASSAYS)))
    assert state.names == ("Th2", "Th1")
    np.testing.assert_allclose(
        state.weights[0], member_weights(OWN, ASSAYS) / member_weights(OWN, ASSAYS).sum()
    )
    chosen = np.array(one_pathway_each(ASSAYS, [OWN]))
    np.testing.assert_array_equal(chosen == "Th2", members(OWN, ASSAYS))
