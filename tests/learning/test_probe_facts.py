from __future__ import annotations

from stratify.learning.predictability import Predictability
from stratify.learning.probe_facts import Probe


def test_a_probe_below_chance_is_told_from_one_that_sees_nothing():
    below = Predictability("AUC", 0.33, 0.22, 0.43, 1.0, 10, 100)
    nothing = Predictability("AUC", 0.48, 0.40, 0.56, 0.7, 14, 100)
    uncorrelated = Predictability("rank correlation", 0.0, -0.2, 0.2, 0.6, 16, 100)
    assert Probe("plate", "batch", below).levelled
    assert not Probe("plate", "batch", nothing).levelled
    assert not Probe("age", "covariate", uncorrelated).levelled
