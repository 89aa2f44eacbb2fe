from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing

import pytest

from stratify.errors import ExperimentError
from stratify.reporting.store import (
    abandoned,
    artifact_root,
    elsewhere,
    follow_move,
    held,
    kept,
    only_one,
    open_store,
    store_uri,
)


def make_store(folder, root):
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / "mlflow.db")) as database, database:
        database.execute("CREATE TABLE experiments (experiment_id INTEGER, artifact_location TEXT)")
        database.execute("CREATE TABLE runs (artifact_uri TEXT)")
        places = [(0, "file:///elsewhere/mlruns/0"), (1, f"{root}/demo")]
        database.executemany("INSERT INTO experiments VALUES (?, ?)", places)
        database.execute("INSERT INTO runs VALUES (?)", (f"{root}/demo/1/artifacts",))


def places(folder):
    with closing(sqlite3.connect(folder / "mlflow.db")) as database:
        query = "SELECT artifact_location FROM experiments UNION ALL SELECT artifact_uri FROM runs"
        return [place for (place,) in database.execute(query)]


def test_moved_store_points_to_where_it_is(tmp_path):
    folder = tmp_path / "mlruns"
    make_store(folder, "file:///old%20place/mlruns/artifacts")
    assert follow_move(folder) == 2
    root = artifact_root(folder)
    assert places(folder) == ["file:///elsewhere/mlruns/0", f"{root}/demo", f"{root}/demo/1/artifacts"]


def test_store_that_did_not_move_is_left_alone(tmp_path):
    folder = tmp_path / "mlruns"
    make_store(folder, artifact_root(folder))
    before = places(folder)
    assert follow_move(folder) == 0
    assert places(folder) == before


@pytest.mark.parametrize("made", [False, True])
def test_there_may_be_no_store_yet(tmp_path, made):
    if made:
        sqlite3.connect(tmp_path / "mlflow.db").close()
    assert follow_move(tmp_path) == 0


def test_one_at_a_time(tmp_path):
    inside, most = 0, 0

    def enter():
        nonlocal inside, most
        with only_one(tmp_path / "new"):
            inside += 1
            most = max(most, inside)
            time.sleep(0.05)
            inside -= 1

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_lock_is_free_after_a_failure(tmp_path):
    with pytest.raises(KeyError), only_one(tmp_path):
        raise KeyError
    with only_one(tmp_path):
        pass


def test_addresses_are_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    from pathlib import Path

    assert store_uri(Path("mlruns")) == f"sqlite:///{tmp_path.as_posix()}/mlruns/mlflow.db"
    assert artifact_root(Path("mlruns")) == (tmp_path / "mlruns" / "artifacts").as_uri()


@pytest.mark.parametrize("uri", ["", "sqlite:///elsewhere.db"])
def test_damaged_store_is_refused_where_it_would_be_used(tmp_path, monkeypatch, uri):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    (tmp_path / "mlflow.db").write_bytes(b"no database" * 500)
    if uri:
        open_store(tmp_path)
        return
    with pytest.raises(ExperimentError, match="cannot be used"):
        open_store(tmp_path)


def test_store_is_made_ready(tmp_path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    open_store(tmp_path / "mlruns")
    assert (tmp_path / "mlruns").is_dir()


def test_runs_whose_process_died_are_named_once(tmp_path):
    with held(tmp_path, "going"):
        (tmp_path / "running" / "dead.lock").touch()
        assert abandoned(tmp_path) == ["dead"]
        assert abandoned(tmp_path) == []
    assert list((tmp_path / "running").iterdir()) == []
    assert abandoned(tmp_path / "nothing") == []


def test_a_store_is_there_once_it_has_a_database_or_is_elsewhere(tmp_path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert not kept(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///x.db")
    assert kept(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    (tmp_path / "mlflow.db").touch()
    assert kept(tmp_path)


@pytest.mark.parametrize(("uri", "told"), [("", False), ("sqlite:///x.db", True)])
def test_a_store_elsewhere_is_the_only_one(monkeypatch, uri, told):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    assert elsewhere() is told
