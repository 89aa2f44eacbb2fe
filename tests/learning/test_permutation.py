import numpy as np
import pytest

from stratify.learning import permutation
from stratify.learning.classifier import Knowledge
from stratify.learning.permutation import PermutationTest, permutation_test

NOTHING = Knowledge(None, None)


def run(problem, **options):
    return permutation_test(problem, "composite", NOTHING, **({"folds": 3} | options))


def test_clear_effect_beats_every_permutation(plain_problem):
    found = run(plain_problem(effect=4.0, p=5), most=39)
    assert (found.n_permutations, found.n_exceeding) == (39, 0)
    assert found.p_value == 1 / 40
    assert found.shown


def test_null_stops_after_enough_exceedances(plain_problem):
    found = run(plain_problem(effect=0.0), most=199, enough=5)
    assert found.n_exceeding == 5
    assert found.n_permutations < 199
    assert found.p_value == 5 / found.n_permutations
    assert not found.shown


def scripted(monkeypatch, permuted, statistic=0.7):
    values = iter([statistic, *permuted])
    monkeypatch.setattr(permutation, "_statistic", lambda *args, **options: next(values))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.5] * 19, (19, 0, 1 / 20)),
        ([0.7] + [0.5] * 18, (19, 1, 2 / 20)),
        ([0.9, 0.5, 0.9] + [0.5] * 16, (3, 2, 2 / 3)),
        ([0.5] * 18 + [0.9], (19, 1, 2 / 20)),
    ],
)
def test_p_value_counts_as_published(monkeypatch, plain_problem, values, expected):
    scripted(monkeypatch, values)
    found = run(plain_problem(), most=19, enough=2)
    assert (found.n_permutations, found.n_exceeding, found.p_value) == expected


def test_p_values_are_valid_under_the_null(monkeypatch, plain_problem):
    rng, problem, values = np.random.default_rng(0), plain_problem(n=6), []
    for _ in range(400):
        scripted(monkeypatch, rng.random(39), statistic=rng.random())
        values.append(run(problem, most=39, enough=5).p_value)
    for level in (0.05, 0.1, 0.3):
        assert np.mean(np.array(values) <= level) <= level + 2.5 * np.sqrt(level * (1 - level) / 400)


def test_labels_move_by_patient_through_the_whole_path(monkeypatch, plain_problem):
    seen = []

    def remember(problem, *args, **options):
        seen.append(problem)
        return 0.5

    monkeypatch.setattr(permutation, "_statistic", remember)
    problem = plain_problem(n=20, visits=3)
    run(problem, most=4)
    assert seen[0] is problem
    for permuted in seen[1:]:
        by_patient = {p: set(permuted.y[permuted.patients == p]) for p in problem.patients}
        assert all(len(labels) == 1 for labels in by_patient.values())
    assert len({tuple(permuted.y) for permuted in seen}) == 5


def test_same_seed_gives_the_same_test(plain_problem):
    problem = plain_problem(effect=0.3)
    assert run(problem, most=9, seed=2) == run(problem, most=9, seed=2)


def test_leaving_the_test_out_shows_nothing(plain_problem):
    found = run(plain_problem(effect=4.0), most=0)
    assert found.p_value == 1.0
    assert not found.shown


def test_bound_of_shown_is_five_percent():
    assert PermutationTest(0.8, 199, 9, 0.05).shown
    assert not PermutationTest(0.8, 199, 10, 0.055).shown


def test_progress_is_told_every_fifty(monkeypatch, plain_problem):
    lines = []
    scripted(monkeypatch, [0.5] * 120)
    run(plain_problem(), most=120, tell=lines.append)
    assert lines == ["permutation test, 50 of at most 120", "permutation test, 100 of at most 120"]
