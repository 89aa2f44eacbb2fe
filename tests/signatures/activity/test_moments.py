from __future__ import annotations

import numpy as np

from stratify.signatures.activity.moments import moments


def test_gaps_are_left_out():
    levels = np.random.default_rng(0).normal(size=(20, 3))
    levels[4:9, 1] = np.nan
    mean, sd = moments(levels)
    np.testing.assert_allclose(mean, np.nanmean(levels, axis=0))
    np.testing.assert_allclose(sd, np.nanstd(levels, axis=0, ddof=1))


def test_what_never_varies_or_was_measured_once_has_no_sd():
    levels = np.array([[1.0, 2.0, np.nan], [1.0 + 1e-12, np.nan, np.nan]])
    mean, sd = moments(levels)
    assert np.isnan(sd).all()
    assert mean[1] == 2.0
    assert np.isnan(mean[2])
    assert np.isnan(moments(np.zeros((0, 2)))[1]).all()
