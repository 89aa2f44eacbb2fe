from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from stratify.errors import ModelError
from stratify.reporting.bundle import load_model
from stratify.reporting.registry import find, locate_model, point, register

DEMO = Path(__file__).parents[2] / "models" / "demo-1"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_model_is_registered_once_and_found_by_version_and_alias(runs, rewritten):
    first, second = rewritten(1), rewritten(2)
    made = register(first)
    assert (made.name, made.version, made.aliases) == ("demo", 1, ())
    assert made.digest == load_model(first).digest
    assert register(first) == made
    assert register(second).version == 2
    assert point("demo", 2, "champion", {"champion.reason": "because"}).aliases == ("champion",)
    assert find("demo", alias="champion").version == 2
    assert find("demo", version=1).aliases == ()
    assert load_model(locate_model("demo@champion")).digest == load_model(second).digest
    assert load_model(locate_model("demo/1")).digest == load_model(first).digest
    moved = runs.parent / "elsewhere"
    shutil.move(runs, moved)
    place = locate_model("demo@champion", store=moved)
    assert place.is_relative_to(moved)
    assert load_model(place).digest == load_model(second).digest


def test_what_is_not_there_is_not_found(runs):
    assert find("demo", version=1) is None
    assert find("demo", alias="champion") is None
    assert find("x' or name = 'demo", version=1) is None
    with pytest.raises(ModelError, match="demo@champion: not registered"):
        locate_model("demo@champion")


def test_a_path_is_a_path(tmp_path):
    assert locate_model(DEMO) == DEMO
    assert locate_model(tmp_path / "none") == tmp_path / "none"


def test_damaged_folder_is_not_registered(runs, rewritten):
    folder = rewritten(1)
    (folder / "card.md").write_text("x", encoding="utf-8")
    with pytest.raises(ModelError, match=r"changed: card\.md"):
        register(folder)
    assert find("demo", version=1) is None
