import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_auc_score

from stratify.learning.metrics import auc, corrected_error, interval, score_interval


@settings(max_examples=60)
@given(st.lists(st.tuples(st.booleans(), st.integers(-3, 3)), min_size=2, max_size=40))
def test_auc_is_that_of_scikit_learn_ties_included(rows):
    y, scores = (np.array(column) for column in zip(*rows, strict=True))
    if y.all() or not y.any():
        assert np.isnan(auc(y.astype(int), scores))
    else:
        assert auc(y.astype(int), scores.astype(float)) == pytest.approx(roc_auc_score(y, scores))


def test_unlabelled_people_do_not_count():
    y, scores = np.array([1, 0, -1, 1, -1]), np.array([3.0, 1.0, 99.0, 2.0, -99.0])
    assert auc(y, scores) == auc(y[y >= 0], scores[y >= 0]) == 1.0


def test_corrected_error_is_larger_than_the_plain_one_by_the_shared_training():
    values = np.random.default_rng(0).normal(size=25)
    plain = values.std(ddof=1) / np.sqrt(25)
    assert corrected_error(values, 5) == pytest.approx(plain * np.sqrt(1 + 25 / 4))
    assert corrected_error(values, 10**9) == pytest.approx(plain)


def test_corrected_error_does_not_vanish_with_repeats():
    values = np.tile([0.7, 0.8, 0.9, 0.8, 0.8], 200)
    assert corrected_error(values, 5) > 0.4 * values.std()


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_interval_is_that_of_student(level):
    np.testing.assert_allclose(interval(0.7, 0.02, 10, level), stats.t.interval(level, 9, 0.7, 0.02))


def test_interval_stays_in_the_range_of_an_auc():
    assert interval(0.5, 10.0, 5) == (0.0, 1.0)


@pytest.mark.parametrize("area", [1e-4, 0.3, 0.7, 0.97])
def test_limits_by_people_are_one_quantile_away_and_mirror_each_other(area):
    low, high = score_interval(area, 30, 53)
    for limit in (low, high):
        spread = 1 + 40.5 * ((1 - limit) / (2 - limit) + limit / (1 + limit))
        error = np.sqrt(limit * (1 - limit) * spread / (30 * 53))
        assert abs(area - limit) / error == pytest.approx(stats.norm.ppf(0.975), rel=1e-4)
    assert low < area < high
    np.testing.assert_allclose(score_interval(1 - area, 30, 53), (1 - high, 1 - low), atol=1e-9)


def test_perfect_ranking_leaves_doubt_that_shrinks_with_people():
    few, many = score_interval(1.0, 10, 20), score_interval(1.0, 100, 200)
    assert 0.7 < few[0] < many[0] < 1.0
    assert few[1] == many[1] == 1.0
    assert score_interval(0.0, 10, 20) == pytest.approx((0.0, 1 - few[0]))
