from __future__ import annotations

import numpy as np
import pytest
from scipy.special import polygamma

from stratify.errors import CohortError
from stratify.signatures.variance_prior import finite_covariate, trigamma_inverse, variance_prior


def draw(p, d0, s0, df, seed=0):
    rng = np.random.default_rng(seed)
    true = d0 * s0 / rng.chisquare(d0, p)
    return true * rng.chisquare(df, p) / df


def test_the_prior_that_variances_were_drawn_from_is_found():
    prior = variance_prior(draw(20_000, 6.0, 0.5, 10), np.full(20_000, 10.0))
    assert prior.df[0] == pytest.approx(6, rel=0.05)
    assert prior.scale[0] == pytest.approx(0.5, rel=0.02)


def test_equal_variances_have_a_prior_of_infinite_weight():
    prior = variance_prior(np.ones(50), np.full(50, 5.0))
    assert np.isinf(prior.df).all()


def test_a_trend_follows_the_level():
    level = np.linspace(0, 10, 5000)
    prior = variance_prior(
        draw(5000, 8.0, 1.0, 10) * np.exp(-0.3 * level), np.full(5000, 10.0), covariate=level
    )
    np.testing.assert_allclose(np.log(prior.scale[[500, 4500]]), [-0.3, -2.7], atol=0.15)


def test_assays_without_degrees_of_freedom_take_no_part_and_get_the_prior():
    x, df = draw(40, 6.0, 0.5, 10), np.full(40, 10.0)
    level = np.linspace(0, 1, 40)
    x[[0, 7]], df[7] = np.nan, 0
    without = variance_prior(np.delete(x, [0, 7]), np.delete(df, [0, 7]), covariate=np.delete(level, [0, 7]))
    prior = variance_prior(x, df, covariate=level)
    np.testing.assert_allclose(np.delete(prior.scale, [0, 7]), without.scale)
    assert np.isfinite(prior.scale).all()


@pytest.mark.parametrize("p", [2, 4, 8])
def test_few_assays_get_a_simpler_trend(p):
    prior = variance_prior(draw(p, 6.0, 0.5, 10), np.full(p, 10.0), covariate=np.arange(float(p)))
    assert prior.scale.shape == (p,)


def test_one_assay_has_no_prior_and_none_is_refused():
    assert variance_prior(np.array([2.0]), np.array([3.0])).df.tolist() == [0]
    with pytest.raises(CohortError, match="residual degrees of freedom"):
        variance_prior(np.array([np.nan]), np.array([0.0]))


def test_trigamma_is_inverted_at_both_ends():
    for x in (1e-5, 0.3, 40.0, 1e8):
        assert trigamma_inverse(float(polygamma(1, x))) == pytest.approx(x, rel=1e-7)


def test_infinite_levels_lie_next_to_the_finite_ones():
    assert finite_covariate(np.array([-np.inf, 1, 2, np.inf])).tolist() == [0, 1, 2, 3]
    assert finite_covariate(np.array([-np.inf, np.inf])).tolist() == [-1, 1]
