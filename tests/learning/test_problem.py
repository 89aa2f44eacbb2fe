from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from stratify.errors import CohortError
from stratify.learning.problem import make_problem
from stratify.subtyping.labels import Labels


def labels_of(cohort):
    group = cohort.obs["group"].to_numpy()
    y = np.select([group == "AD", np.isin(group, ["PSO", "HC"])], [1, 0], -1)
    return Labels(y, group == "HC", group == "MDD")


def test_arrays_follow_the_cohort(cohort):
    problem = make_problem(cohort, labels_of(cohort))
    np.testing.assert_array_equal(problem.profiles, cohort.X)
    assert problem.samples.tolist() == cohort.obs_names.tolist()
    assert problem.patients.tolist() == cohort.obs["patient_id"].tolist()
    assert problem.assays.index.tolist() == cohort.var_names.tolist()
    assert problem.prevalence == pytest.approx(30 / 83)
    np.testing.assert_array_equal(problem.learned, np.flatnonzero(cohort.obs["group"] != "MDD"))


def test_sample_without_a_patient_is_a_patient_of_its_own(cohort):
    few = cohort.copy()
    few.obs["patient_id"] = ["", None, *["P"] * (few.n_obs - 2)]
    few.obs["group"] = "HC"
    patients = make_problem(few, labels_of(few)).patients
    assert patients[:3].tolist() == [*few.obs_names[:2], "P"]
    del few.obs["patient_id"]
    assert make_problem(few, labels_of(few)).patients.tolist() == few.obs_names.tolist()


def test_assay_that_nobody_learned_from_has_is_refused_by_name(cohort):
    labels, broken = labels_of(cohort), cohort.copy()
    broken.X[labels.learned, 3] = np.nan  # the target people still have it
    with pytest.raises(CohortError, match=f"no value at all for {broken.var_names[3]}"):
        make_problem(broken, labels)


@pytest.mark.parametrize("second", ["HC", "MDD"])
def test_patient_with_two_roles_is_refused_by_id(cohort, second):
    broken = cohort.copy()
    group = broken.obs["group"].to_numpy()
    twin = [np.flatnonzero(group == "AD")[0], np.flatnonzero(group == second)[0]]
    broken.obs["patient_id"] = np.where(np.isin(np.arange(broken.n_obs), twin), "P twin", broken.obs_names)
    with pytest.raises(CohortError, match="two for P twin"):
        make_problem(broken, labels_of(broken))


def test_detectability_of_the_cohort_reaches_the_problem(cohort):
    levels, lod = np.asarray(cohort.X), np.asarray(cohort.layers["lod"])
    np.testing.assert_array_equal(
        make_problem(cohort, labels_of(cohort)).detectability, (levels > lod).mean(0)
    )
    stated = cohort.copy()
    stated.var["detectability"] = 0.25
    np.testing.assert_array_equal(make_problem(stated, labels_of(cohort)).detectability, 0.25)


@pytest.mark.parametrize("word", ["keep", "lod/sqrt2", "censored"])
def test_limits_are_kept_only_where_values_below_are_imputed_in_the_folds(cohort, word):
    treated = cohort.copy()
    treated.uns["stratify"] = dict(cohort.uns["stratify"]) | {"below_lod": {"values": word, "cells": 1}}
    problem = make_problem(treated, labels_of(cohort))
    assert problem.below_lod == word
    rows = np.array([3, 1])
    if word == "censored":
        np.testing.assert_array_equal(problem.limits_of(rows), cohort.layers["lod"][rows])
    else:
        assert problem.limits_of(rows) is None


def test_labels_are_permuted_by_patient_and_roles_go_with_them(plain_problem):
    problem = plain_problem(n=30, visits=3)
    permuted = problem.permuted(1)
    table = pd.DataFrame({"patient": permuted.patients, "y": permuted.y, "reference": permuted.reference})
    assert (table.groupby("patient").nunique() == 1).all(axis=None)
    assert (permuted.y != problem.y).any()
    assert not (permuted.reference & (permuted.y == 1)).any()
    for now, before in ((permuted.y, problem.y), (permuted.reference, problem.reference)):
        assert now.sum() == before.sum()
    np.testing.assert_array_equal(permuted.profiles, problem.profiles)


def test_people_who_are_never_labelled_keep_that_role(plain_problem):
    plain = plain_problem(n=30)
    target = np.arange(30) < 8
    problem = replace(
        plain, y=np.where(target, -1, plain.y), target=target, reference=plain.reference & ~target
    )
    permuted = problem.permuted(2)
    assert (permuted.y[target] == -1).all()
    np.testing.assert_array_equal(permuted.learned, problem.learned)


def test_permutation_depends_on_the_seed_alone(plain_problem):
    problem = plain_problem()
    np.testing.assert_array_equal(problem.permuted(5).y, problem.permuted(5).y)
    assert (problem.permuted(5).y != problem.permuted(6).y).any()


def test_every_patient_gives_equally_often(plain_problem):
    problem = plain_problem(n=10, visits=2)
    mean = np.mean([problem.permuted(seed).y for seed in range(600)], axis=0)
    np.testing.assert_allclose(mean, 0.5, atol=0.08)


def test_labels_of_a_diagnosis_are_the_same_in_every_fold(problem):
    assert problem.in_fold(problem.learned[:40]) is problem
