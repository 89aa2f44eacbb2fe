import numpy as np
import pandas as pd
import pytest

from stratify.learning.stability import stability


def scores(*repeats):
    return pd.concat(
        [
            pd.DataFrame({"repeat": place, "sample_id": np.arange(len(values)).astype(str), "score": values})
            for place, values in enumerate(repeats)
        ]
    )


def random_weights(refits, n_proteins=200, seed=0):
    return np.random.default_rng(seed).random((refits, n_proteins))


def test_the_same_refit_agrees_entirely():
    one = np.linspace(1, 0.1, 50)
    found = stability([one] * 4, scores([1.0, -1.0], [2.0, -3.0]), cut=0.0, leading=5)
    assert found.agreement == pytest.approx(1.0)
    assert found.kept.tolist() == [1.0] * 5 + [0.0] * 45
    assert (found.same_side, found.unsure) == (1.0, 0.0)


def test_random_refits_agree_no_more_than_chance():
    values = [
        stability(random_weights(6, seed=seed), scores([1.0], [1.0]), cut=0.0).agreement for seed in range(40)
    ]
    assert np.mean(values) == pytest.approx(0.0, abs=0.02)


def test_half_of_the_leading_proteins_shared():
    weights = np.zeros((2, 100))
    weights[0, :10] = weights[1, 5:15] = 1.0
    found = stability(weights, scores([0.0]), cut=0.0, leading=10)
    shared, chance = 5, 10 * 10 / 100
    assert found.agreement == pytest.approx((shared - chance) / (10 - chance))


def test_fewer_proteins_lead_where_a_refit_uses_fewer():
    weights = np.zeros((3, 30))
    weights[:, :4] = 1.0
    found = stability(weights, scores([0.0]), cut=0.0)
    assert (found.leading, found.agreement) == (4, pytest.approx(1.0))


def test_people_who_change_the_side_are_counted():
    found = stability(
        random_weights(3),
        scores([1.0, -1.0, 1.0, -1.0], [1.0, -1.0, -1.0, -1.0], [1.0, -1.0, -1.0, -1.0]),
        cut=0.0,
    )
    assert found.unsure == 0.25
    assert found.same_side == pytest.approx((1 + 1 + 2 / 3 + 1) / 4)


def test_one_repeat_says_nothing_of_people():
    found = stability(random_weights(3), scores([1.0, -1.0]), cut=0.0)
    assert np.isnan([found.same_side, found.unsure]).all()
    assert found.refits == 3
