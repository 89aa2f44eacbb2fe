"""Stated power against how often planted effects are found."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import stdtrit

from stratify.errors import CohortError
from stratify.signatures.detection_power import benjamini_hochberg_threshold, detection_power
from stratify.signatures.linear_models import fit_linear
from stratify.signatures.moderation import moderate


@pytest.mark.parametrize(("df", "alpha", "shift"), [(30, 0.05, 2.9), (3, 1e-4, 20), (5000, 1e-6, 6)])
def test_power_is_that_of_a_noncentral_t(df, alpha, shift):
    rng = np.random.default_rng(0)
    t = (rng.normal(size=200_000) + shift) / np.sqrt(rng.chisquare(df, 200_000) / df)
    found = (np.abs(t) > stdtrit(df, 1 - alpha / 2)).mean()
    stated = detection_power(np.array([1.0]), np.array([float(df)]), alpha=alpha).of_effect(shift)
    assert stated[0] == pytest.approx(found, abs=0.005)


def test_planted_effects_are_found_with_the_stated_power():
    rng = np.random.default_rng(1)
    design, hits = np.c_[np.ones(30), np.arange(30) > 14], []
    for _ in range(20):
        levels = rng.normal(0, np.sqrt(6 / rng.chisquare(6, 300)), (30, 300))
        first = moderate(fit_linear(levels, design))
        power = detection_power(first.standard_error[:, 1], first.df_total, alpha=0.001)
        planted = levels + design[:, [1]] * power.smallest_effect
        hits.append((moderate(fit_linear(planted, design)).p_value[:, 1] < 0.001).mean())
    assert np.mean(hits) == pytest.approx(0.8, abs=0.02)


def test_more_error_needs_more_effect_and_no_error_estimate_gives_none():
    power = detection_power(np.array([0.1, 0.2, np.nan, 0.1]), np.array([20.0, 20, 20, 0]), alpha=0.01)
    assert power.smallest_effect[1] == pytest.approx(2 * power.smallest_effect[0])
    assert np.isnan(power.smallest_effect[2:]).all()
    assert power.of_effect(power.smallest_effect[0])[0] == pytest.approx(0.8)
    assert power.of_effect(0.0)[0] == pytest.approx(0.01, rel=1e-3)
    assert 0 < power.share_found(1.5) < 1
    assert np.isnan(detection_power(np.array([np.nan]), np.array([3.0]), alpha=0.05).share_found(2))


def test_threshold_of_one_more_discovery():
    assert benjamini_hochberg_threshold(np.array([0.5, 0.9])) == 0.025
    assert benjamini_hochberg_threshold(np.array([1e-9, 1e-9])) == 0.05
    assert benjamini_hochberg_threshold(np.array([np.nan])) == 0.05


@pytest.mark.parametrize(("alpha", "power"), [(0, 0.8), (0.9, 0.8), (0.05, 1.0)])
def test_no_probability_is_refused(alpha, power):
    with pytest.raises(CohortError):
        detection_power(np.ones(1), np.ones(1), alpha=alpha, power=power)
