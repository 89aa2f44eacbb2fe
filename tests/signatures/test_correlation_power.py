"""Stated power against simulated."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from stratify.signatures.correlation_power import correlation_power, detectable_correlation


@pytest.mark.parametrize(("size", "n"), [(0.5, 25), (0.3, 60)])
def test_stated_power_is_what_pearson_reaches(size, n):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 1500))
    y = size * x + np.sqrt(1 - size**2) * rng.normal(size=(n, 1500))
    p = stats.pearsonr(x, y, axis=0).pvalue
    assert np.mean(p <= 0.05) == pytest.approx(correlation_power(size, n), abs=0.04)


def test_the_detectable_one_has_its_power():
    for n, c in ((25, 0), (25, 3), (100, 5)):
        size = detectable_correlation(n, covariates=c)
        assert correlation_power(size, n, covariates=c) == pytest.approx(0.8, abs=1e-3)
