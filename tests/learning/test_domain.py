from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from stratify.learning.decision import INDETERMINATE
from stratify.learning.domain import (
    SMALLEST_HANDLING_SET,
    fit_biology,
    fit_handling,
    judge_biology,
    judge_handling,
    log_distance,
    t_bound,
)
from stratify.learning.frozen import Batch
from stratify.learning.planted import reference_direction
from stratify.learning.scores import score_batch
from stratify.reporting.bundle import load_model

P = 40


def everything(z):
    return np.ones(z.shape, dtype=bool)


@pytest.mark.parametrize(("n", "tail"), [(3, 0.05), (32, 0.01), (200, 0.2)])
def test_bound_is_the_prediction_limit_of_student(n, tail):
    values = np.random.default_rng(n).normal(3, 2, size=n)
    spread = values.std(ddof=1) * np.sqrt(1 + 1 / n)
    assert t_bound(values, tail) == pytest.approx(stats.t(n - 1, values.mean(), spread).isf(tail))


def test_bound_is_passed_as_often_as_it_says():
    draws = np.random.default_rng(0).normal(size=(4000, 11))
    passed = [row[-1] > t_bound(row[:-1], 0.1) for row in draws]
    assert np.mean(passed) == pytest.approx(0.1, abs=0.015)


def healthy(n=40, seed=0):
    return np.random.default_rng(seed).normal(size=(n, P))


def test_leak_of_two_units_is_suspect_and_other_proteins_do_not_matter():
    chosen = np.arange(P) < 8
    state = fit_handling(chosen, healthy())
    new = healthy(200, seed=1)
    score, words = judge_handling(state, new, everything(new))
    assert words.count("suspect") <= 10
    assert judge_handling(state, new + 2.0 * chosen, everything(new))[1].count("suspect") >= 190
    np.testing.assert_array_equal(
        judge_handling(state, np.where(chosen, new, 9.0), everything(new))[0], score
    )


def test_a_handling_protein_that_was_not_measured_vouches_for_nobody():
    chosen = np.arange(P) < 8
    state = fit_handling(chosen, healthy())
    leaky = healthy(200) + 2.0 * chosen
    measured = everything(leaky)
    measured[:, :2] = False
    filled = np.where(measured, leaky, 0.0)
    score, words = judge_handling(state, filled, measured)
    assert words.count("suspect") >= 190
    same = judge_handling(state, np.where(measured, leaky, -9.0), measured)[0]
    np.testing.assert_array_equal(score, same)
    fine = judge_handling(state, np.where(measured, healthy(200), 0.0), measured)[1]
    assert fine.count("suspect") <= 10
    measured[:, :4] = False
    assert set(judge_handling(state, filled, measured)[1]) == {"unknown"}


def test_leak_is_in_healthy_sds():
    score, _ = judge_handling(fit_handling(np.arange(P) < 8, healthy()), healthy(), everything(healthy()))
    np.testing.assert_allclose([score.mean(), score.std(ddof=1)], [0.0, 1.0], atol=1e-12)


@pytest.mark.parametrize(("n_proteins", "n_healthy"), [(SMALLEST_HANDLING_SET - 1, 40), (8, 2)])
def test_too_few_proteins_or_people_leave_handling_unknown(n_proteins, n_healthy):
    score, words = judge_handling(
        fit_handling(np.arange(P) < n_proteins, healthy(n_healthy)), healthy(3), everything(healthy(3))
    )
    assert np.isnan(score).all()
    assert words == ["unknown"] * 3


@pytest.fixture(scope="module")
def world():
    """Three groups that differ in mean, with two strong shared factors."""
    rng = np.random.default_rng(2)
    loadings = rng.normal(size=(P, 2))
    means = np.stack([np.zeros(P), 2.0 * (np.arange(P) < 5), -2.0 * (np.arange(P) > 34)])

    def draw(groups):
        n = len(groups)
        return means[groups] + rng.normal(size=(n, 2)) @ loadings.T + 0.5 * rng.normal(size=(n, P))

    groups = np.arange(120) % 3
    state = fit_biology(draw(groups), groups, groups == 0, n_factors=2)
    return draw, means, state


