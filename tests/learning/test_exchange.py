from __future__ import annotations

import numpy as np
import pytest

from stratify.learning.exchange import Exchange, sequential_p


def draw(values, patients, strata=None, n=200, **options):
    values = np.asarray(values, dtype=float)
    strata = np.zeros(len(values), dtype=int) if strata is None else np.asarray(strata)
    return Exchange(values, np.asarray(patients), strata, **options).draw(np.random.default_rng(0), n)


def test_every_draw_holds_the_same_values_and_all_orders_come_up():
    drawn = draw([1, 2, 3], [0, 1, 2], n=600)
    assert (np.sort(drawn, axis=0) == [[1], [2], [3]]).all()
    orders, counts = np.unique(drawn, axis=1, return_counts=True)
    assert orders.shape[1] == 6
    assert counts.min() > 60


def test_a_patient_with_one_value_keeps_one_value_whatever_the_number_of_samples():
    drawn = draw([5, 5, 5, 7, 9, 9], [2, 2, 2, 0, 1, 1])
    for rows in ([0, 1, 2], [4, 5]):
        assert (drawn[rows] == drawn[rows[0]]).all()
    assert {7.0, 9.0} < set(drawn[0])


def test_visits_of_a_patient_move_together_and_in_order_where_they_must():
    drawn = draw([1, 2, 3, 4, 9], [0, 0, 1, 1, 2], in_order=True)
    assert (drawn[4] == 9).all()
    assert {tuple(column) for column in drawn[:4].T} == {(1, 2, 3, 4), (3, 4, 1, 2)}


def test_two_visits_on_two_plates_are_exchanged_within_each_patient():
    drawn = draw([0, 1, 0, 1, 0, 1], [0, 0, 1, 1, 2, 2])
    assert (drawn.reshape(3, 2, -1).sum(axis=1) == 1).all()
    assert len(np.unique(drawn, axis=1).T) == 8
    apart = draw([0, 1, 0, 1], [0, 0, 1, 1], strata=[0, 1, 0, 1])
    assert (apart.T == [0, 1, 0, 1]).all()  # each stratum holds one value


def test_strata_never_mix():
    drawn = draw([1, 2, 3, 4], range(4), strata=[0, 0, 1, 1])
    assert set(drawn[:2].ravel()) == {1, 2}
    assert set(drawn[2:].ravel()) == {3, 4}


def test_p_value_counts_the_observed_arrangement():
    assert sequential_p(3.0, lambda n: np.full(n, 2.0), most=99) == (0.01, 99)


def test_a_value_beyond_all_draws_has_the_tail_of_their_normal_distribution():
    rng = np.random.default_rng(0)
    p, n = sequential_p(8.0, rng.standard_normal)
    assert n == 499
    assert 1e-18 < p < 1e-12
    assert sequential_p(3.3, lambda k: rng.standard_normal(k).clip(max=3.2), most=99)[0] <= 0.01


def test_a_hopeless_case_stops_at_the_tenth_exceedance_wherever_it_lies_in_a_chunk():
    stream = iter(np.tile([0.0, 1.0], 500))
    p, n = sequential_p(1.0, lambda k: np.array([next(stream) for _ in range(k)]), chunk=7)
    assert (p, n) == (0.5, 20)


def test_a_statistic_that_cannot_be_computed_is_no_evidence():
    assert sequential_p(1.0, lambda n: np.full(n, np.nan)) == (1.0, 10)


@pytest.mark.parametrize("most", [1, 50, 120])
def test_no_more_than_the_given_number_is_drawn(most):
    asked = []

    def none(n):
        asked.append(n)
        return np.zeros(n)

    sequential_p(1.0, none, most=most)
    assert sum(asked) == most
