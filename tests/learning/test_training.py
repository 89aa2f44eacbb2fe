from dataclasses import astuple, replace

import numpy as np
import pandas as pd
import pytest

from stratify.learning.calibration import fit_platt
from stratify.learning.frozen import Batch
from stratify.learning.metrics import auc
from stratify.learning.scores import score_batch
from stratify.learning.training import Recipe, train
from stratify.learning.validation import Plan
from stratify.signatures.pathways import contrast_proteins, members
from stratify.subtyping.definition import read_definition

QUICK = Plan(folds=4, repeats=1, trials=0)


def test_training_beats_chance_and_says_so(trained):
    done = trained()
    assert done.family == "factor-centroids"
    assert done.evaluation.auc("factor-centroids") > 0.75
    assert done.test.p_value == 1 / 20
    assert done.model.rule.shown


def test_model_is_the_final_fit_on_everybody_learned(trained, problem):
    model = trained().model
    assert model.assays.index.tolist() == problem.assays.index.tolist()
    assert model.assays["pathway"][members("Th2", problem.assays)].eq("Th2").all()
    rows = problem.y >= 0
    score = model.scorer.score(problem.profiles[rows])
    assert auc(problem.y[rows], score) > trained().evaluation.auc("factor-centroids")
    background = model.scorer.standardise(problem.profiles[rows]).mean(axis=0)
    np.testing.assert_allclose(model.background, background)


def test_members_carry_the_held_out_negatives(trained):
    done = trained()
    scores = done.evaluation.of("factor-centroids")
    assert len(done.model.members) == 50
    assert [member.repeat for member in done.model.members] == sorted(list(range(10)) * 5)
    for member, (_, part) in zip(done.model.members, scores.groupby(["repeat", "fold"]), strict=True):
        np.testing.assert_array_equal(member.negatives, np.sort(part.loc[part["label"] == 0, "score"]))


def test_member_is_the_model_that_scored_its_fold(trained, problem):
    done = trained()
    scores = done.evaluation.of("factor-centroids")
    rows = pd.Index(problem.samples)
    for member, (_, part) in zip(done.model.members, scores.groupby(["repeat", "fold"]), strict=True):
        again = member.scorer.score(problem.profiles[rows.get_indexer(part["sample_id"])])
        np.testing.assert_allclose(again, part["score"], atol=1e-9)


def test_handling_leaves_out_every_axis_and_contrast(trained, problem):
    model = trained().model
    used = model.handling.weights > 0
    assert used.any()
    for axis in model.definition["axes"]:
        assert not (used & members(axis, problem.assays)).any()
    assert not (used & contrast_proteins(problem.assays)).any()


def test_rule_is_that_of_the_definition(trained):
    rule, definition = trained().model.rule, read_definition("th2-v1")
    assert (rule.positive_call, rule.negative_call) == ("Th2-skewed", "not Th2-skewed")
    for name in ("alpha", "healthy_tail", "smallest_relevant_size", "least_weight_covered", "lead"):
        assert getattr(rule, name) == getattr(definition, name)


def test_probability_is_calibrated_out_of_fold(trained):
    done = trained()
    scores = done.evaluation.of("factor-centroids")
    probability = done.model.calibration.probability(scores["score"].to_numpy())
    assert probability.mean() == pytest.approx((scores["label"] == 1).mean(), abs=0.03)
    assert done.model.calibration.prevalence == pytest.approx(30 / 83)


def test_each_person_counts_once_in_the_calibration(trained):
    done = trained()
    scores = done.evaluation.of("factor-centroids")
    tenth = fit_platt(scores["score"].to_numpy(), scores["label"].to_numpy(), np.full(len(scores), 0.1))
    assert astuple(done.model.calibration) == pytest.approx(astuple(tenth))


def recipe(**changed):
    start = Recipe("demo", 1, "AD", read_definition("resemblance-v1"), [], "composite", QUICK, 0)
    return replace(start, **changed)


