from __future__ import annotations

import re
from pathlib import Path

import pytest

from stratify.reporting.checklists import GUIDELINES, checklists, judged
from stratify.reporting.traced import unmarked

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


ANSWERS = {"yes", "probably yes", "probably no", "no", "no information", "not applicable"}


def questions():
    return checklists()["probast-ai"]["question"]


def test_every_signalling_question_is_answered_once():
    ids = [one["id"] for one in questions()]
    numbered = {
        "Development": {1: 3, 2: 4, 3: 4, 4: 5},
        "Evaluation": {1: 3, 2: 4, 3: 4, 4: 7},
    }
    wanted = [
        f"{part} {domain}.{i + 1}"
        for part, sizes in numbered.items()
        for domain, n in sizes.items()
        for i in range(n)
    ]
    assert ids == wanted
    for one in questions():
        assert one["answer"] in ANSWERS
        assert one.get("otherwise", "no") in ANSWERS
        assert one["because"]
        assert set(one) in (
            {"id", "asks", "answer", "because"},
            {*one, "fact", "otherwise", "otherwise_because"},
        )


@pytest.mark.parametrize(
    ("id", "change", "wanted"),
    [
        ("Development 1.1", {"simulated": True}, "no"),
        ("Development 1.1", {"simulated": False}, "no information"),
        ("Development 1.3", {"flow": {"target": 0}}, "no information"),
        ("Development 1.3", {"flow": {"target": 8}}, "no"),
        ("Development 3.3", {"label": None}, "probably yes"),
        ("Development 3.3", {"label": {"source": "axis-rule"}}, "probably no"),
        ("Development 4.1", {"validation": {"size": {"adequate": False}}}, "no"),
        ("Evaluation 4.7", {"permutation_test": {"shown": False}}, "no"),
        ("Evaluation 4.4", {}, "not applicable"),
    ],
)
def test_an_answer_follows_from_the_facts(id, change, wanted):
    (one,) = [one for one in questions() if one["id"] == id]
    assert judged(one, {"run": change})[0] == wanted


def test_a_card_has_the_questions_with_their_answers(marked):
    text = unmarked(marked)
    assert text.count("| Signalling question | Answer | Because |") == 1
    assert "| Development 4.1 Is the number of people reasonable? | no | too few" in text
