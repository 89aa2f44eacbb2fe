import numpy as np
import pytest
from sklearn.base import clone

from stratify.signatures.gaps import fill_gaps
from stratify.signatures.preprocessing import FactorImputer, ReferenceScaler


def correlated(n=120, p=30, k=3, seed=0):
    rng = np.random.default_rng(seed)
    return 4 + 0.9 * rng.normal(size=(n, k)) @ rng.normal(size=(k, p)) + 0.3 * rng.normal(size=(n, p))


def test_imputation_follows_the_other_proteins():
    truth = correlated()
    hidden = np.random.default_rng(1).random(truth.shape) < 0.1
    profiles = np.where(hidden, np.nan, truth)
    error = (FactorImputer(3).fit_transform(profiles) - truth)[hidden].std()
    by_mean = (np.nanmean(profiles, axis=0) - truth)[hidden].std()
    assert error < 0.5 * by_mean


def test_new_patient_is_filled_by_the_frozen_state_alone():
    train, new = correlated(), correlated(5, seed=2)
    new[:, ::4] = np.nan
    imputer = FactorImputer().fit(train)
    np.testing.assert_array_equal(imputer.transform(new), fill_gaps(imputer.state_, new))


def test_assay_that_nobody_has_does_not_spoil_the_others():
    train = correlated()
    train[:, 4] = np.nan
    filled = FactorImputer().fit_transform(train)
    np.testing.assert_array_equal(np.delete(filled, 4, axis=1), np.delete(train, 4, axis=1))
    np.testing.assert_array_equal(filled[:, 4], 0.0)


def test_scaler_learns_from_the_reference_only():
    profiles = correlated()
    reference = np.arange(len(profiles)) < 40
    scaler = ReferenceScaler(shrink=0.0).fit(profiles, reference=reference)
    healthy = scaler.transform(profiles[reference])
    np.testing.assert_allclose(healthy.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(healthy.std(axis=0, ddof=1), 1.0)
    others = profiles.copy()
    others[~reference] *= 100
    np.testing.assert_array_equal(
        ReferenceScaler(shrink=0.0).fit(others, reference=reference).scale_, scaler.scale_
    )


@pytest.mark.parametrize("reference", [None, np.zeros(120, bool), np.arange(120) < 1])
def test_without_two_healthy_people_everybody_is_the_reference(reference):
    profiles = correlated()
    scaler = ReferenceScaler().fit(profiles, reference=reference)
    np.testing.assert_array_equal(scaler.center_, profiles.mean(axis=0))


def test_shrinking_draws_each_sd_towards_the_median():
    profiles = correlated()
    free = ReferenceScaler(shrink=0.0).fit(profiles).scale_
    half = ReferenceScaler(shrink=0.5).fit(profiles).scale_
    np.testing.assert_allclose(half, (free + np.median(free)) / 2)
    np.testing.assert_allclose(ReferenceScaler(shrink=1.0).fit(profiles).scale_, np.median(free))


def test_clone_forgets_what_was_learned():
    fitted = FactorImputer(4).fit(correlated())
    fresh = clone(fitted)
    assert fresh.n_factors == 4
    assert not hasattr(fresh, "state_")
