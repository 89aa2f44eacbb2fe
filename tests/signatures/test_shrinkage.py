"""The winner's curse: what the largest estimates promise, and what is left of it."""

from __future__ import annotations

import numpy as np
import pytest

from stratify.errors import CohortError
from stratify.signatures.shrinkage import shrink_effects


def draw(seed, p=363, null=0.8, sd=0.5, df=20, d0=5):
    rng = np.random.default_rng(seed)
    beta = np.where(rng.random(p) < null, 0, rng.normal(0, sd, p))
    sigma = 0.2 * np.sqrt(d0 / rng.chisquare(d0, p))
    s2 = sigma**2 * rng.chisquare(df, p) / df
    error = np.sqrt((d0 * 0.04 + df * s2) / (d0 + df))
    return beta, beta + sigma * rng.normal(size=p), error, np.full(p, float(df + d0))


@pytest.mark.parametrize("setting", [{}, {"null": 0.0, "sd": 0.3}, {"null": 0.95, "df": 4}])
def test_the_largest_estimates_lose_their_bias_and_intervals_keep_their_coverage(setting):
    raw, left, covered = [], [], []
    for seed in range(12):
        beta, b, error, df = draw(seed, **setting)
        shrunken = shrink_effects(b, error, df)
        top = np.argsort(-np.abs(b / error))[:20]
        raw.append((np.sign(b) * (b - beta))[top].mean())
        left.append((np.sign(b) * (shrunken.effect - beta))[top].mean())
        covered.append(((shrunken.low <= beta) & (beta <= shrunken.high))[top].mean())
    assert abs(np.mean(left)) < 0.35 * np.mean(raw)
    assert 0.9 < np.mean(covered) <= 1


def test_nothing_at_all_shrinks_to_nothing():
    shrunken = shrink_effects(*draw(0, null=1.0)[1:])
    assert shrunken.null_share > 0.9
    assert np.abs(shrunken.effect).mean() < 0.03


def test_precise_effects_stay():
    effects = np.linspace(-2, 2, 100)
    shrunken = shrink_effects(effects, np.full(100, 0.01), np.full(100, 50.0))
    np.testing.assert_allclose(shrunken.effect, effects, atol=0.02)
    np.testing.assert_allclose(shrunken.high - shrunken.low, 0.0402, rtol=0.15)


def test_sign_and_unit_and_order_carry_through():
    _, b, error, df = draw(3)
    first, flipped = shrink_effects(b, error, df), shrink_effects(-10 * b, 10 * error, df)
    np.testing.assert_allclose(flipped.effect, -10 * first.effect, rtol=1e-3, atol=1e-4)
    order = np.random.default_rng(0).permutation(len(b))
    moved = shrink_effects(b[order], error[order], df[order])
    np.testing.assert_allclose(moved.effect, first.effect[order], rtol=1e-6, atol=1e-9)
    assert (np.abs(first.effect) <= np.abs(b) + 1e-9).all()
    assert ((first.low <= first.effect) & (first.effect <= first.high)).all()


def test_assays_without_an_estimate_stay_without_and_do_not_disturb():
    _, b, error, df = draw(4)
    without = shrink_effects(b[1:], error[1:], df[1:])
    b[0] = np.nan
    shrunken = shrink_effects(b, error, df)
    assert np.isnan([shrunken.effect[0], shrunken.low[0], shrunken.wrong_sign[0]]).all()
    np.testing.assert_array_equal(shrunken.effect[1:], without.effect)
    with pytest.raises(CohortError):
        shrink_effects(b[:1], error[:1], df[:1])


@pytest.mark.parametrize("effect", [0.0, 5.0])
def test_one_assay(effect):
    shrunken = shrink_effects(np.array([effect]), np.array([1.0]), np.array([8.0]))
    assert 0 <= shrunken.effect[0] <= effect


def test_intervals_hold_the_estimate():
    effects = np.random.default_rng(0).normal(0, 0.2, 400)
    effects[:20] += 1.0
    found = shrink_effects(effects, np.full(400, 0.2), np.full(400, 30.0))
    assert ((found.low <= found.effect) & (found.effect <= found.high)).all()
