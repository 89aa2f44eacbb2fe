import numpy as np
import pytest

from stratify.errors import CohortError
from stratify.simulation.signature import study_assays
from stratify.subtyping.axis_rule import label_proteins, made_from_axes
from stratify.subtyping.clusters import (
    ClusterRule,
    ambiguous_pairs,
    cluster_stability,
    consensus_clusters,
    consensus_matrix,
)
from stratify.subtyping.definition import read_definition
from stratify.subtyping.label_source import Relabelling

ASSAYS = study_assays()
TH2 = read_definition("th2-v1")
SCORER = label_proteins(TH2, ASSAYS, np.ones(len(ASSAYS)))[1]
REFERENCE = np.arange(60) < 30


def people(shift, seed=0):
    """Sixty people, of whom the last twenty have raised Th2 proteins."""
    profiles = np.random.default_rng(seed).normal(size=(60, len(SCORER.assays)))
    th2 = SCORER.assays.index.isin(made_from_axes(TH2.axis_sets, SCORER.assays)["Th2"])
    profiles[40:, th2] += shift
    return profiles


def test_clear_clusters_are_found_and_the_highest_on_the_lead_axis_is_positive():
    found = ClusterRule(SCORER, "Th2").fit(people(3.0), REFERENCE)
    assert found.positive(people(3.0)).tolist() == [False] * 40 + [True] * 20
    assert found.positive(people(3.0, seed=9)).tolist() == [False] * 40 + [True] * 20


def stability(profiles):
    rule = ClusterRule(SCORER, "Th2")
    return cluster_stability(
        Relabelling(rule, profiles, REFERENCE, np.ones(60, bool)), np.arange(60), null_draws=3
    )


def test_clear_clusters_are_stable_and_structureless_data_are_not():
    clear, nothing = stability(people(3.0)), stability(people(0.0))
    assert clear.pac < 0.02 < clear.structureless_pac
    assert clear.sizes == (40, 20)
    assert min(clear.within) > 0.95
    assert nothing.pac > 0.1
    assert "in data without clusters" in nothing.sentence()


def test_stability_of_another_rule_is_a_mistake_of_the_caller():
    with pytest.raises(TypeError):
        cluster_stability(Relabelling(object(), people(0.0), REFERENCE, REFERENCE), np.arange(60))


def test_the_same_seed_gives_the_same_consensus():
    scores = np.random.default_rng(0).normal(size=(30, 3))
    first, again = (consensus_matrix(scores, 3, seed=4) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(first, first.T)
    assert (np.diag(first) == 1.0).all()
    assert (first != consensus_matrix(scores, 3, seed=5)).any()


def test_pairs_between_the_bounds_are_ambiguous():
    consensus = np.array([[1.0, 0.5, 0.0], [0.5, 1.0, 0.95], [0.0, 0.95, 1.0]])
    assert ambiguous_pairs(consensus) == pytest.approx(1 / 3)
    assert sorted(np.bincount(consensus_clusters(consensus, 2))) == [1, 2]


def test_a_cluster_of_a_few_outliers_is_refused():
    profiles = people(0.0)
    profiles[:2] += 40.0
    with pytest.raises(CohortError, match="clusters of 2, 58"):
        ClusterRule(SCORER, "Th2").fit(profiles, ~REFERENCE)