def test_people_like_those_of_training_are_of_known_biology(world):
    draw, _, state = world
    words = judge_biology(state, draw(np.arange(600) % 3))[1]
    assert words.count("unusual") / 600 < 0.04


def test_planted_unusual_profile_is_found(world):
    draw, _, state = world
    new = draw(np.zeros(100, dtype=int))
    new[:, 10:20] += np.tile([3.0, -3.0], 5)
    assert judge_biology(state, new)[1].count("unusual") >= 95


@pytest.mark.parametrize("size", [-5.0, 2.0, 20.0])
def test_offset_along_a_free_direction_changes_nothing(world, size):
    draw, _, state = world
    new = draw(np.zeros(20, dtype=int))
    base = log_distance(state, new)
    assert state.free.shape == (2, P)
    for direction in state.free:
        np.testing.assert_allclose(log_distance(state, new + size * direction * state.sd), base, atol=1e-8)


def test_twice_the_disease_is_still_known_biology(world):
    draw, means, state = world
    words = judge_biology(state, draw(np.zeros(100, dtype=int)) + 2.0 * means[1])[1]
    assert words.count("unusual") <= 10


def test_free_directions_span_the_group_differences_and_are_orthonormal(world):
    _, _, state = world
    sigma = state.loadings @ state.loadings.T + np.diag(state.uniquenesses)
    np.testing.assert_allclose(state.free @ np.linalg.solve(sigma, state.free.T), np.eye(2), atol=1e-8)


def test_distance_equals_the_dense_projection(world):
    draw, _, state = world
    new = draw(np.arange(5) % 3)
    precision = np.linalg.inv(state.loadings @ state.loadings.T + np.diag(state.uniquenesses))
    for row, distance in zip(new, log_distance(state, new), strict=True):
        deviation = (row - state.origin) / state.sd
        free = state.free.T
        along = free @ np.linalg.solve(free.T @ precision @ free, free.T @ precision @ deviation)
        left = deviation - along
        assert distance == pytest.approx(0.5 * np.log(left @ precision @ left))


def test_a_batch_that_is_not_known_exactly_is_no_strange_biology(world):
    draw, _, state = world
    offset = 0.6 * np.random.default_rng(5).standard_normal(P)
    new = draw(np.zeros(200, dtype=int)) + offset
    plain = judge_biology(state, new)[1].count("unusual")
    widened = judge_biology(state, new, np.full(P, 0.6))[1].count("unusual")
    assert plain > 40
    assert widened < 10
    same = judge_biology(state, new, np.zeros(P))
    np.testing.assert_allclose(same[0], judge_biology(state, new)[0], rtol=1e-12)


def test_shared_variation_is_not_unusual_but_the_same_length_elsewhere_is(world):
    _, _, state = world
    along = 3.0 * state.loadings[:, 0]
    across = np.random.default_rng(3).permutation(along) * np.random.default_rng(4).choice([-1, 1], P)
    distances = log_distance(state, state.origin + np.stack([along, across]) * state.sd)
    assert distances[1] > distances[0] + 0.5


def test_without_reference_people_the_mean_is_the_origin():
    z = healthy(30)
    state = fit_biology(z, np.zeros(30, dtype=int), np.zeros(30, dtype=bool), n_factors=2)
    np.testing.assert_array_equal(state.origin, z.mean(axis=0))
    assert state.free.shape == (0, P)
    assert np.isfinite(state.bound)


def test_bound_depends_on_nothing_but_the_seed():
    z, groups = healthy(40), np.arange(40) % 2
    bounds = [fit_biology(z, groups, groups == 0, seed=seed).bound for seed in (0, 0, 1)]
    assert bounds[0] == bounds[1] != bounds[2]


