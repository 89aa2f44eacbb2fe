from __future__ import annotations

import numpy as np
from statsmodels.stats.multitest import multipletests

from stratify.signatures.multiplicity import adjusted


def test_adjusted_as_by_statsmodels_and_gaps_stay():
    p = np.random.default_rng(0).random((30, 2)) ** 3
    p[3, 1] = np.nan
    known = np.isfinite(p)
    np.testing.assert_allclose(adjusted(p)[known], multipletests(p[known], method="fdr_bh")[1])
    assert np.isnan(adjusted(p)[3, 1])
    assert np.isnan(adjusted(np.array([np.nan]))).all()
