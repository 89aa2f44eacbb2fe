"""Covariates of a model: coding, people of whom they are not known, and the whole path with them."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

from stratify.errors import CohortError
from stratify.learning.adjustment import NO_ADJUSTMENT, averaged, fit_adjustment
from stratify.learning.frozen import Batch
from stratify.learning.planted import reference_direction, unseen_healthy
from stratify.learning.problem import adjusting_for
from stratify.learning.scorers import linear_scorer
from stratify.learning.scores import score_batch
from stratify.learning.stress import _other_covariates, stress_test
from stratify.learning.training import Recipe, train
from stratify.learning.validation import Plan
from stratify.reporting.bundle import read_bundle, write_bundle
from stratify.signatures.covariate_effects import CovariateEffects
from stratify.subtyping.definition import read_definition

ASSAYS = pd.DataFrame({"uniprot": "", "gene": ["A", "B"]}, index=["a", "b"])


def obs(n=40):
    rng = np.random.default_rng(0)
    return pd.DataFrame({"age": rng.uniform(20, 60, n), "sex": np.where(np.arange(n) % 4, "F", "M")})


def test_numbers_stay_and_words_get_indicators():
    table = obs()
    told = fit_adjustment(table, np.ones(40, dtype=bool), ["age", "sex"], ASSAYS)
    assert (told.columns, told.words, told.names) == (("age", "sex"), ((), ("F", "M")), ("age", "sex"))
    new = pd.DataFrame({"age": [30.0, np.nan], "sex": ["M", "not told"]})
    np.testing.assert_array_equal(told.coded(new), [[30.0, 1.0], [np.nan, np.nan]])
    np.testing.assert_array_equal(told.coded(new[[]]), told.unknown(2))
    assert told.grid.shape == (10, 2)
    assert told.weights.sum() == pytest.approx(1.0)
    assert told.weights @ told.grid[:, 1] == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("names", "change", "found"),
    [
        (["age"], {"age": [np.nan] * 30 + [40.0] * 10}, "10"),
        (["sex"], {"sex": "F"}, "1 words"),
        (["sex"], {"sex": [f"w{i}" for i in range(40)]}, "40 words"),
        (["handling"], {}, "none was measured"),
    ],
)
def test_what_nothing_can_be_learned_from_is_refused(names, change, found):
    with pytest.raises(CohortError) as caught:
        fit_adjustment(obs().assign(**change), np.ones(40, dtype=bool), names, ASSAYS)
    assert found in caught.value.found


def test_who_is_not_known_is_scored_over_the_healthy_people():
    told = fit_adjustment(obs(), np.ones(40, dtype=bool), ["age", "sex"], ASSAYS)
    slopes = np.array([[0.1, 0.0], [0.0, 2.0]])
    effects = CovariateEffects(
        slopes, np.array([40.0, 0.25]), np.array([20.0, 0.0]), np.array([60.0, 1.0]), *[np.zeros(0)] * 2
    )
    scorer = linear_scorer(np.zeros(2), np.ones(2), np.ones(2), 0.0, effects)
    filled = np.ones((3, 2))
    known = np.array([[30.0, 1.0], [np.nan, 1.0], [np.nan, np.nan]])
    score, variance = averaged(scorer, filled, known, told)
    assert score[0] == pytest.approx(2.0 + 1.0 - 1.5)
    ages = told.grid[:, 0]
    assert score[1] == pytest.approx(2.0 - 1.5 - 0.1 * (ages.mean() - 40))
    assert variance[1] == pytest.approx(0.01 * ages.var())
    assert variance[2] == pytest.approx(0.01 * ages.var() + 4 * 0.25 * 0.75)
    assert variance[0] == 0.0


@pytest.fixture(scope="module")
def older(problem, cohort):
    """The shared problem with age along the disease; the target people are old."""
    people = cohort.obs.copy()
    people["age"] = np.random.default_rng(5).uniform(20, 60, len(people)) + 15.0 * problem.target
    profiles = problem.profiles
    along = np.nanmean(profiles[problem.y == 1], axis=0) - np.nanmean(profiles[problem.reference], axis=0)
    profiles = profiles + 0.05 * (people["age"].to_numpy()[:, None] - 40) * along
    return adjusting_for(replace(problem, profiles=profiles), people, ["age", "sex"]), people


@pytest.fixture(scope="module")
def adjusted(older):
    recipe = Recipe("a", 1, "AD", read_definition("th2-v1"), [], plan=Plan(4, 1, 0, 0), permutations=0)
    model = train(older[0], recipe).model
    return replace(model, rule=replace(model.rule, shown=True, lead=""))


def batch_of(profiles, covariates):
    none = np.zeros(profiles.shape, dtype=bool)
    return Batch(
        profiles,
        none,
        ["ok"] * len(profiles),
        "bridge",
        np.full(profiles.shape[1], 0.05),
        covariates=covariates,
    )


def test_most_of_a_planted_effect_is_taken_off_the_score(older, problem, adjusted):
    planted, people = older
    rows = np.flatnonzero(people["age"].to_numpy() < 60)
    age = people["age"].to_numpy()[rows]
    middle = planted.covariates[rows].copy()
    middle[:, 0] = 40.0
    before = score_batch(adjusted, batch_of(problem.profiles[rows], middle)).score
    blind, seen = (
        np.polyfit(age, score_batch(adjusted, batch_of(planted.profiles[rows], known)).score - before, 1)[0]
        for known in (middle, planted.covariates[rows])
    )
    assert blind > 0.03 * adjusted.healthy.unit
    assert abs(seen) < 0.5 * blind


def test_one_patient_is_the_batch_bitwise_whatever_is_known(older, adjusted):
    problem, _ = older
    profiles, known = problem.profiles[:12].copy(), problem.covariates[:12].copy()
    known[3:6, 0], known[5:8, 1], known[9, 0] = np.nan, np.nan, 95.0
    together = score_batch(adjusted, batch_of(profiles, known))
    for i in range(12):
        alone = score_batch(adjusted, batch_of(profiles[[i]], known[[i]]))
        for field in fields(together):
            np.testing.assert_array_equal(
                getattr(alone, field.name)[0], getattr(together, field.name)[i], err_msg=field.name
            )


def test_the_stress_test_of_one_patient_is_that_of_the_batch(older, adjusted):
    problem, _ = older
    rows = np.flatnonzero(problem.y == 1)[:3]
    batch = batch_of(problem.profiles[rows], problem.covariates[rows])
    together = stress_test(adjusted, batch, score_batch(adjusted, batch))
    alone = batch.of(np.array([1]))
    assert repr(stress_test(adjusted, alone, score_batch(adjusted, alone))[0]) == repr(together[1])


def test_cautions_and_a_wider_interval(older, adjusted):
    problem, _ = older
    known = np.tile(problem.covariates[:1], (3, 1))
    known[:, 0] = 40.0
    known[1, 0], known[2] = 95.0, np.nan
    scores = score_batch(adjusted, batch_of(np.tile(problem.profiles[:1], (3, 1)), known))
    codes = [set(one.reasons) & {"extrapolated", "covariates-missing"} for one in scores.decisions]
    assert codes == [set(), {"extrapolated"}, {"covariates-missing"}]
    assert scores.error[2] > scores.error[0]


def test_a_batch_that_names_no_covariates_is_one_of_unknown_people(older, adjusted):
    problem, _ = older
    unknown = adjusted.adjustment.unknown(4)
    one, other = (score_batch(adjusted, batch_of(problem.profiles[:4], c)) for c in (None, unknown))
    np.testing.assert_array_equal(one.score, other.score)


def test_an_adjusting_model_is_kept_and_read_back(older, adjusted, tmp_path):
    problem, _ = older
    write_bundle(adjusted, tmp_path)
    again = read_bundle(tmp_path)
    batch = batch_of(problem.profiles[:6], problem.covariates[:6])
    np.testing.assert_array_equal(score_batch(again, batch).score, score_batch(adjusted, batch).score)
    assert again.adjustment.names == ("age", "sex")
    assert again.held_out.covariates.shape == (len(problem.learned), 2)


def test_the_people_whom_it_keeps_are_judged_with_their_own_covariates(adjusted):
    assert len(unseen_healthy(adjusted)) == 4
    assert np.isfinite(reference_direction(adjusted)).all()


def test_the_stress_test_asks_for_other_covariates_only_where_the_model_adjusts(adjusted):
    assert len(list(_other_covariates(adjusted, 2))) == 1 + len(adjusted.adjustment.grid)
    assert list(_other_covariates(replace(adjusted, adjustment=NO_ADJUSTMENT), 2)) == []


def test_handling_can_be_taken_off(problem, cohort):
    told = adjusting_for(problem, cohort.obs, ["handling"])
    assert told.adjustment.names == ("handling",)
    assert told.covariates.shape == (len(problem.y), 0)
    assert told.adjustment.own.sum() == pytest.approx(1.0)
    assert adjusting_for(problem, cohort.obs, []) is problem
    assert not NO_ADJUSTMENT.asked
