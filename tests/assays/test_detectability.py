"""Values below the limit: which, how often, and what stands in for them."""

from __future__ import annotations

import numpy as np
import pytest
from anndata import AnnData
from scipy.stats import norm

from stratify.assays.detectability import below_limit, detectability, half_limit

LEVELS = np.array([[1.0, 5.0, np.nan, 1.0], [3.0, 5.0, np.nan, 1.0], [4.0, np.nan, np.nan, 1.0]])
LOD = np.array([[2.0, 1.0, 1.0, np.nan]] * 3)


def table(**layers):
    return AnnData(LEVELS.copy(), layers=layers)


def test_share_above_the_limit_counts_only_what_was_measured_and_has_a_limit():
    np.testing.assert_allclose(detectability(table(lod=LOD)), [2 / 3, 1.0, 1.0, 1.0])
    np.testing.assert_array_equal(detectability(table()), 1.0)


def test_controls_play_no_part():
    adata = table(lod=LOD)
    adata.obs["sample_type"] = ["control", "sample", "sample"]
    np.testing.assert_array_equal(detectability(adata), 1.0)


def test_the_vendors_share_speaks_only_where_no_limit_is_known():
    adata = table(lod=LOD)
    adata.var["missing_frequency"] = [0.9, 0.9, np.nan, 0.25]
    np.testing.assert_allclose(detectability(adata), [2 / 3, 1.0, 1.0, 0.75])
    adata.var["missing_frequency"] = 40.0  # no share
    np.testing.assert_allclose(detectability(adata), [2 / 3, 1.0, 1.0, 1.0])


def test_a_share_that_came_with_the_table_is_kept():
    adata = table(lod=LOD)
    adata.var["detectability"] = [0.1, 0.2, 0.3, 0.4]
    np.testing.assert_array_equal(detectability(adata), [0.1, 0.2, 0.3, 0.4])


def test_unknown_levels_and_limits_lie_nowhere_below():
    assert below_limit(table(lod=LOD)).tolist() == [[True, False, False, False], [False] * 4, [False] * 4]
    assert not below_limit(table()).any()


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_half_limit_is_the_limit_over_root_two(share):
    rng = np.random.default_rng(0)
    raw = np.exp2(rng.normal(3, 1, size=500))
    limit = np.exp2(3 + norm.ppf(share))
    stands_in = np.exp2(half_limit(np.log2(raw), np.full(500, np.log2(limit))))
    np.testing.assert_allclose(stands_in[raw < limit], limit / np.sqrt(2))
    np.testing.assert_allclose(stands_in[raw >= limit], raw[raw >= limit])
