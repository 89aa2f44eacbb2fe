"""Pages of the documentation that list what the code knows."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from stratify.assays.finding_titles import TITLES
from stratify.assays.policy import default_policy
from stratify.assays.registry import known_formats
from stratify.experiment.label_settings import LabelsSection
from stratify.subtyping.definition import Definition
from stratify.subtyping.definition_page import axis_proteins

DOCS = Path(__file__).parents[1] / "docs"


def first_cells(page: str) -> list[str]:
    return re.findall(r"^\| `([^`]+)` \|", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE)


def test_every_format_is_explained():
    assert sorted(first_cells("files.md")) == sorted(layout.name for layout in known_formats())


def test_every_finding_is_explained_with_its_title_and_what_is_done_by_default():
    text = (DOCS / "findings.md").read_text(encoding="utf-8")
    actions = default_policy().actions
    lines = [f"| `{code}` | {title} | {actions[code]} |" for code, title in TITLES.items()]
    assert [line for line in lines if line not in text] == []
    assert len(first_cells("findings.md")) == len(TITLES)


def test_the_index_names_every_page():
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    pages = [path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md") if path.name != "README.md"]
    assert [page for page in pages if f"({page})" not in index] == []


def blocks(page: str) -> list[dict[str, Any]]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return [tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", text, flags=re.DOTALL)]


def test_settings_and_definition_of_the_page_on_labels_are_valid():
    settings, definition = blocks("labels.md")
    assert LabelsSection.model_validate(settings["labels"]).source == "axis-rule"
    assert axis_proteins(Definition.model_validate(definition), "Th2")["weight"].tolist() == [
        2.0,
        1.0,
        1.0,
        1.0,
    ]


def test_every_label_setting_is_explained():
    text = (DOCS / "labels.md").read_text(encoding="utf-8")
    assert [
        key for key in LabelsSection.model_fields if f"`{key}`" not in text and f"{key} =" not in text
    ] == []