def test_samples_of_one_patient_are_held_out_together():
    rng = np.random.default_rng(5)
    z = rng.normal(size=(40, P)).repeat(2, axis=0) + 0.1 * rng.normal(size=(80, P))
    groups, patient = np.arange(80) // 2 % 2, (np.arange(80) // 2).astype(str)
    together = fit_biology(z, groups, groups == 0, patients=patient).bound
    apart = fit_biology(z, groups, groups == 0).bound
    assert together > apart + 0.1  # a second sample that was seen would make everybody look known
    alone = fit_biology(z, groups, groups == 0, patients=np.arange(80)[::-1].astype(str)).bound
    assert alone == apart


@pytest.fixture(scope="module")
def shown():
    """The committed model, free to call, and its healthy people."""
    model = load_model(Path(__file__).parents[2] / "models" / "demo-1").model
    model = replace(model, rule=replace(model.rule, shown=True, lead=""))
    return model, model.held_out.profiles[model.held_out.reference > 0]


def judged(model, profiles, *, anchored="bridge", error=0.05):
    n, p = profiles.shape
    batch = Batch(profiles, np.zeros((n, p), dtype=bool), ["ok"] * n, anchored, np.full(p, error))
    return score_batch(model, batch)


def share(words, word):
    return np.mean([one == word for one in words])


def test_anchored_an_offset_along_the_decision_gives_no_call_where_nothing_ties_the_batch(shown):
    model, healthy = shown
    lying = healthy + reference_direction(model)  # a whole batch that lies where the disease does
    found = judged(model, lying, anchored="none")
    assert {one.call for one in found.decisions} == {INDETERMINATE}
    assert all("batch-not-anchored" in one.reasons for one in found.decisions)
    mended = judged(model, lying - reference_direction(model))
    np.testing.assert_allclose(mended.score, judged(model, healthy).score)


def test_anchored_what_is_left_of_a_bridged_offset_changes_few_calls(shown):
    model, healthy = shown
    left = 0.1 * np.random.default_rng(1).standard_normal(healthy.shape[1])
    calls, again = (
        np.array([one.call for one in judged(model, part, error=0.1).decisions])
        for part in (healthy, healthy + left)
    )
    assert (calls != again).mean() <= 0.1


def test_handling_a_leak_is_seen_and_the_disease_is_no_leak(shown):
    model, healthy = shown
    leak = np.where(model.handling.weights > 0, model.scorer.scale, 0.0)
    usual = share(judged(model, healthy).handling, "suspect")
    assert share(judged(model, healthy + 3.0 * leak).handling, "suspect") > 0.9
    diseased = healthy + reference_direction(model)
    assert share(judged(model, diseased).handling, "suspect") <= usual + 0.1
    left = 0.1 * np.random.default_rng(1).standard_normal(healthy.shape[1])
    assert share(judged(model, healthy + left).handling, "suspect") <= usual + 0.05


def test_handling_a_leak_along_the_decision_makes_no_flag(shown):
    model, healthy = shown
    leak = np.where(model.handling.weights > 0, model.scorer.scale, 0.0)
    along = leak * np.sign(model.scorer.weights)  # each handling protein to the side that raises the score
    flags, usual = (
        np.array([one.call == model.rule.positive_call for one in judged(model, part).decisions])
        for part in (healthy + np.maximum(along, 0.0), healthy)
    )
    assert flags.sum() <= usual.sum() + 1


def test_known_biology_a_strange_profile_is_seen_and_neither_disease_nor_harmless_offsets_are(shown):
    model, healthy = shown
    usual = share(judged(model, healthy).known_biology, "unusual")
    rng = np.random.default_rng(2)
    strange = healthy + 3.0 * model.scorer.scale * rng.choice([-1.0, 1.0], healthy.shape[1])
    assert share(judged(model, strange).known_biology, "unusual") > 0.9
    for size in (0.5, 1.0, 2.0):  # free: to lie there is what is looked for
        diseased = healthy + size * reference_direction(model)
        assert share(judged(model, diseased).known_biology, "unusual") <= usual + 0.05
    left = 0.1 * rng.standard_normal(healthy.shape[1])
    assert share(judged(model, healthy + left, error=0.1).known_biology, "unusual") <= usual + 0.05
