"""Between persons and within them."""

from __future__ import annotations

import numpy as np
from scipy import stats

from stratify.signatures.visits import between_and_within


def visits(seed=0, between=0.0, within=0.0, persons=25, n=3):
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(persons), n)
    level = rng.normal(size=persons)
    own = rng.normal(size=len(person))
    x = level[person] + own
    y = (
        between * level[person]
        + within * own
        + rng.normal(size=len(person))
        + rng.normal(size=persons)[person]
    )
    return x[:, None], y, person


def test_between_is_the_correlation_of_means():
    x, y, person = visits(between=1.0)
    found = between_and_within(x, y, np.zeros((75, 0)), person)
    wanted = stats.pearsonr(x.reshape(25, 3).mean(axis=1), y.reshape(25, 3).mean(axis=1))
    np.testing.assert_allclose([found["between"][0], found["p_between"][0]], wanted)


def test_each_half_is_seen_where_it_is():
    x, y, person = visits(within=1.5, between=-1.5)
    found = between_and_within(x, y, np.zeros((75, 0)), person).iloc[0]
    assert found["within"] > 0.5
    assert found["p_within"] < 0.001
    assert found["between"] < 0


def test_a_covariate_of_the_person_does_not_disturb_the_visits():
    x, y, person = visits(within=1.0)
    age = np.repeat(np.arange(25.0), 3)[:, None]
    with_age, without = (between_and_within(x, y, z, person)["p_within"][0] for z in (age, np.zeros((75, 0))))
    np.testing.assert_allclose(with_age, without)


def test_the_level_within_persons_is_kept():
    p = [
        between_and_within(*visits(seed)[:2], np.zeros((75, 0)), visits(seed)[2])["p_within"][0]
        for seed in range(400)
    ]
    assert 0.02 < np.mean(np.array(p) <= 0.05) < 0.09
