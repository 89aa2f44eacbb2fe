"""The mixed model beside the robust rows."""

from __future__ import annotations

import numpy as np
import pytest

from stratify.signatures.animal_table import read_animals
from stratify.signatures.cage_model import mixed_model_interaction
from stratify.simulation.animals import simulate_animals


def parts(**dials):
    table = read_animals(simulate_animals(1, **dials)).table
    codes = [np.unique(table[name], return_inverse=True)[1] for name in ("cohort", "cage")]
    return (
        table["interaction_ratio"].to_numpy(),
        table["stress"].to_numpy(),
        table["treatment"].to_numpy(),
        *codes,
    )


@pytest.mark.parametrize("cohorts", [1, 3])
def test_in_a_balanced_experiment_it_is_the_difference_of_differences(cohorts):
    y, s, d, *codes = parts(cohorts=cohorts, cages=4)
    estimate, error, df, method = mixed_model_interaction(y, s, d, *codes)
    means = [y[(s == a) & (d == b)].mean() for a, b in ((1, 1), (1, 0), (0, 1), (0, 0))]
    assert estimate == pytest.approx(means[0] - means[1] - means[2] + means[3])
    assert error > 0
    assert (method.startswith("cage and cohort")) == (cohorts > 1)
    assert df == 16 * cohorts - 3 - cohorts


def test_treatment_within_cages_counts_animals():
    y, s, d, cohort, cage = parts(cages=4, per_cage=4)
    shuffled = np.tile([0, 1], len(d) // 2)
    assert mixed_model_interaction(y, s, shuffled, cohort, cage)[2] == len(y) - len(np.unique(cage)) - 6


def test_what_can_not_be_fitted_is_nothing():
    y, s, d, *codes = parts()
    assert np.isnan(mixed_model_interaction(np.zeros_like(y), s, d, *codes)[:3]).all()
