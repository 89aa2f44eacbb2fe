from dataclasses import replace

import numpy as np
import pytest

from stratify.learning import memory
from stratify.learning.memory import available_memory, worker_bound, workers_that_fit


def test_fewer_workers_where_memory_is_short(plain_problem):
    problem = plain_problem()
    one = worker_bound(problem)
    assert workers_that_fit(4, problem, 10 * one) == 4
    assert workers_that_fit(4, problem, 2 * one + 1) == 2
    assert workers_that_fit(4, problem, one // 2) == 1
    assert workers_that_fit(4, problem, None) == 4


def test_the_bound_grows_with_the_profiles_and_their_limits(plain_problem):
    small, large = plain_problem(n=60), plain_problem(n=600)
    more = worker_bound(large) - worker_bound(small)
    assert more == memory.COPIES * (large.profiles.nbytes - small.profiles.nbytes)
    limited = replace(small, limits=np.zeros_like(small.profiles))
    assert worker_bound(limited) - worker_bound(small) == memory.COPIES * small.profiles.nbytes


def test_this_machine_says_something_sensible():
    free = available_memory()
    assert free is None or 2**20 < free < 2**50


@pytest.mark.parametrize(("limit", "used", "left"), [("1000", "400", 600), ("1000", "2000", 0)])
def test_a_container_with_less_than_its_machine_counts(tmp_path, monkeypatch, limit, used, left):
    (tmp_path / "max").write_text(limit + "\n")
    (tmp_path / "current").write_text(used + "\n")
    monkeypatch.setattr(memory, "LIMIT", tmp_path / "max")
    monkeypatch.setattr(memory, "USED", tmp_path / "current")
    assert available_memory() == left


def test_a_container_without_limit_does_not(tmp_path, monkeypatch):
    (tmp_path / "max").write_text("max\n")
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable:     3 kB\n")
    monkeypatch.setattr(memory, "LIMIT", tmp_path / "max")
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "meminfo")
    assert available_memory() == 3 * 1024
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "none")
    assert available_memory() > 2**20
