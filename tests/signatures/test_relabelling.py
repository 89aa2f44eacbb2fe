"""Relabelled contrasts, against fits of really relabelled cohorts."""

from __future__ import annotations

import numpy as np
import pytest

from stratify.errors import CohortError
from stratify.signatures.patients import patients_of
from stratify.signatures.relabelling import effects_of, relabelling, resampled

PAIRS = [("MDD", "HC"), ("AD", "HC")]
GROUPS = ["MDD", "AD", "HC"]


def test_effects_are_differences_of_means_with_pooled_errors(make_people):
    people = make_people()
    people.X[:5, 3] = np.nan
    patients = patients_of(people, GROUPS)
    effects = effects_of(patients, PAIRS)
    means = {name: np.nanmean(patients.levels[patients.of(name)], axis=0) for name in GROUPS}
    np.testing.assert_allclose(effects.effect[0], means["MDD"] - means["HC"])
    counts = {name: np.isfinite(patients.levels[patients.of(name)]).sum(axis=0) for name in GROUPS}
    np.testing.assert_allclose(
        effects.error[0], effects.sigma * np.sqrt(1 / counts["MDD"] + 1 / counts["HC"])
    )
    assert effects.df.tolist() == [79 if i == 3 else 84 for i in range(60)]


def test_shared_controls_correlate_errors_as_in_closed_form(make_people):
    effects = effects_of(patients_of(make_people(), GROUPS), PAIRS)
    wanted = 1 / 32 / np.sqrt((1 / 25 + 1 / 32) * (1 / 30 + 1 / 32))
    np.testing.assert_allclose(effects.shared, wanted)
    errors = [effects_of(patients_of(make_people(seed, shared=0.0), GROUPS), PAIRS).z for seed in range(40)]
    first, second = np.hstack(errors)
    assert abs(np.corrcoef(first, second)[0, 1] - wanted) < 0.06


@pytest.mark.parametrize("covariates", [(), ("age",)])
def test_a_relabelled_contrast_is_the_contrast_of_relabelled_people(make_people, covariates):
    people = make_people(shifts={"AD": 1.0, "MDD": 0.4})
    patients = patients_of(people, GROUPS, covariates=covariates)
    moved = relabelling(patients, PAIRS, PAIRS[0])
    orders = moved.orders(6, np.random.default_rng(0))
    z = np.concatenate(list(moved.z(orders)))
    np.testing.assert_allclose(z[0], effects_of(patients, PAIRS).z)
    if covariates:
        return
    for order, told in zip(orders, z, strict=True):
        again = people[[*patients.ids]].copy()
        again.X = patients.levels[order]
        np.testing.assert_allclose(effects_of(patients_of(again, GROUPS), PAIRS).z, told)


def test_only_two_groups_exchange_labels(make_people):
    patients = patients_of(make_people(), GROUPS)
    orders = relabelling(patients, PAIRS, PAIRS[1]).orders(20, np.random.default_rng(0))
    third = np.flatnonzero(patients.of("MDD"))
    assert (orders[:, third] == third).all()
    assert (np.sort(orders, axis=1) == np.arange(87)).all()


def test_gaps_do_not_widen_or_narrow_the_null(make_people):
    people = make_people(seed=3)
    people.X[np.random.default_rng(0).random(people.shape) < 0.3] = np.nan
    patients = patients_of(people, GROUPS)
    moved = relabelling(patients, PAIRS, PAIRS[0])
    z = np.concatenate(list(moved.z(moved.orders(300, np.random.default_rng(1)))))
    assert abs(z[1:, 0].std() - 1) < 0.05


def test_resampled_effects_spread_as_the_errors_say(make_people):
    patients = patients_of(make_people(shifts={"AD": 2.0}), GROUPS)
    effects = effects_of(patients, PAIRS)
    draws = resampled(effects, patients, 1500, np.random.default_rng(0))
    assert draws.shape == (1500, 2, 60)
    np.testing.assert_allclose(draws.mean(axis=0), effects.effect, atol=0.05)
    assert abs((draws.std(axis=0) / effects.error).mean() - 1) < 0.05
    error = (draws - effects.effect) / effects.error
    assert abs((error[:, 0] * error[:, 1]).mean() - effects.shared.mean()) < 0.1


def test_a_covariate_that_is_the_group_is_refused(make_people):
    people = make_people()
    people.obs["clinic"] = people.obs["group"].map({"MDD": "a", "AD": "b", "HC": "b"})
    with pytest.raises(CohortError, match="covariate"):
        effects_of(patients_of(people, ["MDD", "HC"], covariates=["clinic"]), PAIRS[:1])
