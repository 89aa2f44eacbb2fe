from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control, mannwhitneyu, spearmanr

from stratify.assays.checks.ranks import centred_ranks, correlation_p, discovered, plate_shifts, strata_of


@pytest.fixture
def levels():
    return np.random.default_rng(0).normal(size=(60, 25))


def test_ranks_with_gaps_and_ties():
    levels = np.array([[2.0, np.nan], [2.0, 1.0], [5.0, 3.0], [np.nan, 2.0]])
    ranks = centred_ranks(levels, np.zeros(4, dtype=int))
    np.testing.assert_allclose(ranks[:, 0], (np.array([1.5, 1.5, 3, 2]) - 2) / 3)
    np.testing.assert_allclose(ranks[:, 1], (np.array([2, 1, 3, 2]) - 2) / 3)


def test_correlation_is_spearman_s(levels):
    time = np.random.default_rng(1).normal(size=60)
    one = np.zeros(60, dtype=int)
    p = correlation_p(centred_ranks(levels, one), centred_ranks(time[:, None], one)[:, 0], 58)
    np.testing.assert_allclose(p, [spearmanr(column, time).pvalue for column in levels.T], rtol=1e-9)


def test_shift_without_strata_is_the_rank_sum_test(levels):
    plate = np.arange(60) % 3
    _, p = plate_shifts(centred_ranks(levels, np.zeros(60, dtype=int)), plate, np.zeros(60, dtype=int))
    for k in range(3):
        expected = mannwhitneyu(
            levels[plate == k], levels[plate != k], method="asymptotic", use_continuity=False
        ).pvalue
        np.testing.assert_allclose(p[k], expected, rtol=1e-9)


def test_a_group_that_is_confounded_with_plates_is_taken_off(levels):
    group = np.repeat([0, 1], 30)
    plate = np.where(np.arange(60) < 25, 0, np.where(np.arange(60) < 35, np.arange(60) % 2, 1))
    shifted = levels + 5 * group[:, None]
    alone = plate_shifts(centred_ranks(shifted, np.zeros(60, dtype=int)), plate, np.zeros(60, dtype=int))[1]
    within = plate_shifts(centred_ranks(shifted, group), plate, group)[1]
    assert np.median(alone) < 1e-6
    assert np.median(within) > 0.1


def test_a_plate_with_a_group_of_its_own_tells_nothing(levels):
    group = np.repeat([0, 1], 30)
    shift, p = plate_shifts(centred_ranks(levels, group), group, group)
    assert not shift.any()
    assert (p == 1).all()


def test_shift_is_in_standard_deviations():
    levels = np.random.default_rng(3).normal(size=(20000, 1))
    plate = np.arange(20000) % 2
    levels[plate == 1] += 0.1
    shift, _ = plate_shifts(centred_ranks(levels, plate * 0), plate, plate * 0)
    z = (levels - levels.mean()) / levels.std()
    expected = z[plate == 1].mean() - z[plate == 0].mean()
    assert shift[1, 0] == pytest.approx(expected * np.sqrt(3 / np.pi), rel=0.05)
    assert shift[0, 0] == pytest.approx(-shift[1, 0])


def test_false_discoveries_are_kept_out():
    p = np.random.default_rng(0).random(1000)
    assert not discovered(p, 0.05).any()
    mixed = np.r_[p, np.full(20, 1e-6), p[:50] / 100]
    np.testing.assert_array_equal(discovered(mixed, 0.05), false_discovery_control(mixed) <= 0.05)
    assert discovered(np.empty(0), 0.05).shape == (0,)


def test_words_are_numbered_without_gaps():
    assert sorted(set(strata_of(np.array(["", "b", "", "z"], dtype=object)).tolist())) == [0, 1, 2]
