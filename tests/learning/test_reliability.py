"""How well a score repeats."""

from __future__ import annotations

import numpy as np
import pytest

from stratify.errors import CohortError
from stratify.learning.reliability import reliability


def draw(rng, persons, repeats, between, within):
    person = np.repeat(np.arange(persons), repeats)
    true = rng.normal(0, between, persons)[person]
    return true + rng.normal(0, within, len(person)), person.astype(str).astype(object)


def test_the_example_of_shrout_and_fleiss():
    # Psychol Bull 1979, doi:10.1037/0033-2909.86.2.420, table 2: six targets, four judges; ICC(1, 1) = .17
    levels = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    found = reliability(np.ravel(levels).astype(float), np.repeat(list("abcdef"), 4).astype(object))
    assert (found.persons, found.samples) == (6, 24)
    assert found.icc == pytest.approx(0.166, abs=5e-4)
    assert found.icc_low == pytest.approx(-0.133, abs=5e-4)
    assert found.icc_high == pytest.approx(0.723, abs=5e-4)
    assert found.sem == pytest.approx(np.sqrt(6.264), abs=1e-3)


def test_intervals_cover_what_was_simulated():
    rng = np.random.default_rng(1)
    hits = np.zeros(2)
    for _ in range(300):
        found = reliability(*draw(rng, 30, rng.integers(2, 4, 30), 1.0, 0.5))
        hits += [found.icc_low < 0.8 < found.icc_high, found.sem_low < 0.5 < found.sem_high]
    assert (abs(hits / 300 - 0.95) < 0.04).all()


def test_chance_to_cross_is_how_often_second_samples_do():
    rng = np.random.default_rng(2)
    values, person = draw(rng, 4000, 2, 1.0, 0.6)
    found = reliability(values, person)
    first, second = values[::2], values[1::2]
    crossed = (first > 1.0) != (second > 1.0)
    expected = found.chance_to_cross(first, 1.0)
    assert expected.mean() == pytest.approx(crossed.mean(), abs=0.015)
    near = np.abs(first - 1.2) < 0.3
    assert expected[near].mean() == pytest.approx(crossed[near].mean(), abs=0.05)


def test_single_and_unknown_samples_are_left_out():
    values, person = draw(np.random.default_rng(3), 5, 2, 1.0, 0.2)
    more = reliability(np.r_[values, 7.0, np.nan], np.append(person, ["alone", person[0]]))
    assert more == reliability(values, person)
    assert np.isnan(more.chance_to_cross(np.array([np.nan]), 1.0)).all()


@pytest.mark.parametrize(
    ("values", "persons", "said"),
    [([1.0, 2, 3, 4], "aabb", "at least 3 persons"), ([1.0, 1, 2, 2, 3, 3], "aabbcc", "differ at least")],
)
def test_what_says_nothing_is_refused(values, persons, said):
    with pytest.raises(CohortError, match=said):
        reliability(np.array(values, dtype=float), np.array(list(persons), dtype=object))
