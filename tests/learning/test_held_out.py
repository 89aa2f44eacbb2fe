"""People beside the models that had not seen them."""

from __future__ import annotations

import numpy as np

from stratify.learning.held_out import NOBODY, HeldOut
from stratify.learning.scorers import linear_scorer

PEOPLE = HeldOut(
    np.zeros((3, 2)),
    np.array([1.0, 0.0, -1.0]),
    np.array([0.0, 1.0, 1.0]),
    np.arange(3.0),
    np.array([[0.0, 1.0, 0.0], [3.0, 2.0, 3.0]]),
)


def test_scores_are_those_of_the_models_that_had_not_seen_a_person():
    scorers = [linear_scorer(np.zeros(2), np.ones(2), np.array([1.0, 0.0]), 10.0 * i) for i in range(4)]
    filled = np.array([[1.0, 9.0], [2.0, 9.0], [3.0, 9.0]])
    assert PEOPLE.scores(scorers, filled).tolist() == [[1.0, 12.0, 3.0], [31.0, 22.0, 33.0]]


def test_some_of_the_people():
    some = PEOPLE.some(np.array([True, False, True]))
    assert some.member.tolist() == [[0.0, 0.0], [3.0, 3.0]]
    assert (some.label.tolist(), some.known) == ([1.0, -1.0], True)
    assert len(set(PEOPLE.groups.tolist())) == 3


def test_nobody_is_nobody():
    assert not NOBODY.known


def test_a_training_keeps_each_person_once_with_a_model_that_left_the_patient_out(trained, problem):
    model = trained().model
    people = model.held_out
    assert len(people.label) == len(problem.learned)
    folds = [np.sort(np.unique(row)) for row in people.member]
    assert [fold.tolist() for fold in folds] == [list(range(5 * r, 5 * r + 5)) for r in range(len(folds))]
    repeats = np.array([member.repeat for member in model.members])
    assert (repeats[people.member.astype(int)] == np.arange(len(folds))[:, None]).all()
