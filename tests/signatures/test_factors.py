import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stratify.signatures.factors import (
    SMALLEST_UNIQUENESS,
    FactorModel,
    decompose,
    factor_model,
    pooled_sd,
    within_group_residuals,
)


def random_model(seed, p=12, k=3):
    rng = np.random.default_rng(seed)
    return FactorModel(rng.normal(size=(p, k)), rng.uniform(0.1, 1.0, size=p))


def covariance(model):
    return model.loadings @ model.loadings.T + np.diag(model.uniquenesses)


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.integers(1, 15), st.integers(0, 5))
def test_remove_and_solve_equal_the_dense_inverse(seed, p, k):
    model = random_model(seed, p, k)
    profiles = np.random.default_rng(seed + 1).normal(size=(4, p))
    inverse = np.linalg.inv(covariance(model))
    np.testing.assert_allclose(model.solve(profiles), profiles @ inverse, rtol=1e-7, atol=1e-9)
    expected = profiles @ inverse * model.uniquenesses
    np.testing.assert_allclose(model.remove(profiles), expected, rtol=1e-7, atol=1e-9)


def test_removing_takes_away_what_lies_along_the_factors():
    rng = np.random.default_rng(0)
    model = FactorModel(rng.normal(size=(400, 2)), np.full(400, 0.05))
    along = rng.normal(size=(1, 2)) @ model.loadings.T
    across = rng.normal(size=(1, 400))
    across -= across @ np.linalg.pinv(model.loadings).T @ model.loadings.T
    assert np.abs(model.remove(along)).max() < 0.01
    np.testing.assert_allclose(model.remove(across), across, atol=1e-9)


@pytest.mark.parametrize(("n", "p"), [(8, 30), (40, 6)])
def test_spectrum_is_that_of_the_dense_covariance(n, p):
    residuals, degrees = within_group_residuals(
        np.random.default_rng(n).normal(size=(n, p)), np.arange(n) % 2
    )
    spectrum = decompose(residuals, degrees)
    dense = residuals.T @ residuals / degrees
    rank = min(degrees, p)
    np.testing.assert_allclose(spectrum.values[:rank], np.linalg.eigvalsh(dense)[::-1][:rank], atol=1e-9)
    rebuilt = spectrum.vectors * spectrum.values @ spectrum.vectors.T
    np.testing.assert_allclose(rebuilt, dense, atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(spectrum.vectors[:, :rank], axis=0), 1.0, atol=1e-6)


def test_floor_is_the_mean_of_what_is_left_and_lowers_the_loadings():
    rng = np.random.default_rng(1)
    spectrum = decompose(rng.normal(size=(20, 50)), 20)
    model = factor_model(spectrum, 2)
    floor = spectrum.values[2:].mean()
    np.testing.assert_allclose((model.loadings**2).sum(axis=0), spectrum.values[:2] - floor)
    assert floor > 1.5  # pure noise, and yet the eigenvalues are far above one


def test_known_factor_is_found_among_noise():
    rng = np.random.default_rng(2)
    truth = rng.choice([-0.8, 0.8], size=60)
    rows = rng.normal(size=(300, 1)) * truth + 0.6 * rng.normal(size=(300, 60))
    loading = factor_model(decompose(rows, 300), 1).loadings[:, 0]
    np.testing.assert_allclose(np.abs(loading), 0.8, atol=0.15)
    assert np.abs(np.sign(loading * truth).sum()) == 60


@pytest.mark.parametrize("asked", [0, 1, 3, 99])
def test_number_of_factors_is_cut_to_the_spectrum_and_uniquenesses_stay_positive(asked):
    spectrum = decompose(np.random.default_rng(3).normal(size=(5, 9)), 5)
    model = factor_model(spectrum, asked)
    assert model.loadings.shape == (9, min(asked, 4))
    assert model.uniquenesses.min() >= SMALLEST_UNIQUENESS
    if asked == 0:
        np.testing.assert_array_equal(model.uniquenesses, 1.0)


def test_residuals_have_no_group_means_and_the_input_is_kept():
    profiles = np.arange(12.0).reshape(6, 2) ** 2
    before = profiles.copy()
    groups = np.array([0, 0, 7, 7, 7, -1])
    residuals, degrees = within_group_residuals(profiles, groups)
    assert degrees == 3
    for group in (0, 7, -1):
        np.testing.assert_allclose(residuals[groups == group].mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_array_equal(profiles, before)


def test_pooled_sd_is_the_unbiased_sd_and_one_for_a_constant():
    profiles = np.column_stack([np.random.default_rng(4).normal(size=30), np.full(30, 2.0)])
    residuals, degrees = within_group_residuals(profiles, np.zeros(30, dtype=int))
    np.testing.assert_allclose(pooled_sd(residuals, degrees), [profiles[:, 0].std(ddof=1), 1.0])
