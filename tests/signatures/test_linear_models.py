"""Fits against the textbook formula, sample by sample, and on what hostile tables hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stratify.errors import CohortError
from stratify.signatures.linear_models import contrast_fit, fit_linear


def table(seed, n=24, p=7, share=0.0):
    rng = np.random.default_rng(seed)
    levels = rng.normal(5, 1, (n, p))
    levels[rng.random((n, p)) < share] = np.nan
    design = np.c_[np.ones(n), np.arange(n) % 2, rng.normal(50, 10, n)]
    return levels, design, rng


def textbook(y, design, root, patient, rho):
    """Generalised least squares with all matrices written out."""
    seen = np.isfinite(y) & (root > 0)
    together = patient[seen][:, None] == patient[seen]
    covariance = np.where(together, rho, 0.0)
    np.fill_diagonal(covariance, 1.0)
    precision = np.linalg.inv(covariance / np.outer(root[seen], root[seen]))
    x = design[seen]
    spread = np.linalg.inv(x.T @ precision @ x)
    beta = spread @ x.T @ precision @ y[seen]
    residual = y[seen] - x @ beta
    return beta, spread, np.sqrt(residual @ precision @ residual / (len(x) - x.shape[1]))


@settings(max_examples=20)
@given(
    seed=st.integers(0, 1000),
    share=st.sampled_from([0.0, 0.15]),
    rho=st.sampled_from([0.0, 0.4, -0.2]),
    kind=st.sampled_from(["none", "samples", "values"]),
)
def test_every_setting_equals_the_textbook(seed, share, rho, kind):
    levels, design, rng = table(seed, share=share)
    weights = {
        "none": None,
        "samples": rng.uniform(0.3, 3, len(levels)),
        "values": rng.uniform(0.3, 3, levels.shape),
    }[kind]
    patient = np.arange(len(levels)) // 3
    fit = fit_linear(levels, design, weights=weights, blocks=patient, correlation=rho)
    for j, y in enumerate(levels.T):
        root = (
            np.ones(len(y)) if weights is None else np.sqrt(weights if weights.ndim == 1 else weights[:, j])
        )
        beta, spread, sigma = textbook(y, design, root, patient, rho)
        np.testing.assert_allclose(fit.coefficients[j], beta, rtol=1e-8, atol=1e-10)
        np.testing.assert_allclose(fit.stdev_unscaled[j], np.sqrt(np.diag(spread)), rtol=1e-8)
        np.testing.assert_allclose(fit.sigma[j], sigma, rtol=1e-8)
        ours = fit.covariance if fit.covariance.ndim == 2 else fit.covariance[j]
        np.testing.assert_allclose(ours, spread, rtol=1e-6, atol=1e-12)


def test_contrast_with_gaps_equals_a_design_that_has_it_as_a_column():
    levels, design, _ = table(1, share=0.2)
    means = np.c_[1 - design[:, 1], design[:, 1:]]
    by_contrast = contrast_fit(fit_linear(levels, means), np.array([[-1.0], [1.0], [0.0]]), ["difference"])
    direct = fit_linear(levels, design)
    np.testing.assert_allclose(by_contrast.coefficients[:, 0], direct.coefficients[:, 1], rtol=1e-9)
    np.testing.assert_allclose(by_contrast.stdev_unscaled[:, 0], direct.stdev_unscaled[:, 1], rtol=1e-9)


def test_what_the_samples_of_an_assay_cannot_tell_is_nan():
    levels, design, _ = table(2)
    levels[design[:, 1] == 1, 0] = np.nan  # a group without values
    levels[:, 1] = np.nan
    levels[2:, 2] = np.nan  # as many values as groups, fewer than coefficients
    levels[::7, 3] = np.inf  # as good as missing
    fit = fit_linear(levels, design)
    assert np.isfinite(fit.coefficients[0]).tolist() == [True, False, True]
    assert not np.isfinite(fit.coefficients[1:3]).any()
    assert fit.df_residual[[0, 1, 2]].tolist() == [10, 0, 0]
    assert np.isnan(fit.sigma[1:3]).all()
    assert np.isnan(fit.average[1])
    assert np.isfinite(fit.coefficients[3]).all()
    assert fit.df_residual[3] == 24 - 4 - 3
    both = contrast_fit(fit, np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 0.0]]), ["a", "b"])
    assert np.isfinite(both.coefficients[0]).tolist() == [False, True]


def test_a_missing_reference_group_gives_no_difference_to_another_group():
    design = np.c_[np.ones(9), np.repeat([[0, 0], [1, 0], [0, 1]], 3, axis=0)]
    levels = np.arange(18.0).reshape(9, 2)
    levels[:3, 0] = np.nan
    fit = fit_linear(levels, design)
    assert not np.isfinite(fit.coefficients[0]).any()  # neither group can be compared with the reference
    assert fit.df_residual.tolist() == [4, 6]


def test_collinear_columns_are_not_estimated_and_the_rest_is():
    levels, design, _ = table(3)
    fit = fit_linear(levels, np.c_[design, 2 * design[:, 1]])
    assert np.isfinite(fit.coefficients[0]).tolist() == [True, False, True, False]
    np.testing.assert_allclose(fit.sigma, fit_linear(levels, design).sigma)


@pytest.mark.parametrize("value", [0.0, 0.1, 7.3, 1e6])
def test_a_constant_assay_has_no_spread(value):
    levels, design, _ = table(4)
    levels[:, 0] = value
    levels[:, 1] = value
    levels[3, 1] = np.nan
    assert fit_linear(levels, design).sigma[:2].tolist() == [0, 0]


def test_a_level_far_from_zero_keeps_its_digits():
    levels, design, _ = table(5)
    shifted = fit_linear(levels + 1e5, design)
    np.testing.assert_allclose(shifted.sigma, fit_linear(levels, design).sigma, rtol=1e-9)


def test_weight_of_zero_is_missing():
    levels, design, _ = table(6)
    weights = np.ones(24)
    weights[[2, 5]] = 0
    kept = weights > 0
    by_weight, without = fit_linear(levels, design, weights=weights), fit_linear(levels[kept], design[kept])
    np.testing.assert_allclose(by_weight.coefficients, without.coefficients)
    np.testing.assert_allclose(by_weight.df_residual, without.df_residual)


def test_order_of_samples_and_assays_changes_nothing():
    levels, design, rng = table(7, share=0.1)
    rows, columns = rng.permutation(len(levels)), rng.permutation(levels.shape[1])
    moved = fit_linear(levels[rows][:, columns], design[rows])
    fit = fit_linear(levels, design)
    np.testing.assert_allclose(moved.coefficients, fit.coefficients[columns], rtol=1e-10)
    np.testing.assert_allclose(moved.sigma, fit.sigma[columns], rtol=1e-10)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"design": np.ones((3, 2))}, "shape"),
        ({"design": np.full((24, 2), np.nan)}, "gaps"),
        ({"weights": np.ones(5)}, "weights"),
        ({"blocks": np.zeros(24), "correlation": None}, "None"),
        ({"blocks": np.zeros(24), "correlation": -0.5}, "-0.5"),
        ({"blocks": np.zeros(24), "correlation": 1.0}, "1.0"),
        ({"blocks": ["a"] * 23, "correlation": 0.1}, "23 rows"),
        ({"blocks": [None] * 24, "correlation": 0.1}, "0 patients"),
    ],
)
def test_what_cannot_be_fitted_is_refused(change, found):
    levels, design, _ = table(8)
    with pytest.raises(CohortError, match="expected") as refusal:
        fit_linear(levels, **({"design": design} | change))
    assert found in refusal.value.found


def test_a_difference_can_be_told_where_its_groups_cannot():
    design = np.c_[np.repeat(np.eye(2), 4, axis=0), np.full(8, 25.0)]  # a covariate that is constant
    levels = np.random.default_rng(9).normal(size=(8, 3))
    levels[2, 0] = np.nan
    contrasts = np.array([[-1.0, 1.0], [1.0, 0.0], [0.0, 0.0]])
    fit = fit_linear(levels, design, ["difference", "control"], contrasts=contrasts)
    expected = fit_linear(levels, design[:, :2])
    np.testing.assert_allclose(
        fit.coefficients[:, 0], expected.coefficients[:, 1] - expected.coefficients[:, 0], rtol=1e-10
    )
    assert np.isnan(fit.coefficients[:, 1]).all()
    np.testing.assert_allclose(fit.sigma, expected.sigma)


def test_a_contrast_in_the_fit_equals_one_after_it():
    levels, design, rng = table(10, share=0.1)
    contrasts = rng.normal(size=(3, 2))
    first = fit_linear(levels, design, ["a", "b"], contrasts=contrasts)
    second = contrast_fit(fit_linear(levels, design), contrasts, ["a", "b"])
    np.testing.assert_allclose(first.coefficients, second.coefficients, rtol=1e-8)
    np.testing.assert_allclose(first.stdev_unscaled, second.stdev_unscaled, rtol=1e-8)
