"""Labels of an experiment's people, by each source."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import stratify
from stratify.assays.detectability import detectability
from stratify.errors import CohortError
from stratify.experiment.cohort import make_experiment_problem
from stratify.experiment.config import ExperimentConfig
from stratify.experiment.labelling import DIAGNOSIS, label_people, without_label_proteins
from stratify.learning.classifier import knowledge
from stratify.learning.permutation import permutation_test
from stratify.simulation.cohort import simulate_study
from stratify.simulation.design import StudyDesign
from stratify.subtyping.labels import UNLABELLED

SHIPPED = Path(stratify.__file__).parent / "data" / "definitions" / "th2-v1.toml"
ROLES = {"positive": ["AD"], "negative": ["PSO", "HC"], "reference": ["HC"], "target": ["MDD"]}
RULE = {"source": "axis-rule", "definition": "th2-v1"}


@pytest.fixture(scope="module")
def people():
    made = simulate_study(StudyDesign(separability=0.99, prior_overlap=1.0), seed=3, n=240).adata
    made = made[made.obs["sample_type"] == "sample"].copy()
    made.var["detectability"] = detectability(made)  # as `clean` keeps it
    made.obs["ige"] = np.where(made.obs["group"] == "AD", 500.0, 20.0)
    made.obs.loc[made.obs_names[:30], "ige"] = np.nan
    return made


def config(labels=None, **data):
    return ExperimentConfig.model_validate(
        {
            "name": "x",
            "question": "?",
            "data": {"simulate": "study", "matrix": "serum", "site": "unknown"} | ROLES | data,
            "labels": labels or {},
        }
    )


def test_the_diagnosis_is_the_default(people):
    source = label_people(config(), people)
    assert (source.name, source.statement, source.made_from) == ("reference-disease", DIAGNOSIS, {})
    np.testing.assert_array_equal(source.labels.y == 1, people.obs["group"] == "AD")


def test_the_axis_rule_labels_everybody_but_the_target(people):
    source = label_people(config(RULE), people)
    group = people.obs["group"]
    np.testing.assert_array_equal(source.labels.y == UNLABELLED, group == "MDD")
    np.testing.assert_array_equal(source.labels.target, group == "MDD")
    np.testing.assert_array_equal(source.labels.reference, group == "HC")
    positive = source.labels.y == 1
    assert positive[group == "AD"].mean() > 0.2 > 0.1 > positive[group == "HC"].mean()
    assert "Th2 above 95% of the reference people and above Th1, Th17" in source.statement
    assert list(source.made_from) == ["Th2", "Th1", "Th17"]


def test_groups_may_be_named_and_then_the_target_is_another(people):
    source = label_people(config(RULE | {"people": ["MDD", "HC"]}, target=[]), people)
    np.testing.assert_array_equal(source.labels.y >= 0, people.obs["group"].isin(["MDD", "HC"]))
    with pytest.raises(CohortError, match="MDD in both"):
        label_people(config(RULE | {"people": ["MDD"]}), people)


def test_to_compare_everybody_is_labelled(people):
    source = label_people(config(RULE), people, everybody=True)
    assert (source.labels.y >= 0).all()
    assert not source.labels.target.any()
    assert "learned at once from all 240 people" in source.statement


def test_clusters_say_how_stable_they_are(people):
    source = label_people(config({"source": "clusters", "definition": "th2-v1", "resamples": 20}), people)
    assert "ambiguous pairs" in source.statement
    assert "no accuracy" in source.statement
    assert set(source.labels.y) == {-1, 0, 1}


def test_an_outside_column_labels_those_who_have_a_value(people):
    source = label_people(config({"source": "outside", "column": "ige", "cutoff": 150.0}), people)
    known = people.obs["ige"].notna() & (people.obs["group"] != "MDD")
    np.testing.assert_array_equal(source.labels.y >= 0, known)
    assert source.relabelling is None
    assert source.made_from == {}
    twin = config({"source": "outside", "column": "ige", "cutoff": 150.0, "proteins": ["CCL17"]})
    assert len(label_people(twin, people).made_from["ige"]) == 1


def test_a_class_of_a_few_is_refused_to_learn_from_and_not_to_compare(people):
    few = people.copy()
    few.obs["ige"] = np.where(np.arange(240) < 3, 500.0, 20.0)
    asked = config({"source": "outside", "column": "ige", "cutoff": 150.0})
    with pytest.raises(CohortError, match="two classes with at least 5"):
        label_people(asked, few)
    assert (label_people(asked, few, everybody=True).labels.y == 1).sum() == 3


def test_label_proteins_are_left_out_by_name(people):
    source = label_people(config(RULE), people)
    kept = without_label_proteins(people, source)
    made = {assay for ids in source.made_from.values() for assay in ids}
    assert set(kept.var_names) == set(people.var_names) - made
    with pytest.raises(CohortError, match="every assay made it"):
        without_label_proteins(people[:, sorted(made)].copy(), source)


def test_a_fold_makes_its_labels_from_its_own_people(people):
    problem = make_experiment_problem(config(RULE | {"drop_label_proteins": True}), people)
    train = problem.learned[np.arange(len(problem.learned)) % 2 > 0]
    here = problem.in_fold(train)
    assert (here.y != problem.y).any()
    np.testing.assert_array_equal(here.y >= 0, problem.y >= 0)
    moved = people.copy()
    held = np.setdiff1d(problem.learned, train)
    moved.X[held] += np.random.default_rng(0).normal(0, 9, moved.X[held].shape)
    other = make_experiment_problem(config(RULE | {"drop_label_proteins": True}), moved).in_fold(train)
    np.testing.assert_array_equal(other.y[train], here.y[train])


def test_permuted_people_take_what_made_their_label_along(people):
    problem = make_experiment_problem(config(RULE | {"drop_label_proteins": True}), people)
    permuted = problem.permuted(5)
    assert (permuted.y != problem.y).any()
    np.testing.assert_array_equal(permuted.in_fold(permuted.learned).y, permuted.y)


def test_a_rule_on_proteins_that_tell_nothing_of_the_others_is_rarely_shown(people, tmp_path):
    low = SHIPPED.read_text(encoding="utf-8").replace("axis_percentile = 0.95", "axis_percentile = 0.6")
    (tmp_path / "low.toml").write_text(low, encoding="utf-8")
    asked = config(
        {"source": "axis-rule", "definition": str(tmp_path / "low.toml"), "drop_label_proteins": True}
    )
    shown = []
    for seed in range(10):
        noise = people.copy()
        noise.X = np.random.default_rng(seed).normal(size=noise.shape)
        problem = make_experiment_problem(asked, noise)
        known = knowledge((), (), problem.assays)
        test = permutation_test(problem, "centroids", known, most=9, folds=3, enough=3)
        shown.append(test.p_value <= 0.2)
    assert sum(shown) <= 5  # binomial(10, 0.2): more in 6 of a thousand


def test_a_class_that_a_fold_leaves_too_small_is_refused(people):
    problem = make_experiment_problem(config(RULE), people)
    healthy = np.flatnonzero(problem.reference)
    with pytest.raises(CohortError, match="as a fold labels it"):
        problem.in_fold(healthy[:20])  # one of twenty is beyond their 95th percentile


def test_a_site_with_one_class_goes_on_only_by_name(people):
    apart = people.copy()
    apart.obs["site"] = np.where(apart.obs["group"] == "AD", "dermatology", "psychiatry")
    with pytest.raises(CohortError, match="no site has people of both classes") as refusal:
        make_experiment_problem(config(site="site"), apart)
    assert "allow_inseparable_site" in refusal.value.do
    make_experiment_problem(config(site="site", allow_inseparable_site=True), apart)
    make_experiment_problem(config(site="site"), people)
