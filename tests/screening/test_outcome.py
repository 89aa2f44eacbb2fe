from dataclasses import FrozenInstanceError

import pytest

from stratify.screening.score import screen_cohort


def test_counts_are_given_for_every_call_also_when_nobody_has_it(loaded, arrivals):
    screening = screen_cohort(loaded, arrivals[[0, 41]].copy())
    assert list(screening.counts) == ["Th2-skewed", "not Th2-skewed", "indeterminate"]
    assert sum(screening.counts.values()) == len(screening.table) == 1


def test_results_can_not_be_changed(loaded, arrivals):
    screening = screen_cohort(loaded, arrivals)
    with pytest.raises(FrozenInstanceError):
        screening.facts.samples = 0
    with pytest.raises(FrozenInstanceError):
        screening.digest = ""
