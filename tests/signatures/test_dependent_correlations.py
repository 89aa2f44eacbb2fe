"""Difference of two correlations that share the outcome."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from stratify.signatures.adjusted_rows import prepare_rows
from stratify.signatures.dependent_correlations import compare_correlations


def rows_of(y, persons=None):
    return prepare_rows(y, np.zeros((len(y), 0)), np.arange(len(y)) if persons is None else persons)


def draws(rng, rho_one, rho_two, between, n=25):
    matrix = np.array([[1, rho_one, rho_two], [rho_one, 1, between], [rho_two, between, 1.0]])
    return rng.multivariate_normal(np.zeros(3), matrix, size=n).T


def test_it_is_williams_formula():
    y, a, b = draws(np.random.default_rng(1), 0.6, 0.2, 0.4)
    r1, r2, r3 = (stats.pearsonr(*pair)[0] for pair in ((y, a), (y, b), (a, b)))
    n, det = 25, 1 - r1**2 - r2**2 - r3**2 + 2 * r1 * r2 * r3
    spread = 2 * det * (n - 1) / (n - 3) + (r1 + r2) ** 2 / 4 * (1 - r3) ** 3
    t = (r1 - r2) * np.sqrt((n - 1) * (1 + r3) / spread)
    found = compare_correlations(a, b, rows_of(y))
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(t), n - 3))
    assert found.difference == pytest.approx(r1 - r2)
    assert found.low < found.difference < found.high


def test_the_other_way_round_is_the_mirror():
    y, a, b = draws(np.random.default_rng(2), 0.5, 0.1, 0.3)
    one, two = compare_correlations(a, b, rows_of(y)), compare_correlations(b, a, rows_of(y))
    assert one.difference == pytest.approx(-two.difference)
    assert (one.low, one.high) == pytest.approx((-two.high, -two.low))
    assert one.p_value == pytest.approx(two.p_value)


def test_the_level_is_kept_where_both_follow_alike():
    rng = np.random.default_rng(3)
    p = []
    for _ in range(400):
        y, a, b = draws(rng, 0.5, 0.5, 0.5)
        ranked = [stats.rankdata(v) for v in (y, a, b)]
        p.append(compare_correlations(ranked[1], ranked[2], rows_of(ranked[0]), ranks=True).p_value)
    assert 0.02 < np.mean(np.array(p) <= 0.05) < 0.09


def test_several_visits_widen_the_interval():
    y, a, b = draws(np.random.default_rng(4), 0.6, 0.1, 0.3)
    copies = [np.repeat(v, 3) for v in (y, a, b)]
    naive = compare_correlations(copies[1], copies[2], rows_of(copies[0]))
    honest = compare_correlations(copies[1], copies[2], rows_of(copies[0], np.repeat(np.arange(25), 3)))
    assert honest.difference == pytest.approx(naive.difference, abs=0.02)
    assert honest.high - honest.low > 1.4 * (naive.high - naive.low)


def test_a_score_against_itself_and_one_without_spread():
    y, a, _ = draws(np.random.default_rng(5), 0.5, 0.5, 0.5)
    assert compare_correlations(a, a, rows_of(y)).p_value == 1.0
    assert np.isnan(compare_correlations(a, np.ones(25), rows_of(y)).p_value)
