"""Least squares with covariates, and with several rows a person, against statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from stratify.signatures.adjusted_rows import Effects, effects, prepare_rows, take_means


def data(n=25, c=2, m=4, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=n), rng.normal(size=(n, c)), rng.normal(size=(n, m))


def test_without_covariates_it_is_pearson():
    y, _, x = data(c=0)
    found = effects(x, prepare_rows(y, np.zeros((25, 0)), np.arange(25)))
    for j in range(4):
        wanted = stats.pearsonr(x[:, j], y)
        np.testing.assert_allclose([found.correlation[j], found.p_value[j]], wanted, rtol=1e-10)


def test_with_covariates_it_is_the_regression_of_statsmodels():
    y, z, x = data()
    found = effects(x, prepare_rows(y, z + 2000.0, np.arange(25)))
    for j in range(4):
        fit = sm.OLS(y, np.column_stack([x[:, j], np.ones(25), z])).fit()
        np.testing.assert_allclose(
            [found.slope[j], found.error[j], found.p_value[j]], [fit.params[0], fit.bse[0], fit.pvalues[0]]
        )


def test_covariates_that_repeat_each_other_count_once():
    y, z, x = data()
    double = np.column_stack([z, z.sum(axis=1), np.full(25, 3.0)])
    one, two = (effects(x, prepare_rows(y, part, np.arange(25))) for part in (z, double))
    np.testing.assert_allclose(one.p_value, two.p_value)
    np.testing.assert_array_equal(one.df, two.df)


def test_a_column_that_does_not_vary_or_is_a_covariate_is_unknown():
    y, z, x = data()
    columns = np.column_stack([np.full(25, 7.0), z[:, 0], x[:, 0]])
    found = effects(columns, prepare_rows(y, z, np.arange(25)))
    assert np.isnan(found.p_value).tolist() == [True, True, False]


def test_cages_of_a_mixed_model_give_its_slope():
    """In a balanced design the moment estimates are those of restricted maximum likelihood."""
    rng = np.random.default_rng(3)
    person = np.repeat(np.arange(30), 3)
    x = rng.normal(size=90) + 0.7 * rng.normal(size=30)[person]
    y = 0.3 * x + rng.normal(size=90) + 1.5 * rng.normal(size=30)[person]
    found = effects(x[:, None], prepare_rows(y, np.zeros((90, 0)), person))
    fit = sm.MixedLM(y, np.column_stack([np.ones(90), x]), groups=person).fit(reml=True)
    assert found.slope[0] == pytest.approx(fit.params[1], rel=0.02)
    assert found.error[0] == pytest.approx(fit.bse[1], rel=0.3)
    assert found.df[0] < 90 - 2


def test_rows_that_are_copied_prove_nothing_more():
    y, z, x = data()
    once = effects(x, prepare_rows(y, z, np.arange(25)))
    twice = effects(
        np.repeat(x, 2, axis=0),
        prepare_rows(np.repeat(y, 2), np.repeat(z, 2, axis=0), np.repeat(np.arange(25), 2)),
    )
    np.testing.assert_allclose(once.slope, twice.slope)
    np.testing.assert_allclose(once.error, twice.error, rtol=0.15)
    assert (twice.df < 25).all()


def test_order_of_rows_plays_no_part():
    y, z, x = data(n=40)
    person = np.repeat(np.arange(20), 2)
    order = np.random.default_rng(1).permutation(40)
    one = effects(x, prepare_rows(y, z, person))
    two = effects(x[order], prepare_rows(y[order], z[order], person[order]))
    np.testing.assert_allclose(one.p_value, two.p_value)


def test_means_are_taken_off_as_far_as_said():
    x = np.array([[1.0], [3.0], [5.0]])
    moved = take_means(x, np.array([4, 4, 9]), np.array([1.0, 1.0, 0.5]))
    assert moved[:, 0].tolist() == [-1.0, 1.0, 2.5]


def test_effects_are_joined_and_taken():
    y, z, x = data()
    found = effects(x, prepare_rows(y, z, np.arange(25)))
    joined = Effects.joined([found, Effects.unknown(1)])
    assert joined[np.array([4, 0])].slope[1] == found.slope[0]
    assert np.isnan(joined.p_value[4])
