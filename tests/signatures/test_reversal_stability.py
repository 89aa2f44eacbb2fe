from __future__ import annotations

import numpy as np

from stratify.signatures.differential import contrast
from stratify.signatures.reversal_stability import posterior_mean, ranked


def test_shrinking_with_the_contrasts_prior_gives_the_contrasts_numbers(make_people):
    shift = np.zeros(60)
    shift[:10] = np.linspace(-1.5, 1.5, 10)
    told = contrast(make_people(shifts={"MDD": shift}), case="MDD", control="HC")
    found = posterior_mean(
        told.effect[None], told.standard_error, told.shrunken.scales, told.shrunken.weights
    )
    np.testing.assert_allclose(found[0], told.shrunken.effect, atol=0.03)


def test_shrinking_is_towards_zero_and_keeps_signs():
    effect = np.linspace(-4, 4, 9)[None]
    found = posterior_mean(effect, np.ones(9), np.array([0.0, 1.0, 3.0]), np.array([0.8, 0.1, 0.1]))
    assert (np.abs(found) <= np.abs(effect)).all()
    assert (np.sign(found) == np.sign(effect)).all()
    far = posterior_mean(np.array([[400.0]]), np.ones(1), np.array([0.0, 1.0]), np.array([0.9, 0.1]))
    assert np.isfinite(far).all()


def test_ties_share_the_better_rank_and_unranked_stay_out():
    scores = np.array([[2.0, np.nan, 5.0, 2.0], [np.nan, np.nan, np.nan, np.nan]])
    found = ranked(scores)
    np.testing.assert_array_equal(found[0], [2, np.nan, 1, 2])
    assert np.isnan(found[1]).all()
