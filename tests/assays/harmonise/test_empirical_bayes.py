from __future__ import annotations

import numpy as np
import pytest

from stratify.assays.harmonise.empirical_bayes import least_squares, shrink_batch


@pytest.fixture
def standard():
    rng = np.random.default_rng(3)
    location, scale = rng.normal(0.4, 0.3, 40), np.exp(rng.normal(0, 0.3, 40))
    return location + rng.normal(0, 1, (12, 40)) * scale


def test_coefficients_are_those_of_each_assay_alone():
    rng = np.random.default_rng(0)
    design, levels = rng.normal(0, 1, (30, 3)), rng.normal(0, 1, (30, 5))
    levels[:4, 2] = np.nan
    coefficients, sigma = least_squares(design, levels)
    alone, squares, *_ = np.linalg.lstsq(design[4:], levels[4:, 2])
    np.testing.assert_allclose(coefficients[:, 2], alone)
    assert sigma[2] == pytest.approx(np.sqrt(squares[0] / 26))


def test_an_assay_that_the_design_explains_has_no_spread():
    design = np.ones((6, 1))
    assert least_squares(design, np.full((6, 2), 0.1))[1].tolist() == [0.0, 0.0]


def test_both_equations_hold(standard):
    gamma, delta, _ = shrink_batch(standard)
    n, (mean, variance) = 12, (standard.mean(axis=0), standard.var(axis=0, ddof=1))
    spread, m, v = mean.var(ddof=1), variance.mean(), variance.var(ddof=1)
    np.testing.assert_allclose(gamma, (n * spread * mean + delta * mean.mean()) / (n * spread + delta))
    squares = ((standard - gamma) ** 2).sum(axis=0)
    np.testing.assert_allclose(
        delta, ((m * v + m**3) / v + squares / 2) / ((2 * v + m**2) / v + n / 2 - 1), rtol=1e-8
    )


def test_terms_are_drawn_to_those_of_the_batch(standard):
    gamma, delta, _ = shrink_batch(standard)
    assert gamma.std() < standard.mean(axis=0).std()
    assert delta.std() < standard.var(axis=0, ddof=1).std()


def test_only_the_mean_moves_where_that_is_asked(standard):
    gamma, delta, error = shrink_batch(standard, mean_only=True)
    assert (delta == 1).all()
    assert (error < 1 / np.sqrt(12)).all()
    assert not np.allclose(gamma, shrink_batch(standard)[0])


def test_gaps_count_as_fewer_samples(standard):
    standard[:8, 0] = np.nan
    _, _, error = shrink_batch(standard)
    assert error.argmax() == 0
