"""Whole points from a few levels."""

from __future__ import annotations

import numpy as np
import pytest

from stratify.learning.points import PointCard, in_tenths, make_card


@pytest.fixture
def card():
    return make_card(
        np.array([3, 1, 8]), np.array([1.0, -0.5, 0.05]), np.array([5.0, 6.0, 2.0]), np.array([0.5, 1, 0.01])
    )


def test_points_follow_the_weights_and_none_is_worthless(card):
    assert card.points.tolist() == [3, 2, 1]
    assert card.most == 18
    assert card.rising.tolist() == [True, False, True]
    assert card.cuts.tolist() == [[50, 55, 60], [60, 50, 40], [20, 21, 22]]


@pytest.mark.parametrize(
    ("levels", "total"),
    [
        ([4.9, 6.1, 1.9], 0),
        ([5.0, 6.0, 2.0], 3 + 2 + 1),
        ([5.49, 5.0, 2.1], 6 + 4 + 2),
        ([9.0, -1.0, 9.0], 18),
        ([4.949, 6.051, 1.949], 0),
        ([4.95, 6.049, 1.95], 3 + 2 + 1),
    ],
)
def test_totals_are_added_up_after_rounding(card, levels, total):
    assert card.totals(np.array([levels])).tolist() == [total]


def test_a_missing_level_leaves_no_total(card):
    assert np.isnan(card.totals(np.array([[5.0, np.nan, 2.0]]))[0])


def test_halves_are_rounded_upwards():
    assert in_tenths(np.array([0.05, 0.15, 0.25, -0.05, 2.675])).tolist() == [1, 2, 3, 0, 27]


def test_a_lone_person_gets_the_same_as_in_a_batch(card):
    levels = np.random.default_rng(0).normal([5, 6, 2], [1, 2, 0.2], (40, 3))
    assert card.totals(levels).tolist() == [card.totals(row[None])[0] for row in levels]
    assert isinstance(card, PointCard)