def test_without_a_permutation_test_no_call_is_made(plain_problem):
    problem = plain_problem(effect=4.0)
    done = train(problem, recipe())
    scores = score_batch(
        done.model,
        Batch(problem.profiles, np.zeros((60, 20), dtype=bool), ["ok"] * 60, "bridge", np.zeros(20)),
    )
    assert {decision.call for decision in scores.decisions} == {"indeterminate"}
    assert all("model-not-shown" in decision.reasons for decision in scores.decisions)


@pytest.mark.parametrize(("permutations", "family"), [(39, "factor-centroids"), (0, "composite")])
def test_better_family_is_chosen_only_where_something_is_shown(plain_problem, permutations, family):
    lines = []
    done = train(
        plain_problem(p=60, effect=2.0),
        recipe(
            families=["composite", "factor-centroids"],
            plan=replace(QUICK, folds=5, repeats=2),
            permutations=permutations,
        ),
        tell=lines.append,
    )
    assert done.evaluation.families == ["composite", "factor-centroids"]
    assert done.test.shown == (permutations > 0)
    assert done.family == done.model.family == family
    assert lines[-1] == f"final fit of {family} on all 60 people"


def test_problem_without_healthy_people_can_be_trained(plain_problem):
    plain = plain_problem(effect=3.0)
    problem = replace(plain, reference=np.zeros(60, dtype=bool))
    model = train(problem, recipe(definition=read_definition("resemblance-v1"))).model
    assert model.healthy.n == 0
    batch = Batch(problem.profiles[:2], np.zeros((2, 20), dtype=bool), ["ok"] * 2, "bridge", np.zeros(20))
    assert np.isnan(score_batch(model, batch).magnitude_z).all()


def test_same_recipe_gives_the_same_model(plain_problem):
    problem = plain_problem()
    one, other = (train(problem, recipe(default="factor-centroids")) for _ in range(2))
    pd.testing.assert_frame_equal(one.evaluation.predictions, other.evaluation.predictions)
    np.testing.assert_array_equal(one.model.scorer.weights, other.model.scorer.weights)
    np.testing.assert_array_equal(one.model.offsets, other.model.offsets)
    assert one.model.biology.bound == other.model.biology.bound


@pytest.fixture(scope="module")
def treated(cohort, problem):
    """Train on the same people, once for each thing that can stand in for values below the limit."""
    lod = np.asarray(cohort.layers["lod"])
    halved = np.where(problem.profiles < lod, lod - 0.5, problem.profiles)
    variants = {
        "keep": problem,
        "lod/sqrt2": replace(problem, profiles=halved, below_lod="lod/sqrt2"),
        "censored": replace(problem, below_lod="censored", limits=lod),
    }
    definition = read_definition("th2-v1")
    recipe = Recipe("demo", 1, "AD", definition, [], plan=QUICK, permutations=3, matrix="serum")
    return {word: train(each, recipe) for word, each in variants.items()}


@pytest.mark.parametrize("word", ["keep", "lod/sqrt2", "censored"])
def test_screening_treats_values_below_the_limit_as_training_did(treated, problem, cohort, word):
    model, lod = treated[word].model, np.asarray(cohort.layers["lod"])
    assert model.limits.values == word

    def scores(rows, profiles):
        n, p = profiles[rows].shape
        none = np.zeros((n, p), dtype=bool)
        limits = np.ascontiguousarray(lod[rows])
        batch = Batch(profiles[rows], none, ["ok"] * n, "vendor", np.zeros(p), limits=limits)
        return score_batch(model, batch)

    rows = np.arange(12)
    together = scores(rows, problem.profiles)
    alone = np.array([scores(rows[i : i + 1], problem.profiles).score[0] for i in rows])
    np.testing.assert_array_equal(together.score, alone)
    hidden = np.where(problem.profiles < lod, lod - 3.0, problem.profiles)
    assert (problem.profiles[rows] < lod[rows]).any()
    same = np.array_equal(scores(rows, hidden).score, together.score)
    assert same == (word != "keep")  # a replaced value tells only that it lies below


def test_imputing_in_the_folds_changes_little_where_little_lies_below(treated):
    aucs = {word: done.evaluation.auc(done.family) for word, done in treated.items()}
    assert max(aucs.values()) - min(aucs.values()) < 0.1
