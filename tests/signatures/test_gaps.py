import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stratify.signatures.gaps import GapState, fill_gaps


def random_state(seed=0, p=20, k=3):
    rng = np.random.default_rng(seed)
    return GapState(
        rng.normal(size=p), rng.uniform(0.5, 2, size=p), rng.normal(size=(p, k)), rng.uniform(0.1, 1, size=p)
    )


def with_gaps(seed, n=9, p=20, share=0.3):
    rng = np.random.default_rng(seed)
    profiles = rng.normal(size=(n, p))
    profiles[rng.random((n, p)) < share] = np.nan
    profiles[0] = np.where(np.isnan(profiles[0]), 0.5, profiles[0])
    return profiles


@settings(max_examples=25)
@given(st.integers(0, 10**6))
def test_filled_value_is_the_conditional_expectation(seed):
    state, row = random_state(seed), with_gaps(seed)[1]
    gap = np.isnan(row)
    sigma = state.loadings @ state.loadings.T + np.diag(state.uniquenesses)
    z = (row - state.center) / state.scale
    expected = sigma[np.ix_(gap, ~gap)] @ np.linalg.solve(sigma[np.ix_(~gap, ~gap)], z[~gap])
    filled = fill_gaps(state, row[None])[0]
    np.testing.assert_allclose(
        filled[gap], state.center[gap] + state.scale[gap] * expected, rtol=1e-6, atol=1e-8
    )


@pytest.mark.parametrize("order", ["C", "F"])
def test_lone_row_gets_the_bits_it_gets_in_a_batch(order):
    state, profiles = random_state(), np.array(with_gaps(1), order=order)
    batch = fill_gaps(state, profiles)
    for i, row in enumerate(profiles):
        np.testing.assert_array_equal(fill_gaps(state, row[None])[0], batch[i])
    assert batch.flags.c_contiguous


def test_measured_values_are_kept_to_the_bit_and_the_input_is_not_touched():
    state, profiles = random_state(), with_gaps(2)
    before = profiles.copy()
    filled = fill_gaps(state, profiles)
    seen = np.isfinite(before)
    np.testing.assert_array_equal(filled[seen], before[seen])
    np.testing.assert_array_equal(profiles, before)
    assert np.isfinite(filled).all()


def test_infinity_is_a_gap():
    state, profiles = random_state(), with_gaps(3)
    infinite = np.where(np.isnan(profiles), -np.inf, profiles)
    np.testing.assert_array_equal(fill_gaps(state, infinite), fill_gaps(state, profiles))


def test_nothing_measured_gives_the_centre():
    state = random_state()
    np.testing.assert_allclose(fill_gaps(state, np.full((1, 20), np.nan))[0], state.center)


def test_no_factors_gives_the_centre_in_every_gap():
    state = GapState(np.array([5.0, 7.0]), np.ones(2), np.zeros((2, 0)), np.ones(2))
    np.testing.assert_array_equal(fill_gaps(state, np.array([[9.0, np.nan]])), [[9.0, 7.0]])
