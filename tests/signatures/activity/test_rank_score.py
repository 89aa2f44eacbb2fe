from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import rankdata

from stratify.signatures.activity.method import Members
from stratify.signatures.activity.rank_score import METHOD, cohort_ranks


def simple_score(levels, inside):
    """Singscore of an expected-up set by its published formula, centred; ties take the lowest rank."""
    ranks, size, n = rankdata(levels, "min"), inside.sum(), len(levels)
    low, high = (size + 1) / 2, (2 * n - size + 1) / 2
    return (ranks[inside].mean() - low) / (high - low) - 0.5


@pytest.mark.parametrize("decimals", [6, 0])
def test_score_is_that_of_the_formula(decimals):
    rng = np.random.default_rng(decimals)
    levels, inside = rng.normal(0, 4, (15, 50)).round(decimals), rng.random((4, 50)) < 0.3
    wanted = [[simple_score(row, one) for one in inside] for row in levels]
    np.testing.assert_allclose(cohort_ranks(levels, Members.equal(inside)), wanted, atol=1e-14)


def test_lone_patient_is_batch(alone_is_batch):
    assert np.nanmax(np.abs(alone_is_batch(METHOD))) <= 0.5


def test_it_needs_nobody_else(ragged):
    _, patients, members = ragged
    state = METHOD.fit(patients[:0], members)
    np.testing.assert_array_equal(METHOD.score(state, patients[:1]), cohort_ranks(patients, members)[:1])


def test_a_set_of_all_proteins_has_no_rank():
    assert np.isnan(cohort_ranks(np.array([[1.0, 2.0]]), Members.equal(np.ones((1, 2), dtype=bool)))).all()
