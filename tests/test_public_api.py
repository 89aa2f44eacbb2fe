"""What `import stratify` offers, and what it costs: nothing until it is used."""

from __future__ import annotations

import inspect
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import stratify

NAMES = [name for name in stratify.__all__ if not name.startswith("__")]


def modules_loaded_by(code):
    watch = f"import sys; before = set(sys.modules); {code}; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", watch], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_names_are_few_and_listed_once():
    assert len(stratify.__all__) <= 24
    assert len(set(stratify.__all__)) == len(stratify.__all__)
    assert dir(stratify) == sorted(stratify.__all__)


@pytest.mark.parametrize("name", NAMES)
def test_name_is_what_its_home_defines(name):
    found = getattr(stratify, name)
    assert found.__name__ == name
    assert found.__module__.startswith("stratify.")


@pytest.mark.parametrize("name", NAMES)
def test_name_is_documented_in_full(name):
    found = getattr(stratify, name)
    text = inspect.getdoc(found)
    if inspect.signature(found).parameters:
        assert "\nParameters\n" in text
    if inspect.isfunction(found):
        assert "\nReturns\n" in text


def test_version_is_the_one_of_the_project():
    with (Path(__file__).parents[1] / "pyproject.toml").open("rb") as file:
        assert stratify.__version__ == tomllib.load(file)["project"]["version"]


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'predict_everything'"):
        stratify.predict_everything  # noqa: B018


def test_import_loads_only_itself_and_the_standard_library():
    loaded = modules_loaded_by("import stratify")
    assert {name for name in loaded if name.partition(".")[0] == "stratify"} == {"stratify"}
    assert {name.partition(".")[0] for name in loaded} <= {"stratify", *sys.stdlib_module_names}


def test_first_use_loads_the_room():
    assert "stratify.errors" in modules_loaded_by("import stratify; stratify.StratifyError")
