from dataclasses import replace
from itertools import chain

import numpy as np
import pandas as pd
import pytest

from stratify.errors import CohortError
from stratify.learning.classifier import Knowledge
from stratify.learning.execution import Execution
from stratify.learning.metrics import auc
from stratify.learning.validation import (
    Evaluation,
    Fold,
    Plan,
    choose_family,
    cross_validate,
    fit_fold,
    outer_folds,
    refuse_shared_patients,
    score_table,
)

NOTHING = Knowledge(None, None)
QUICK = Plan(folds=4, repeats=2, trials=0, seed=1)


@pytest.mark.parametrize("visits", [1, 3])
def test_each_patient_is_held_out_once_a_repeat_and_never_split(plain_problem, visits):
    problem = plain_problem(n=42, visits=visits)
    folds = list(outer_folds(problem, QUICK))
    assert [(fold.repeat, fold.number) for fold in folds] == [(r, k) for r in range(2) for k in range(4)]
    for repeat in range(2):
        held = np.concatenate([fold.test for fold in folds if fold.repeat == repeat])
        np.testing.assert_array_equal(np.sort(held), np.arange(42 * visits))
    for fold in folds:
        assert set(problem.patients[fold.train]).isdisjoint(problem.patients[fold.test])
        assert len(fold.train) + len(fold.test) == 42 * visits


def test_classes_and_healthy_people_are_spread_over_the_folds(problem):
    for fold in outer_folds(problem, Plan(folds=5, repeats=3)):
        assert (problem.y[fold.test] == 1).sum() == 6
        assert 6 <= problem.reference[fold.test].sum() <= 7
        assert not problem.target[fold.test].any()
        assert not problem.target[fold.train].any()


def test_folds_repeat_with_the_seed_and_differ_between_repeats(plain_problem):
    problem = plain_problem()
    once, again = (list(outer_folds(problem, QUICK)) for _ in range(2))
    for one, other in zip(once, again, strict=True):
        np.testing.assert_array_equal(one.test, other.test)
    assert {tuple(fold.test) for fold in once[:4]} != {tuple(fold.test) for fold in once[4:]}
    moved = list(outer_folds(problem, replace(QUICK, seed=9)))
    assert any(list(one.test) != list(other.test) for one, other in zip(once, moved, strict=True))


def test_more_folds_than_patients_of_a_class_is_refused(plain_problem):
    problem = plain_problem(n=8, visits=5)  # twenty samples a class, and only four patients
    assert len(list(outer_folds(problem, replace(QUICK, repeats=1)))) == 4
    with pytest.raises(CohortError, match="4 in the negative class"):
        next(outer_folds(problem, Plan(folds=5)))


def test_every_step_is_learned_without_the_held_out_people(plain_problem):
    problem = plain_problem()
    fold = next(outer_folds(problem, QUICK))
    spoiled = problem.profiles.copy()
    spoiled[fold.test] = 1e6
    fitted = [
        fit_fold(p, fold.train, "factor-centroids", NOTHING, trials=0, seed=0)
        for p in (problem, replace(problem, profiles=spoiled))
    ]
    scores = [model.decision_function(problem.profiles[fold.test]) for model in fitted]
    np.testing.assert_array_equal(*scores)


def test_healthy_people_without_a_label_only_prepare(plain_problem):
    problem = plain_problem()
    unlabelled = replace(problem, y=np.where(problem.reference, -1, problem.y))
    rows = unlabelled.learned
    model = fit_fold(unlabelled, rows, "composite", NOTHING, trials=0, seed=0)
    healthy = problem.profiles[problem.reference]
    np.testing.assert_allclose(model.scaler_.center_, healthy.mean(axis=0))
    table = score_table(
        unlabelled, Fold(0, 0, rows, rows), "composite", model.decision_function(problem.profiles[rows])
    )
    assert set(table.loc[table["reference"], "label"]) == {-1}


@pytest.fixture(scope="module")
def validated(plain_problem):
    return cross_validate(plain_problem(), ["composite", "factor-centroids"], NOTHING, QUICK)


