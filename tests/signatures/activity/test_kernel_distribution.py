from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from stratify.signatures.activity.kernel_distribution import (
    MOST_KERNELS,
    fit_kernels,
    kernel_distribution,
)


def smooth(reference, y):
    """Without the table."""
    bandwidth = np.std(reference, ddof=1) / 4
    return norm.cdf((np.atleast_1d(y)[:, None] - reference) / bandwidth).mean(axis=1)


@pytest.mark.parametrize("n", [3, 32, 400])
def test_table_is_within_a_thousandth_of_a_bandwidth_of_the_kernel(n):
    rng = np.random.default_rng(n)
    reference, y = rng.normal(5, 2, n), rng.normal(5, 4, 50)
    got = kernel_distribution(fit_kernels(reference[:, None]), y[:, None])[:, 0]
    assert np.abs(got - smooth(reference, y)).max() < 4e-4


def test_gaps_of_the_reference_are_left_out():
    reference = np.random.default_rng(0).normal(size=30)
    holed = np.append(reference, [np.nan] * 4)
    y = np.linspace(-40, 40, 41)[:, None]
    np.testing.assert_allclose(
        kernel_distribution(fit_kernels(holed[:, None]), y),
        kernel_distribution(fit_kernels(reference[:, None]), y),
        atol=1e-15,
    )


def test_far_beyond_the_reference_all_are_alike():
    state = fit_kernels(np.arange(5.0)[:, None])
    got = kernel_distribution(state, np.array([[1e25], [50.0], [-50.0], [-1e25]])).ravel()
    assert got.tolist() == [1.0, 1.0, 0.0, 0.0]


def test_what_never_varies_has_no_distribution():
    state = fit_kernels(np.array([[1.0, 1.0, np.nan], [1.0, 2.0, 3.0], [1.0, 3.0, np.nan]]))
    assert np.isnan(kernel_distribution(state, np.ones((2, 3)))).tolist() == [[True, False, True]] * 2
    assert kernel_distribution(state, np.ones((0, 3))).shape == (0, 3)


def test_a_thousand_stand_for_many():
    rng = np.random.default_rng(3)
    reference = rng.normal(size=(7 * MOST_KERNELS, 1))
    reference[::9] = np.nan
    state = fit_kernels(reference)
    assert state["kernels"].shape == (1, MOST_KERNELS)
    y = np.linspace(-3, 3, 61)
    known = reference[~np.isnan(reference)]
    assert np.abs(kernel_distribution(state, y[:, None])[:, 0] - smooth(known, y)).max() < 6e-4
