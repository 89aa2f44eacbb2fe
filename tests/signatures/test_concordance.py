from __future__ import annotations

import numpy as np

from stratify.signatures.concordance import (
    concordance,
    largest_excess,
    rank_rank,
    steps,
    true_correlation,
)
from stratify.signatures.patients import patients_of
from stratify.signatures.relabelling import effects_of, resampled

PAIRS = [("MDD", "HC"), ("AD", "HC")]
GROUPS = ["MDD", "AD", "HC"]


def told(people):
    patients = patients_of(people, GROUPS)
    effects = effects_of(patients, PAIRS)
    return true_correlation(effects, resampled(effects, patients, 300, np.random.default_rng(0)))


def test_concordance_is_nought_on_average_without_effects(make_people):
    values, plain = [], []
    for seed in range(60):
        effects = effects_of(patients_of(make_people(seed), GROUPS), PAIRS)
        values.append(float(concordance(effects.z, effects.shared)))
        plain.append(float((effects.z[0] * effects.z[1]).mean()))
    assert abs(np.mean(values)) < 3 * np.std(values) / np.sqrt(60)
    assert np.mean(plain) > 0.3


def test_unrelated_effects_do_not_correlate_and_equal_ones_do(make_people):
    rng = np.random.default_rng(1)
    one, other = rng.normal(size=200), rng.normal(size=200)
    other -= one * (one @ other) / (one @ one)
    apart = told(make_people(proteins=200, shifts={"MDD": one, "AD": other}))
    alike = told(make_people(proteins=200, shifts={"MDD": one / 2, "AD": one}))
    assert apart.low < 0 < apart.high
    assert abs(apart.estimate) < 0.1
    assert alike.low > 0.9
    assert alike.plain < alike.estimate
    assert alike.high <= 1.0


def test_nothing_is_said_where_a_contrast_shows_only_its_error(make_people):
    found = [told(make_people(seed, shifts={"AD": 1.0})) for seed in range(6)]
    silent = [one for one in found if np.isnan(one.estimate)]
    assert silent
    assert all(np.isnan([one.low, one.high]).all() and one.signal[0] <= 0 for one in silent)


def test_top_lists_are_counted_as_by_hand():
    z = np.random.default_rng(0).normal(size=(3, 2, 50))
    counts = rank_rank(z)
    for b in range(3):
        for j, k in enumerate(steps(50)):
            tops = [set(np.argsort(-z[b, i])[:k]) for i in (0, 1)]
            bottoms = [set(np.argsort(z[b, i])[:k]) for i in (0, 1)]
            assert counts[b, 0, j] == len(tops[0] & tops[1])
            assert counts[b, 1, j] == len(bottoms[0] & bottoms[1])


def test_lengths_are_distinct_and_at_least_one():
    assert steps(10).tolist() == [1, 2, 3, 4, 5]


def test_the_excess_is_largest_where_lists_agree():
    counts = rank_rank(np.random.default_rng(0).normal(size=(200, 2, 100)))
    same = np.arange(100.0)
    counts[0] = rank_rank(np.array([[same, same]]))[0]
    assert largest_excess(counts).argmax() == 0
    assert np.isfinite(largest_excess(np.zeros((3, 2, 4)))).all()
