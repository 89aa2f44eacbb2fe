import numpy as np
import pytest

from stratify.errors import CohortError
from stratify.simulation.cohort import simulate_study
from stratify.simulation.design import StudyDesign
from stratify.subtyping.clusters import ClusterRule
from stratify.subtyping.definition import OwnAxis, read_definition
from stratify.subtyping.labels import UNLABELLED
from stratify.subtyping.rule_labels import compare_definitions, relabelling_by_rule

TH2 = read_definition("th2-v1")


@pytest.fixture(scope="module")
def people():
    made = simulate_study(StudyDesign(separability=0.99, prior_overlap=1.0), seed=3).adata
    return made[made.obs["sample_type"] == "sample"].copy()


def compare(people, other, reference=("HC",)):
    return compare_definitions(TH2, other, people, groups=people.obs["group"], reference=reference)


def test_a_definition_agrees_with_itself(people):
    found = compare(people, TH2)
    assert (found.n, found.only_first, found.only_second, found.kappa) == (108, 0, 0, 1.0)
    assert found.both > 0
    assert (found.first, found.second) == ("Th2-skewed (v1)", "Th2-skewed (v1) (other)")


def test_a_higher_cut_off_calls_fewer_and_they_are_named(people):
    found = compare(people, TH2.model_copy(update={"version": 2, "axis_percentile": 0.8}))
    assert found.only_first == 0 < found.only_second == len(found.discordant)
    assert set(found.discordant) <= set(people.obs_names)
    assert found.second == "Th2-skewed (v2)"


def test_own_proteins_decide(people):
    own = OwnAxis(name="Th2", weights={"CCL17": 1.0})
    found = compare(people, TH2.model_copy(update={"axis": (own,)}))
    assert found.kappa < 1.0


def test_people_without_enough_of_an_axis_are_not_labelled(people):
    thin = people.copy()
    made = relabelling_by_rule(TH2, people, labelled=np.ones(108, bool), reference=np.zeros(108, bool))
    thin.X[0] = np.nan
    part = relabelling_by_rule(TH2, thin, labelled=np.ones(108, bool), reference=np.ones(108, bool))
    assert made.labelled.all()
    assert np.flatnonzero(~part.labelled).tolist() == [0]
    assert np.flatnonzero(~part.reference).tolist() == [0]
    assert part.fitted_to(np.arange(1, 108))[0] == UNLABELLED


def test_clusters_take_the_place_of_the_rule(people):
    everybody = np.ones(108, bool)
    made = relabelling_by_rule(TH2, people, labelled=everybody, reference=everybody, clusters=(2, 20, 7))
    assert isinstance(made.rule, ClusterRule)
    assert (made.rule.n_clusters, made.rule.resamples, made.rule.seed) == (2, 20, 7)


def test_an_absent_reference_group_is_named(people):
    with pytest.raises(CohortError, match="no sample of Healthy"):
        compare(people, TH2, reference=("Healthy",))
    with pytest.raises(CohortError, match="resemblance"):
        compare(people, read_definition("resemblance-v1"))
