from __future__ import annotations

import numpy as np
import pytest

from stratify.errors import CohortError
from stratify.signatures.robust_prior import robust_variance_prior
from stratify.signatures.variance_prior import variance_prior


def draw(p, d0=8.0, df=10, seed=0):
    rng = np.random.default_rng(seed)
    return d0 / rng.chisquare(d0, p) * rng.chisquare(df, p) / df


def test_outlying_variances_do_not_move_the_prior_and_are_not_trusted():
    x = draw(1000)
    x[:30] *= 200
    df = np.full(1000, 10.0)
    robust, plain = robust_variance_prior(x, df), variance_prior(x, df)
    assert robust.df[500] == pytest.approx(8, rel=0.35)
    assert plain.df[0] < 4
    assert robust.df[:30].max() < 1


def test_assays_without_variance_get_the_common_prior():
    x, df = draw(50), np.full(50, 10.0)
    x[3], df[4] = np.nan, 0
    level = np.linspace(0, 1, 50)
    prior = robust_variance_prior(x, df, covariate=level)
    assert np.isfinite(prior.scale).all()
    assert prior.df[3] == prior.df.max()


def test_equal_variances_and_few_assays():
    assert np.isinf(robust_variance_prior(np.ones(50), np.full(50, 10.0)).df).all()
    assert robust_variance_prior(draw(2), np.full(2, 10.0)).df.shape == (2,)


def test_constant_assays_in_the_majority_are_refused():
    with pytest.raises(CohortError, match="no variance"):
        robust_variance_prior(np.r_[np.zeros(6), 1.0], np.full(7, 10.0))