def test_each_person_has_one_score_a_family_and_repeat(validated):
    evaluation, fitted = validated
    counts = evaluation.predictions.groupby(["family", "repeat", "sample_id"]).size()
    assert len(counts) == 2 * 2 * 60
    assert (counts == 1).all()
    assert evaluation.families == ["composite", "factor-centroids"]
    assert {name: len(models) for name, models in fitted.items()} == {"composite": 8, "factor-centroids": 8}


def test_models_are_in_the_order_of_the_folds(validated, plain_problem):
    problem, (evaluation, fitted) = plain_problem(), validated
    for fold, model in zip(outer_folds(problem, QUICK), fitted["factor-centroids"], strict=True):
        rows = evaluation.of("factor-centroids").query("repeat == @fold.repeat and fold == @fold.number")
        assert rows["sample_id"].tolist() == problem.samples[fold.test].tolist()
        np.testing.assert_array_equal(rows["score"], model.decision_function(problem.profiles[fold.test]))


def test_figures_derive_from_the_scores(validated):
    evaluation, _ = validated
    rows = evaluation.of("factor-centroids")
    folds = [part for _, part in rows.groupby(["repeat", "fold"])]
    whole, fewer = (
        np.array([auc(part["label"].to_numpy(), part[column].to_numpy()) for part in folds])
        for column in ("score", "fewer")
    )
    assert evaluation.auc("factor-centroids") == pytest.approx(whole.mean())
    np.testing.assert_allclose(
        evaluation.grown_aucs("factor-centroids"), whole + 3 / 4 * (whole - fewer)
    )  # of 4 folds
    assert evaluation.auc("factor-centroids") > 0.85
    assert evaluation.fold_aucs("composite").shape == (8,)
    low, high = evaluation.auc_interval("factor-centroids")
    assert 0 <= low < evaluation.auc("factor-centroids") < high <= 1
    assert evaluation.paired_difference("composite", "composite") == (0.0, 0.0)


def test_progress_is_told_once_a_repeat(plain_problem):
    lines = []
    cross_validate(plain_problem(), ["composite"], NOTHING, QUICK, tell=lines.append)
    assert lines == ["cross-validation, repeat 1 of 2", "cross-validation, repeat 2 of 2"]


def test_scores_of_fewer_people_are_of_models_that_saw_neither_this_fold_nor_the_next(
    validated, plain_problem
):
    problem, (evaluation, _) = plain_problem(), validated
    folds = list(outer_folds(problem, QUICK))
    for fold in folds:
        after = next(one for one in folds if (one.repeat, one.number) == (fold.repeat, (fold.number + 1) % 4))
        assert set(fold.fewer) == set(fold.train) - set(after.test)
        model = fit_fold(problem, fold.fewer, "composite", NOTHING, trials=0, seed=0)
        rows = evaluation.of("composite").query("repeat == @fold.repeat and fold == @fold.number")
        np.testing.assert_array_equal(rows["fewer"], model.decision_function(problem.profiles[fold.test]))


def test_with_three_folds_too_few_would_be_left(plain_problem):
    evaluation, _ = cross_validate(
        plain_problem(), ["composite"], NOTHING, Plan(folds=3, repeats=1, trials=0)
    )
    assert evaluation.predictions["fewer"].isna().all()
    np.testing.assert_array_equal(evaluation.grown_aucs("composite"), evaluation.fold_aucs("composite"))


def test_scores_of_different_folds_are_never_compared():
    evaluation = made_up(one=0.8)
    moved = evaluation.predictions.assign(score=lambda table: table["score"] + 100 * table["fold"])
    assert Evaluation(moved, 5).auc("one") == evaluation.auc("one")
    assert Evaluation(moved, 5).auc_interval("one") == evaluation.auc_interval("one")


def made_up(**noise):
    """Five folds of families whose scores are the label plus noise of a given size."""
    tables = []
    for name, size in noise.items():
        rng = np.random.default_rng(0)
        label = np.tile([0, 1], 100)
        tables.append(
            pd.DataFrame(
                {
                    "family": name.replace("_", "-"),
                    "repeat": 0,
                    "fold": np.repeat(np.arange(5), 40),
                    "sample_id": np.arange(200).astype(str),
                    "label": label,
                    "reference": False,
                    "score": label + size * rng.normal(size=200),
                }
            )
        )
    return Evaluation(pd.concat(tables, ignore_index=True), 5)


