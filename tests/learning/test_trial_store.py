import numpy as np
import optuna
import pytest

from stratify.errors import ExperimentError
from stratify.learning.trial_store import open_trials

A, B = "a" * 64, "b" * 64


def finished(number=0, value=0.1 + 0.2, state=optuna.trial.TrialState.COMPLETE):
    trial = optuna.trial.create_trial(
        params={"C": 1 / 3, "max_depth": 2},
        distributions={
            "C": optuna.distributions.FloatDistribution(1e-4, 1.0, log=True),
            "max_depth": optuna.distributions.IntDistribution(1, 4),
        },
        value=value,
        intermediate_values={0: np.pi, 1: np.e},
        state=state,
    )
    trial.number = number
    return trial


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'search.db'}"


def test_what_was_kept_comes_back_to_the_last_bit(url):
    open_trials(url, "demo-1", A).keep("centroids, fold 1", finished())
    (again,) = open_trials(url, "demo-1", A).history("centroids, fold 1")
    kept = finished()
    assert (again.params, again.value) == (kept.params, kept.value)
    assert again.intermediate_values == kept.intermediate_values
    assert again.distributions == kept.distributions
    assert open_trials(url, "demo-1", A).history("centroids, fold 2") == []


@pytest.mark.parametrize("value", [float("inf"), 1e-300])
def test_extreme_losses_are_kept(url, value):
    store = open_trials(url, "demo-1", A)
    store.keep("s", finished(value=value))
    assert [trial.value for trial in store.history("s")] == [value]


def test_a_number_is_kept_once(url):
    first, second = (open_trials(url, "demo-1", A) for _ in range(2))  # two runs at the same time
    for number in range(3):
        first.keep("s", finished(number, value=float(number)))
        second.keep("s", finished(number, value=float(number)))
    assert [trial.value for trial in first.history("s")] == [0.0, 1.0, 2.0]


def test_searches_of_another_experiment_of_the_same_name_are_refused(url):
    open_trials(url, "demo-1", A).keep("s", finished())
    with pytest.raises(ExperimentError, match="other data, settings or software") as refusal:
        open_trials(url, "demo-1", B)
    assert len(str(refusal.value).splitlines()) == 3
    assert open_trials(url, "demo-1", A).history("s")


def test_experiments_of_other_names_share_a_database(url):
    open_trials(url, "demo-1", A).keep("s", finished())
    assert open_trials(url, "demo-11", B).history("s") == []
    assert open_trials(url, "demo-2", B).history("s") == []


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "search.db").write_text("something else " * 100)
    with pytest.raises(ExperimentError, match="cannot be used"):
        open_trials(f"sqlite:///{tmp_path / 'search.db'}", "demo-1", A)


@pytest.mark.parametrize("url", ["postgresql+nodriver://me:secret@host/d", "no address"])
def test_a_database_without_driver_is_refused_and_no_password_is_told(url):
    with pytest.raises(ExperimentError) as refusal:
        open_trials(url, "demo-1", A)
    assert "secret" not in str(refusal.value)


def test_other_databases_are_left_to_optuna(monkeypatch):
    asked = []

    def stand_in(url, **rest):
        asked.append((url, rest))
        return optuna.storages.InMemoryStorage()

    monkeypatch.setattr("optuna.storages.RDBStorage", stand_in)
    open_trials("postgresql+psycopg://me@host/searches", "demo-1", A)
    assert asked == [("postgresql+psycopg://me@host/searches", {})]


def test_optuna_keeps_its_verbosity(url):
    before = optuna.logging.get_verbosity()
    open_trials(url, "demo-1", A).keep("s", finished())
    assert optuna.logging.get_verbosity() == before
