"""The lock files: complete, hashed, light, and in step with pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
ENTRY = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>\S+)(?: ; (?P<marker>.+?))? \\$", re.MULTILINE)
with (ROOT / "pyproject.toml").open("rb") as file:
    PROJECT = tomllib.load(file)["project"]


def blocks(name):
    """Split a lock into its entries, without the note at the top."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return re.split(r"\n(?=\S)", "\n".join(line for line in lines if not line.startswith("#")))


def pins(name):
    """Give each package its locked versions (more than one where systems differ)."""
    found = {}
    for entry in map(ENTRY.match, blocks(name)):
        found.setdefault(canonicalize_name(entry["name"]), set()).add(entry["version"])
    return found


@pytest.fixture(scope="module", params=["requirements.lock", "requirements-dev.lock"])
def lock(request):
    return request.param


def test_every_entry_is_pinned_and_hashed(lock):
    for block in blocks(lock):
        first, *hashes = block.split("\n")
        assert ENTRY.match(first), first
        assert hashes, first
        assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?", line) for line in hashes), first


def test_only_requirements_and_hashes_are_written(lock):
    assert not re.search(r"://|@|--(?!hash)", "\n".join(blocks(lock)))


def test_no_graphics_card_library_is_installed(lock):
    assert [name for name in pins(lock) if re.match(r"torch|nvidia|triton|cuda", name)] == []


@pytest.mark.parametrize("text", PROJECT["dependencies"])
def test_requirement_is_locked_for_running(text):
    needed = Requirement(text)
    versions = pins("requirements.lock").get(canonicalize_name(needed.name), set())
    assert versions
    assert all(needed.specifier.contains(version) for version in versions)


@pytest.mark.parametrize("text", PROJECT["optional-dependencies"]["dev"])
def test_requirement_is_locked_for_development(text):
    needed = Requirement(text)
    versions = pins("requirements-dev.lock").get(canonicalize_name(needed.name), set())
    assert versions
    assert all(needed.specifier.contains(version) for version in versions)


def test_development_installs_what_users_run():
    develop = pins("requirements-dev.lock")
    assert {
        name: versions
        for name, versions in pins("requirements.lock").items()
        if versions != develop.get(name)
    } == {}
