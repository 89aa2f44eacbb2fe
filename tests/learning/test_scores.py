from dataclasses import fields, replace

import numpy as np
import pytest

from stratify.learning.decision import Healthy
from stratify.learning.frozen import Batch
from stratify.learning.score_error import ASSUMED_OFFSET_SD, TWO_SIDED_90, refit_variance
from stratify.learning.scores import score_batch
from stratify.signatures.pathways import members

FAMILIES = ["factor-centroids", "pathway-xgboost"]


@pytest.fixture(scope="module")
def patients(problem):
    """Every target patient with a tenth of the values missing, and one with none missing."""
    rng = np.random.default_rng(0)
    profiles = problem.profiles[problem.target].copy()
    hidden = rng.random(profiles.shape) < 0.1
    hidden[0] = False
    profiles[hidden] = np.nan
    return profiles, rng.random(profiles.shape) < 0.2


def batch_of(profiles, below=None, anchored="bridge", error=0.1, matrix=()):
    n, p = profiles.shape
    below = np.zeros((n, p), dtype=bool) if below is None else below
    return Batch(profiles, below, ["ok"] * n, anchored, np.full(p, error), matrix)


def everything_of(scores, i):
    return {field.name: getattr(scores, field.name)[i] for field in fields(scores)}


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("anchored", ["bridge", "vendor"])
@pytest.mark.parametrize("family", FAMILIES)
def test_lone_patient_gets_to_the_bit_what_he_gets_in_a_batch(trained, patients, family, anchored, order):
    model, (profiles, below) = trained(family).model, patients
    error = 0.1 if anchored == "bridge" else np.nan
    laid_out = np.array(profiles, order=order), np.array(below, order=order)
    scores = score_batch(model, batch_of(*laid_out, anchored, error))
    for i in range(len(profiles)):
        alone = score_batch(model, batch_of(profiles[[i]], below[[i]], anchored, error))
        for name, value in everything_of(alone, 0).items():
            np.testing.assert_array_equal(value, everything_of(scores, i)[name], err_msg=name)


def test_scores_are_those_of_the_frozen_scorer(trained, problem):
    model = trained().model
    complete = problem.profiles[problem.target]
    scores = score_batch(model, batch_of(complete))
    np.testing.assert_array_equal(scores.filled, complete)
    np.testing.assert_array_equal(scores.score, model.scorer.score(complete))
    np.testing.assert_allclose(scores.magnitude_z, (scores.score - model.healthy.mean) / model.healthy.sd)


def test_the_diseased_score_above_the_healthy(trained, problem):
    scores = score_batch(trained().model, batch_of(problem.profiles))
    diseased, healthy = scores.magnitude_z[problem.y == 1], scores.magnitude_z[problem.reference]
    assert np.median(diseased) > np.quantile(healthy, 0.9)
    assert (
        np.median(scores.conformal_p[problem.y == 1]) < 0.1 < np.median(scores.conformal_p[problem.reference])
    )


def test_interval_carries_healthy_spread_refits_and_offset(trained, patients):
    model, (profiles, _) = trained().model, patients
    tight = score_batch(model, batch_of(profiles, error=0.0))
    by_member = np.array([member.scorer.score(tight.filled) for member in model.members])
    repeats = np.array([member.repeat for member in model.members])
    np.testing.assert_allclose(tight.error, np.sqrt(refit_variance(repeats, by_member)))
    reach = np.hypot(model.healthy.reach(0.05), TWO_SIDED_90 * tight.error / model.healthy.sd)
    np.testing.assert_allclose(tight.magnitude_high - tight.magnitude_z, reach)
    np.testing.assert_allclose(tight.magnitude_z - tight.magnitude_low, reach)
    wide = score_batch(model, batch_of(profiles, error=0.3))
    offset = 0.3 * np.sqrt(((model.scorer.weights / model.scorer.scale) ** 2).sum())
    np.testing.assert_allclose(wide.error**2 - tight.error**2, offset**2)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_less_is_known_of_the_batch_the_wider_the_interval(trained, patients, family):
    model, (profiles, _) = trained(family).model, patients
    width = {
        anchored: score_batch(model, batch_of(profiles, anchored=anchored, error=error)).error.mean()
        for anchored, error in (("bridge", 0.02), ("vendor", np.nan), ("none", np.nan))
    }
    assert width["bridge"] < width["vendor"] < width["none"]
    assert ASSUMED_OFFSET_SD["vendor"] < ASSUMED_OFFSET_SD["none"]


