from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import roc_auc_score

from stratify.learning import predictability
from stratify.learning.predictability import Predictor


@pytest.fixture
def levels():
    rng = np.random.default_rng(3)
    return rng.normal(size=(60, 6)) @ rng.normal(size=(6, 90)) + rng.normal(size=(60, 90))


def test_closed_form_is_the_ridge_of_another_library(levels, monkeypatch):
    monkeypatch.setattr(predictability, "_PENALTIES", np.array([3.0]))
    y = np.random.default_rng(0).normal(size=(60, 2))
    predictor = Predictor(levels, np.arange(60))
    fold = predictor._folds[0]
    train = levels[fold.train]
    z = (levels - train.mean(axis=0)) / train.std(axis=0) / np.sqrt(levels.shape[1])
    oracle = Ridge(alpha=3.0).fit(z[fold.train], y[fold.train])
    expected = oracle.predict(z[fold.test]) - y[fold.train].mean(axis=0)
    np.testing.assert_allclose(fold.predict(y, np.zeros(60, dtype=int)), expected, atol=1e-10)


def test_penalty_is_that_of_least_gcv_error(levels):
    fold = Predictor(levels, np.arange(60))._folds[0]
    y = np.random.default_rng(0).normal(size=(60, 5))
    y[:, 0] += 3 * levels[:, 0]
    z = levels - levels[fold.train].mean(axis=0)
    z = z[fold.train] / levels[fold.train].std(axis=0) / np.sqrt(levels.shape[1])
    centred = y[fold.train] - y[fold.train].mean(axis=0)
    errors = []
    for penalty in predictability._PENALTIES:
        hat = z @ np.linalg.solve(z.T @ z + penalty * np.eye(z.shape[1]), z.T)
        left = centred - hat @ centred
        errors.append((left**2).sum(axis=0) / (1 - (1 + np.trace(hat)) / len(z)) ** 2)
    best = np.argmin(errors, axis=0)
    assert len(set(best)) > 1
    every = fold.predict(y, np.zeros(60, dtype=int))
    for i, k in enumerate(best):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(predictability, "_PENALTIES", predictability._PENALTIES[[k]])
            np.testing.assert_allclose(every[:, i], fold.predict(y[:, [i]], np.zeros(60, dtype=int))[:, 0])


def test_area_of_one_fold_is_the_usual_auc(levels):
    predictor = Predictor(levels, np.arange(60))
    y = (levels[:, 0] + np.random.default_rng(1).normal(size=60) > 0) * 1.0
    for fold in predictor._folds:
        none = np.zeros(60, dtype=int)
        expected = roc_auc_score(y[fold.test], fold.predict(y[:, None], none)[:, 0])
        assert predictability._area([fold], none, y[:, None])[0] == pytest.approx(expected)


def test_what_is_there_is_found_and_what_is_not_is_not(levels):
    rng = np.random.default_rng(5)
    plate = rng.permutation(np.repeat(["P1", "P2", "P3"], 20))
    moved = levels + 2.0 * rng.normal(size=(3, 90))[np.unique(plate, return_inverse=True)[1]]
    found, absent = (
        Predictor(moved, np.arange(60)).classes(plate),
        Predictor(levels, np.arange(60)).classes(plate),
    )
    assert found.value > 0.95
    assert found.p_value < 1e-6
    assert found.classes == {"P1": 20, "P2": 20, "P3": 20}
    assert found.low < found.value <= found.high <= 1
    assert absent.p_value > 0.05
    assert absent.low < 0.5 < absent.high


def test_numbers_are_predicted_whatever_their_scale(levels):
    age = levels[:, :5].sum(axis=1)
    predictor = Predictor(levels, np.arange(60))
    found = predictor.numbers(age)
    assert found.value > 0.6
    assert 0.2 < found.r2 < 1
    assert predictor.numbers(np.exp(age)) == found


def test_a_patient_is_never_on_both_sides_of_a_split(levels):
    patients = np.repeat(np.arange(12), 5)
    for fold in Predictor(levels, patients)._folds:
        assert not set(patients[fold.train]) & set(patients[fold.test])


def test_patients_that_are_recognised_are_no_evidence():
    rng = np.random.default_rng(2)
    patients = np.repeat(np.arange(15), 4)
    levels = rng.normal(size=(15, 30))[patients] * 3 + rng.normal(size=(60, 30))
    label = np.repeat(rng.permutation(np.repeat(["a", "b"], [8, 7])), 4)
    assert Predictor(levels, patients).classes(label).p_value > 0.05
    assert Predictor(levels, np.arange(60)).classes(label).p_value < 0.05


def test_within_strata_a_column_that_only_follows_the_label_is_gone(levels):
    rng = np.random.default_rng(4)
    label = np.repeat(["case", "control"], 30)
    site = np.where(rng.random(60) < np.where(label == "case", 0.9, 0.1), "A", "B")
    moved = levels + 3.0 * (label == "case")[:, None]
    predictor = Predictor(moved, np.arange(60))
    assert predictor.classes(site).p_value < 0.01
    assert predictor.classes(site, label).p_value > 0.05


def test_gaps_and_silent_proteins_do_no_harm(levels):
    gappy = np.hstack([levels, np.full((60, 1), np.nan), np.ones((60, 1))])
    gappy[np.random.default_rng(0).random(gappy.shape) < 0.1] = np.nan
    age = levels[:, :5].sum(axis=1)
    assert Predictor(gappy, np.arange(60)).numbers(age).value > 0.4


def test_p_values_are_valid_and_intervals_cover_chance(levels):
    predictor, rng = Predictor(levels, np.arange(60)), np.random.default_rng(9)
    found = [predictor.classes(rng.choice(list("abc"), 60)) for _ in range(60)]
    found += [predictor.numbers(rng.normal(size=60)) for _ in range(60)]
    p = np.array([one.p_value for one in found])
    assert (p <= 0.05).mean() < 0.12
    assert 0.3 < (p <= 0.5).mean() < 0.7
    assert np.mean([one.low <= one.chance <= one.high for one in found]) > 0.87
    assert np.mean([one.value for one in found[:60]]) == pytest.approx(0.5, abs=0.03)


def test_the_same_seed_gives_the_same_result(levels):
    label = np.random.default_rng(1).choice(["a", "b"], 60)
    assert Predictor(levels, np.arange(60), seed=3).classes(label) == Predictor(
        levels, np.arange(60), seed=3
    ).classes(label)
