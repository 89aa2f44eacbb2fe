from __future__ import annotations

import re
from pathlib import Path

import pytest

from stratify.reporting.checklists import GUIDELINES, checklists, judged

TEMPLATES = Path(__file__).parents[2] / "src" / "stratify" / "reporting" / "templates"
HEADINGS = set(
    re.findall(r"^## (.*)$", "".join(p.read_text() for p in TEMPLATES.glob("*.md")), flags=re.MULTILINE)
)


@pytest.mark.parametrize("name", GUIDELINES)
def test_each_item_is_answered_or_says_why_not(name):
    one = checklists()[name]
    assert one["doi"].startswith("10.")
    for item in one["item"]:
        answered = {"where", "missing", "judgement"} & set(item)
        assert len(answered) == 1, item["id"]
        assert item.get("where", "In short") in HEADINGS, item["id"]
    assert len({item["id"] for item in one["item"]}) == len(one["item"])


def test_no_item_of_tripod_is_left_out():
    ids = [item["id"] for item in checklists()["tripod-ai"]["item"]]
    assert {int(re.match(r"\d+", one)[0]) for one in ids} == set(range(1, 28))
    assert len(ids) == 52


def test_trial_guidelines_have_their_items():
    assert len(checklists()["consort-ai"]["item"]) == 14
    assert len(checklists()["spirit-ai"]["item"]) == 15


def test_a_self_assessment_hangs_on_the_facts():
    items = {item["id"]: item for item in checklists()["probast-ai"]["item"]}
    analysis = items["Development: analysis"]
    for adequate, wanted in ((True, "low concern"), (False, "high concern")):
        facts = {"run": {"validation": {"size": {"adequate": adequate}}}}
        assert judged(analysis, facts)[0] == wanted
    assert all(judged({k: v for k, v in item.items() if k != "fact"}, {})[1] for item in items.values())
