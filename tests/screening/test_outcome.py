from dataclasses import FrozenInstanceError

import numpy as np
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


def test_contributions_by_pathway_add_up_to_those_by_protein(loaded, arrivals):
    screening = screen_cohort(loaded, arrivals)
    sums = screening.pathway_contributions
    assert set(sums.columns) == set(loaded.model.assays["pathway"])
    np.testing.assert_allclose(sums.sum(axis=1), screening.contributions.sum(axis=1), rtol=1e-12)
    assert len(screening.protein_names) == len(loaded.model.assays)
