"""Inner folds of patients."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedKFold

from stratify.learning.centroids import FactorCentroids
from stratify.learning.classifier import SubtypeClassifier
from stratify.learning.folds import patient_folds


def test_without_repeats_it_is_the_stratified_split():
    y = np.array([0, 1, 1, 0, 0, 1, 0, 1, 1, 0])
    names = np.array([f"p{9 - i}" for i in range(10)])
    wanted = StratifiedKFold(5, shuffle=True, random_state=3).split(y, y)
    for (rest, held), (other_rest, other_held) in zip(
        patient_folds(y, names, folds=5, seed=3), wanted, strict=True
    ):
        assert np.array_equal(rest, other_rest)
        assert np.array_equal(held, other_held)


@given(visits=st.lists(st.integers(1, 4), min_size=8, max_size=20), seed=st.integers(0, 99))
def test_a_patient_is_never_split_and_everybody_is_held_out_once(visits, seed):
    patients = np.repeat(np.arange(len(visits)), visits)
    y = patients % 2
    order = np.random.default_rng(seed).permutation(len(y))
    patients, y = patients[order], y[order]
    folds = patient_folds(y, patients, folds=4, seed=seed)
    assert sorted(np.concatenate([held for _, held in folds])) == list(range(len(y)))
    for rest, held in folds:
        assert not set(patients[rest]) & set(patients[held])
        assert set(y[rest]) == {0, 1}


def test_too_few_patients_make_no_folds():
    assert patient_folds(np.array([0, 0, 1]), None, folds=5, seed=0) == []
    assert patient_folds(np.array([0, 0, 1, 1]), np.array(list("abcc")), folds=5, seed=0) == []


def test_the_stack_is_learned_on_people_it_has_not_seen():
    rng = np.random.default_rng(0)
    people = rng.normal(size=(30, 60))
    patients = np.repeat(np.arange(30), 3)
    z = people[patients] + 0.05 * rng.normal(size=(90, 60))
    y = patients % 2
    grouped = SubtypeClassifier(FactorCentroids()).fit_prepared(z, y, patients).estimator_
    apart = SubtypeClassifier(FactorCentroids()).fit_prepared(z, y).estimator_
    assert grouped.stack_.sum() < 0.5 * apart.stack_.sum()