def test_coverage_is_the_share_of_the_weight(trained, problem):
    model = trained().model
    importance = model.scorer.importance()
    heaviest = np.argsort(importance)[::-1][:30]
    profiles = problem.profiles[problem.target][:2].copy()
    profiles[1, heaviest] = np.nan
    below = np.zeros(profiles.shape, dtype=bool)
    below[0, heaviest] = True
    scores = score_batch(model, batch_of(profiles, below))
    np.testing.assert_allclose(scores.weight_covered, [1.0, 1.0 - importance[heaviest].sum()])
    np.testing.assert_allclose(scores.weight_below_lod, [importance[heaviest].sum(), 0.0])
    assert scores.weight_covered[1] < model.rule.least_weight_covered
    assert "too-little-measured" in scores.decisions[1].reasons
    assert scores.known_biology[1] == "unknown"


def test_empty_profile_is_never_called(trained, problem):
    scores = score_batch(trained().model, batch_of(np.full((1, len(problem.assays)), np.nan)))
    assert np.isfinite(scores.score).all()
    assert scores.decisions[0].call == "indeterminate"


def test_the_three_calls_follow_the_size_along_the_disease(trained, problem):
    model = trained().model
    disease = problem.profiles[problem.y == 1].mean(axis=0) - model.scorer.center
    sizes = np.array([[1.0], [0.2], [-1.5]])
    scores = score_batch(model, batch_of(model.scorer.center + sizes * disease, error=0.02))
    assert [decision.call for decision in scores.decisions] == [
        "Th2-skewed",
        "indeterminate",
        "not Th2-skewed",
    ]
    assert scores.direction[0] == "Th2"
    assert set(scores.known_biology) == {"ok"}
    assert scores.magnitude_percentile[[0, 2]].tolist() == [100.0, 0.0]


def test_th2_shift_beyond_all_that_is_known_is_not_called(trained):
    model = trained().model
    along = np.sign(model.scorer.weights) * members("Th2", model.assays) * model.scorer.scale
    scores = score_batch(model, batch_of((model.scorer.center + 8.0 * along)[None]))
    assert scores.direction == ["Th2"]
    assert scores.decisions[0].reasons == ("biology-unusual",)


def test_unknown_offset_and_failed_quality_stop_the_call(trained, patients):
    model, (profiles, below) = trained().model, patients
    for decision in score_batch(model, batch_of(profiles, anchored="none")).decisions:
        assert "batch-not-anchored" in decision.reasons
    failed = replace(batch_of(profiles, below), quality=["fail"] + ["ok"] * (len(profiles) - 1))
    decisions = score_batch(model, failed).decisions
    assert ["quality-fail" in decision.reasons for decision in decisions] == [True] + [False] * (
        len(profiles) - 1
    )


def test_other_tube_than_that_of_training_stops_the_call(trained, patients):
    model, (profiles, _) = trained().model, patients
    batch = batch_of(profiles[:3], matrix=["serum", "EDTA", ""])
    found = ["matrix-differs" in decision.reasons for decision in score_batch(model, batch).decisions]
    assert found == [False, True, False]
    unknown = score_batch(replace(model, matrix=""), batch).decisions
    assert not any("matrix-differs" in decision.reasons for decision in unknown)


def test_a_model_of_plasma_must_be_told_the_tube_and_one_of_serum_need_not(trained, patients):
    model, (profiles, _) = trained().model, patients
    batch = batch_of(profiles[:2], matrix=["EDTA", ""])
    for matrix, wanted in (("EDTA", [False, True]), ("serum", [False, False]), ("", [False, False])):
        decisions = score_batch(replace(model, matrix=matrix), batch).decisions
        assert ["matrix-unknown" in decision.reasons for decision in decisions] == wanted


def test_leak_is_noticed(trained, problem):
    model = trained().model
    leaky = problem.profiles[problem.target] + 3.0 * (model.handling.weights > 0) * model.scorer.scale
    assert set(score_batch(model, batch_of(leaky)).handling) == {"suspect"}


def test_without_healthy_people_there_is_no_magnitude_and_no_call(trained, patients):
    model = replace(trained().model, healthy=Healthy(0.0, 1.0, 0, 1.0, np.zeros(0)))
    scores = score_batch(model, batch_of(patients[0]))
    for name in ("magnitude_z", "magnitude_low", "magnitude_high", "magnitude_percentile"):
        assert np.isnan(getattr(scores, name)).all()
    assert all("no-healthy-reference" in decision.reasons for decision in scores.decisions)
