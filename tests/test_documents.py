"""README and pages: what they tell a reader to open or to run is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
from typer.main import get_command

from stratify.cli import application

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "experiments").glob("*.md")]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    words
    for block in re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL)
    for line in block.splitlines()
    if (words := shlex.split(line, comments=True))
]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_within_the_project_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("words", [c for c in COMMANDS if c[0] == "stratify"], ids=" ".join)
def test_commands_of_the_readme_are_understood(words):
    verb = get_command(application()).commands[words[1]]
    assert verb.make_context(words[1], words[2:], parent=click.Context(get_command(application())))


def test_targets_of_the_readme_are_made():
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert {c[1] for c in COMMANDS if c[0] == "make"} == {"demo", "test"} <= set(targets)


def test_every_decision_and_experiment_is_listed():
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    questions = (ROOT / "experiments" / "README.md").read_text(encoding="utf-8")
    assert [
        p.name for p in (ROOT / "docs/decisions").glob("*.md") if f"decisions/{p.name}" not in index
    ] == []
    assert [p.name for p in (ROOT / "experiments").glob("*.toml") if f"`{p.name}`" not in questions] == []
