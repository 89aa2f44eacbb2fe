from __future__ import annotations

import json
from pathlib import Path

import pytest

from stratify.experiment import reproduction
from stratify.experiment.reproduction import Reproduction
from stratify.reporting.differences import Difference

DEMO = Path(__file__).parents[2] / "models" / "demo-1"


@pytest.fixture
def made(monkeypatch):
    """Put an outcome in the place of a new training."""

    def prepare(differences=(), environment=None):
        outcome = Reproduction("demo-1", "a" * 64, "b" * 64, "c" * 64, environment or {}, tuple(differences))
        monkeypatch.setattr(reproduction, "reproduce", lambda *given, **options: outcome)

    return prepare


def test_identical(stratify, made):
    made()
    code, out, _ = stratify("reproduce", DEMO)
    assert code == 0
    assert out.splitlines() == [
        "data: the same (SHA-256 cccccccccccc)",
        "environment: the same versions",
        "demo-1: identical",
    ]


def test_where_it_differs(stratify, made):
    made(
        [Difference("bundle/arrays.npz background", "numbers differ", last_digits=True)]
        + [Difference(f"card-{n}", "other bytes") for n in range(30)],
        {"numpy": ("1.0", None)},
    )
    code, out, _ = stratify("reproduce", DEMO)
    assert code == 1
    assert "environment: numpy was 1.0, is absent" in out
    assert "differs: bundle/arrays.npz background: numbers differ" in out
    assert "differs: 11 more fields" in out
    assert out.endswith("demo-1: differs; the model's numbers are the same to 1e-9\n")
    code, out, _ = stratify("reproduce", DEMO, "--json")
    facts = json.loads(out)
    assert (code, facts["identical"], facts["same_numbers"], len(facts["differences"])) == (
        1,
        False,
        True,
        31,
    )
    made([Difference("bundle/model.json name", "another value")])
    assert stratify("reproduce", DEMO)[1].endswith("demo-1: differs\n")


def test_without_the_data_it_is_refused(stratify, refused, tmp_path):
    assert "cohort.csv" in refused(stratify("reproduce", DEMO, "--experiments", tmp_path))
