import time

import numpy as np
import optuna
import pytest

from stratify.learning.classifier import FAMILIES, Family, Knowledge, family
from stratify.learning.linear import PathwayRidge
from stratify.learning.search import Course, tune

PRIOR = Knowledge(np.arange(15) < 3, None)


def draw(n=50, p=15, effect=1.0, seed=0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    return rng.normal(size=(n, p)) + effect * y[:, None] * (np.arange(p) < 3), y


@pytest.mark.parametrize("trials", [0, 1])
def test_no_budget_keeps_the_prespecified_settings(trials):
    assert tune(family("pathway-ridge"), PRIOR, *draw(), trials=trials, seed=0).settings == {}


def test_family_without_settings_is_not_searched():
    assert tune(family("composite"), PRIOR, *draw(), trials=50, seed=0).settings == {}


@pytest.mark.parametrize("name", [name for name in FAMILIES if FAMILIES[name].space])
def test_settings_are_within_their_space_and_are_accepted(name):
    chosen = family(name)
    found = tune(chosen, PRIOR, *draw(), trials=4, seed=0).settings
    assert set(found) == set(chosen.space)
    for key, value in found.items():
        low, high, _ = chosen.space[key]
        assert low <= value <= high
        assert isinstance(value, int) == isinstance(low, int)
    chosen.build(PRIOR).set_params(**found).fit(*draw())


@pytest.mark.parametrize("name", ["factor-centroids", "pathway-ridge"])
def test_same_seed_finds_the_same(name):
    first, second = (tune(family(name), PRIOR, *draw(), trials=6, seed=3) for _ in range(2))
    assert first == second
    assert tune(family(name), PRIOR, *draw(), trials=6, seed=4) != first


def watched(settings, loss):
    """Build a family whose loss is known and whose trials are seen."""

    class Watched(PathwayRidge):
        def inner_loss(self, z, y, patients):
            def known(tried):
                settings.append(tried)
                return loss(tried)

            return known

    return Family("watched", lambda known: Watched(), {"C": (1e-4, 1.0, True)})


def test_prespecified_settings_are_the_first_trial():
    settings = []
    tune(watched(settings, lambda tried: 0.0), PRIOR, *draw(), trials=5, seed=0)
    assert settings[0] == {"C": 0.003}
    assert len(settings) == 5


def test_best_trial_is_returned():
    settings = []
    found = tune(
        watched(settings, lambda tried: abs(np.log(tried["C"] / 0.1))), PRIOR, *draw(), trials=25, seed=0
    ).settings
    assert found == min(settings, key=lambda tried: abs(np.log(tried["C"] / 0.1)))
    assert 0.03 < found["C"] < 0.3


def test_signal_wants_less_penalty_than_noise():
    settings = [
        tune(family("pathway-ridge"), PRIOR, *draw(effect=e), trials=12, seed=0).settings for e in (2.0, 0.0)
    ]
    assert settings[0]["C"] > settings[1]["C"]


def test_verbosity_of_optuna_is_given_back():
    before = optuna.logging.get_verbosity()
    tune(family("pathway-ridge"), PRIOR, *draw(), trials=2, seed=0)
    assert optuna.logging.get_verbosity() == before


def search(**course):
    """Keep the trials of a search of ten, and say how it went."""
    kept, told = [], []
    found = tune(
        family("pathway-ridge"),
        PRIOR,
        *draw(),
        trials=10,
        seed=3,
        course=Course(name="ridge", keep=kept.append, tell=told.append, **course),
    )
    return found, kept, told


@pytest.mark.parametrize("interrupted", [1, 4, 9, 10])
def test_an_interrupted_search_ends_as_if_it_never_was(interrupted):
    whole, kept, _ = search()
    resumed, rest, _ = search(history=kept[:interrupted])
    assert resumed == whole
    assert [trial.params for trial in rest] == [trial.params for trial in kept[interrupted:]]
    assert [trial.value for trial in rest] == [trial.value for trial in kept[interrupted:]]
    assert [trial.number for trial in rest] == list(range(interrupted, 10))


def test_a_finished_search_computes_nothing(monkeypatch):
    whole, kept, _ = search()
    monkeypatch.setattr("stratify.learning.search.inner_loss", None)
    again, rest, told = search(history=kept)
    assert (again, rest, told) == (whole, [], [])


def test_a_longer_history_than_the_budget_is_cut():
    found, kept, _ = search()
    extended = [*kept, kept[0]]
    assert search(history=extended)[0] == found


def test_the_last_trial_and_the_best_loss_are_told():
    found, kept, told = search()
    assert told == [f"ridge: trial 10 of 10, best loss {found.loss:.3f}"]
    assert found.loss == min(trial.value for trial in kept if trial.state.name == "COMPLETE")


def test_trials_worse_than_the_median_on_the_same_people_are_stopped():
    found, kept, _ = search()
    stopped = [trial for trial in kept if trial.state.name == "PRUNED"]
    assert found.trials == 10
    assert found.pruned == len(stopped) > 0
    assert all(trial.number >= 5 for trial in stopped)
    for trial in stopped:
        last = max(trial.intermediate_values)
        before = [
            other.intermediate_values[last]
            for other in kept[: trial.number]
            if other.state.name == "COMPLETE"
        ]
        assert min(trial.intermediate_values.values()) > np.median(before)


def test_no_trial_is_begun_after_the_time_is_over():
    found, kept, _ = search(stop_at=time.time() - 1)
    assert (found.settings, found.trials, kept) == ({}, 0, [])
    trials = search()[1]
    part, rest, _ = search(stop_at=time.time() - 1, history=trials[:3])
    assert (part.trials, rest) == (3, [])
    assert part.settings == min(trials[:3], key=lambda trial: trial.value).params


def test_a_loss_that_is_no_number_is_never_best():
    found = tune(
        watched([], lambda tried: np.nan if tried["C"] != 0.003 else 1.0), PRIOR, *draw(), trials=4, seed=0
    )
    assert (found.settings, found.trials) == ({"C": 0.003}, 4)
