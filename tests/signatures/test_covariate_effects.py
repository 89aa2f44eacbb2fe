"""Effects that healthy people teach, and what is taken off others."""

from __future__ import annotations

import numpy as np
import pytest

from stratify.signatures.covariate_effects import NO_EFFECTS, fit_covariate_effects, with_own

P = 60


def people(slope, n=32, seed=0):
    rng = np.random.default_rng(seed)
    covariates = np.column_stack([rng.uniform(20, 60, n), np.arange(n) % 2])
    return rng.normal(size=(n, P)) + slope * (covariates[:, [0]] - 40), covariates


def test_a_planted_effect_is_learned_and_taken_off():
    slope = np.where(np.arange(P) < 30, 0.1, -0.1)
    levels, covariates = people(slope)
    effects = fit_covariate_effects(levels, covariates)
    assert effects.kept[0] > 0.95
    np.testing.assert_allclose(effects.slopes[0], slope, atol=0.06)
    old, young = (np.array([[age, 0.0]]) for age in (55.0, 25.0))
    flat = np.zeros((1, P))
    moved = effects.taken_off(flat + 15 * slope, old) - effects.taken_off(flat - 15 * slope, young)
    assert np.abs(moved).mean() < 0.5 < np.abs(30 * slope).mean()


def test_where_the_healthy_show_nothing_next_to_nothing_is_left():
    kept = [fit_covariate_effects(*people(0.0, seed=seed)).kept for seed in range(20)]
    assert np.mean(kept) < 0.15


@pytest.mark.parametrize("moved", [3, P])
def test_the_shrinkage_pays_in_new_people(moved):
    errors = []
    for seed in range(20):
        slope = (0.05 if moved < P else 0.01) * (np.arange(P) < moved)
        levels, covariates = people(slope, seed=seed)
        age = covariates[:, 0] - covariates[:, 0].mean()
        plain = age @ levels / (age @ age)
        found = fit_covariate_effects(levels, covariates).slopes[0]
        errors.append([((one - slope) ** 2).mean() for one in (found, plain, 0 * slope)])
    shrunken, plain, nothing = np.mean(errors, axis=0)
    assert shrunken < 0.9 * min(plain, nothing) or moved == P
    assert shrunken < 0.9 * plain


def test_beyond_the_range_the_effect_is_that_of_the_edge():
    levels, covariates = people(0.1)
    effects = fit_covariate_effects(levels, covariates)
    far, edge = np.array([[90.0, 1.0]]), np.array([[covariates[:, 0].max(), 1.0]])
    np.testing.assert_array_equal(effects.taken_off(levels[:1], far), effects.taken_off(levels[:1], edge))
    assert effects.outside(np.concatenate([far, edge, [[np.nan, 1.0]]])).tolist() == [True, False, False]


def test_who_is_not_known_counts_as_at_the_mean():
    levels, covariates = people(0.1)
    effects = fit_covariate_effects(levels, covariates)
    unknown = np.full((1, 2), np.nan)
    np.testing.assert_array_equal(effects.taken_off(levels[:1], unknown), levels[:1])
    unknown = np.array([[np.nan, 1.0]])
    assert not np.array_equal(effects.taken_off(levels[:1], unknown), levels[:1]) or effects.kept[1] == 0


def test_a_person_alone_gets_the_same_bits():
    levels, covariates = people(0.1)
    effects = fit_covariate_effects(levels, covariates, np.full(P, 1 / P))
    together = effects.taken_off(levels, covariates)
    for i in (0, 7, 31):
        np.testing.assert_array_equal(effects.taken_off(levels[[i]], covariates[[i]])[0], together[i])


def test_a_column_of_the_profile_itself_takes_a_shared_offset_off():
    rng = np.random.default_rng(3)
    own = (np.arange(P) < 10) / 10
    levels = rng.normal(size=(40, P)) + 2 * rng.normal(size=(40, 1))
    effects = fit_covariate_effects(levels, np.zeros((40, 0)), own)
    assert with_own(levels, np.zeros((40, 0)), own).shape == (40, 1)
    left = effects.taken_off(levels, np.zeros((40, 0)))
    assert left.mean(axis=1).std() < 0.3 * levels.mean(axis=1).std()


@pytest.mark.parametrize("n", [0, 9])
def test_too_few_people_teach_nothing(n):
    levels, covariates = people(0.1)
    effects = fit_covariate_effects(levels[:n], covariates[:n])
    assert not effects.slopes.any()
    np.testing.assert_array_equal(effects.taken_off(levels, covariates), levels)
    assert not effects.outside(covariates).any()


def test_a_column_that_does_not_vary_does_nothing():
    levels, covariates = people(0.1)
    covariates[:, 1] = 1.0
    effects = fit_covariate_effects(levels, covariates)
    assert (effects.kept[1], np.abs(effects.slopes[1]).max()) == (0.0, 0.0)
    assert effects.kept[0] > 0.9


def test_nothing_is_known_without_effects():
    assert not NO_EFFECTS.known
