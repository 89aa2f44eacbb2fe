"""Agreement of paired fold changes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from stratify.signatures.species_agreement import ALONE, TOGETHER, concordance


def pairs(n=80, load=0.0, seed=0, root=None, error=0.3):
    """Effects of both with errors that may move together."""
    rng = np.random.default_rng(seed)
    root = np.eye(n) if root is None else root
    m = root @ rng.normal(size=n)
    h = load * m + error * root @ rng.normal(size=n)
    return pd.DataFrame(
        {
            "mouse_log2_fold_change": m,
            "human_log2_fold_change": h,
            "mouse_standard_error": 0.3,
            "human_standard_error": error,
        }
    )


def test_alone_it_is_pearson_and_fishers_exact_test():
    table = pairs(load=0.2)
    found = concordance(table)
    m, h = table["mouse_log2_fold_change"], table["human_log2_fold_change"]
    assert found.correlation == pytest.approx(stats.pearsonr(m, h)[0])
    assert found.rank_correlation == pytest.approx(stats.spearmanr(m, h)[0])
    exact = stats.fisher_exact(pd.crosstab(m > 0, h > 0), alternative="greater").pvalue
    assert found.p_direction == pytest.approx(exact)
    assert found.assumption == ALONE
    assert found.agree == (np.sign(m) == np.sign(h)).sum()


def test_expected_agreement_counts_the_margins():
    """All raised in both agrees in full and proves nothing."""
    table = pairs().abs()
    found = concordance(table)
    assert found.share == found.expected == 1.0
    assert found.p_direction == 1.0


def test_true_effects_correlate_more_than_noisy_ones():
    rng = np.random.default_rng(1)
    truth = rng.normal(size=400)
    table = pairs(400).assign(
        mouse_log2_fold_change=truth + 0.7 * rng.normal(size=400),
        human_log2_fold_change=truth + 0.7 * rng.normal(size=400),
        mouse_standard_error=0.7,
        human_standard_error=0.7,
    )
    found = concordance(table)
    assert found.correlation < 0.75
    assert found.correlation_of_true == pytest.approx(1.0, abs=0.1)
    assert np.isnan(concordance(table.assign(mouse_standard_error=np.nan)).correlation_of_true)
    assert np.isnan(concordance(table.assign(mouse_standard_error=5.0)).correlation_of_true)


def test_proteins_that_move_together_do_not_count_as_many():
    """Human effects are noise along the factor on which the mouse signature lies."""
    n = 80
    loading = np.random.default_rng(0).choice([-1.0, 1.0], n)
    covariance = 0.5 * np.outer(loading, loading) + 0.5 * np.eye(n)
    root = np.linalg.cholesky(covariance)
    alone, together = [], []
    for seed in range(300):
        table = pairs(n, seed=seed, root=root)
        alone.append(concordance(table).p_value)
        found = concordance(table, covariance)
        together.append(found.p_value)
    assert found.assumption == TOGETHER
    assert np.mean(np.array(alone) <= 0.05) > 0.3
    assert np.mean(np.array(together) <= 0.05) < 0.09


def test_a_change_of_exactly_zero_has_no_direction():
    table = pairs(20)
    table.loc[:4, "human_log2_fold_change"] = 0.0
    assert concordance(table).pairs == 15