def test_clear_winner_replaces_the_prespecified_family():
    assert choose_family(made_up(default=3.0, good=0.8, best=0.2), "default") == "best"


def test_small_gain_does_not():
    evaluation = made_up(default=0.800, other=0.799)
    assert evaluation.paired_difference("other", "default")[0] >= 0
    assert choose_family(evaluation, "default") == "default"


def test_default_stays_where_it_is_best():
    assert choose_family(made_up(worse=3.0, default=0.2), "default") == "default"


def test_control_is_never_chosen_and_never_tuned():
    evaluation = made_up(default=3.0, good=0.8, best=0.2)
    assert choose_family(evaluation, "default", never=["best"]) == "good"
    plan = Plan(trials=7, controls=("xgboost",))
    assert (plan.budget("xgboost"), plan.budget("factor-centroids")) == (0, 7)


def test_interval_keeps_a_width_when_every_fold_is_perfect():
    low, high = made_up(perfect=0.0).auc_interval("perfect")
    assert low < 0.99  # 200 people: 3 in 200 could still be misranked
    assert high == 1.0


def test_fewer_reference_people_than_folds_are_no_reason_to_warn(plain_problem):
    problem = plain_problem()
    one = np.zeros_like(problem.reference)
    one[np.flatnonzero(problem.y == 0)[0]] = True
    assert len(list(outer_folds(replace(problem, reference=one), Plan(folds=3, repeats=1)))) == 3


def test_a_fold_in_which_one_class_is_missing_has_no_area_of_its_own():
    table = pd.DataFrame(
        {
            "family": "x",
            "repeat": 0,
            "fold": [0, 0, 1, 1, 2, 2],
            "label": [0, 1, 0, 0, 1, 0],
            "score": [0.0, 1.0, 0.3, 0.4, 0.9, 0.2],
        }
    )
    evaluation = Evaluation(table, 3)
    assert evaluation.fold_aucs("x").tolist() == [1.0, 1.0]
    assert np.isfinite(evaluation.auc_interval("x")).all()


@pytest.mark.parametrize("names", [["factor-centroids", "pathway-xgboost"]])
def test_the_number_of_workers_changes_no_bit(plain_problem, names):
    problem, plan = plain_problem(), Plan(folds=3, repeats=1, trials=3, seed=2)
    known = Knowledge(np.arange(20) < 4, np.ones((1, 20)) / 20)
    (alone, models), (shared, others) = (
        cross_validate(problem, names, known, plan, execution=Execution(workers=workers))
        for workers in (1, 2)
    )
    pd.testing.assert_frame_equal(alone.predictions, shared.predictions, check_exact=True)
    pd.testing.assert_frame_equal(alone.searches, shared.searches, check_exact=True)
    for one, other in zip(chain(*models.values()), chain(*others.values()), strict=True):
        (gaps, scorer), (their_gaps, their_scorer) = one.freeze(), other.freeze()
        assert_same_bits(vars(scorer), vars(their_scorer))
        assert_same_bits(vars(gaps), vars(their_gaps))


def assert_same_bits(one, other):
    assert one.keys() == other.keys()
    for key in one:
        if isinstance(one[key], np.ndarray):
            np.testing.assert_array_equal(one[key], other[key])
        elif hasattr(one[key], "save_raw"):
            assert one[key].save_raw("ubj") == other[key].save_raw("ubj")


def test_searches_are_told_of_and_listed(plain_problem):
    lines, plan = [], Plan(folds=3, repeats=1, trials=2)
    evaluation, _ = cross_validate(plain_problem(), ["pathway-ridge"], NOTHING, plan, tell=lines.append)
    assert [line.split(",")[0] for line in lines] == ["cross-validation", *["pathway-ridge"] * 3]
    assert evaluation.searches["place"].tolist() == [f"repeat 1, fold {fold}" for fold in (1, 2, 3)]
    assert (evaluation.searches["trials"] == 2).all()


def test_a_patient_on_both_sides_of_a_fold_is_refused(plain_problem):
    problem = plain_problem(n=12, visits=2)
    refuse_shared_patients(problem, np.arange(10), np.arange(10, 24))
    with pytest.raises(CohortError, match="P004"):
        refuse_shared_patients(problem, np.arange(9), np.arange(9, 24))
