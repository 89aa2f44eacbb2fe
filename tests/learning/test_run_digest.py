from dataclasses import replace

import numpy as np
import pytest

from stratify.learning import run_digest as module
from stratify.learning.classifier import Knowledge
from stratify.learning.run_digest import digest_of, run_digest

NOTHING = Knowledge(None, None)


@pytest.fixture
def problem(plain_problem):
    return plain_problem()


def test_the_same_gives_the_same(problem, plain_problem):
    assert run_digest(problem, NOTHING, 1, 20) == run_digest(plain_problem(), NOTHING, 1, 20)


def test_whatever_decides_changes_it(problem):
    profiles = problem.profiles.copy()
    profiles[0, 0] = np.nextafter(profiles[0, 0], 9)
    others = [
        run_digest(replace(problem, profiles=profiles), NOTHING, 1, 20),
        run_digest(problem.permuted(0), NOTHING, 1, 20),
        run_digest(replace(problem, below_lod="lod/sqrt2"), NOTHING, 1, 20),
        run_digest(replace(problem, patients=problem.patients[::-1]), NOTHING, 1, 20),
        run_digest(problem, Knowledge(np.arange(20) < 3, None), 1, 20),
        run_digest(problem, NOTHING, 2, 20),
        run_digest(problem, NOTHING, 1, 40),
    ]
    assert len({run_digest(problem, NOTHING, 1, 20), *others}) == 8


def test_another_version_of_a_library_changes_it(problem, monkeypatch):
    before = run_digest(problem, NOTHING)
    monkeypatch.setattr(module, "version", lambda name: "9.9")
    assert run_digest(problem, NOTHING) != before


def test_arrays_differ_by_type_and_by_being_there():
    assert digest_of(np.zeros(2)) != digest_of(np.zeros(2, dtype=np.float32))
    assert digest_of(None) != digest_of(np.zeros(0))
    assert digest_of(np.array(["ab", "c"])) != digest_of(np.array(["a", "bc"]))
    assert digest_of(np.arange(6.0).reshape(2, 3).T) == digest_of(np.arange(6.0).reshape(2, 3).T.copy())
