import crepes.base
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stratify.learning.conformal import Member, p_values
from stratify.learning.scorers import linear_scorer

NOTHING = linear_scorer(np.zeros(1), np.ones(1), np.ones(1), 0.0)


def member(negatives, repeat=0):
    return Member(NOTHING, np.sort(np.asarray(negatives, dtype=float)), repeat)


def test_one_member_is_the_inductive_p_value_of_crepes():
    rng = np.random.default_rng(0)
    calibration, new = rng.normal(size=30), np.append(rng.normal(size=20), 99.0)
    theirs = crepes.base.p_values_batch(calibration, new, smoothing=False)
    np.testing.assert_allclose(p_values((member(calibration),), new[None]), np.ravel(theirs))


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.integers(1, 5), st.integers(1, 3))
def test_equals_counting_by_hand(seed, folds, repeats):
    rng = np.random.default_rng(seed)
    members = tuple(
        member(rng.integers(-3, 4, size=rng.integers(0, 6)), repeat)
        for repeat in range(repeats)
        for _ in range(folds)
    )
    scores = rng.integers(-3, 4, size=(len(members), 4)).astype(float)
    for j, value in enumerate(p_values(members, scores)):
        by_repeat = []
        for repeat in range(repeats):
            judged = [
                negative >= own[j]
                for one, own in zip(members, scores, strict=True)
                if one.repeat == repeat
                for negative in one.negatives
            ]
            by_repeat.append((1 + sum(judged)) / (1 + len(judged)))
        assert value == pytest.approx(np.mean(by_repeat))


@settings(max_examples=40)
@given(st.lists(st.floats(-5, 5), min_size=1, max_size=20), st.floats(-6, 6), st.floats(0, 3))
def test_larger_score_never_has_a_larger_p_value(negatives, score, more):
    low, high = p_values((member(negatives),), np.array([[score, score + more]]))
    assert 1 / (1 + len(negatives)) <= high <= low <= 1.0


def test_tie_counts_as_reached():
    assert p_values((member([1.0, 2.0]),), np.array([[2.0]]))[0] == pytest.approx(2 / 3)


def test_false_alarms_stay_below_the_bound():
    rng = np.random.default_rng(1)
    rates = [
        (p_values((member(rng.normal(size=19)),), rng.normal(size=(1, 200))) <= 0.10).mean()
        for _ in range(200)
    ]
    assert np.mean(rates) == pytest.approx(0.10, abs=0.02)


def test_lone_patient_gets_his_value_of_the_batch_over_many_repeats():
    rng = np.random.default_rng(2)
    members = tuple(member(rng.normal(size=7), repeat) for repeat in range(11) for _ in range(3))
    scores = rng.normal(size=(33, 6))
    batch = p_values(members, scores)
    for j in range(6):
        np.testing.assert_array_equal(p_values(members, scores[:, [j]]), batch[[j]])
