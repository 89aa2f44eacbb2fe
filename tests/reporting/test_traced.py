from __future__ import annotations

import json
import re

import pytest

from stratify.reporting.card import fixed, in_words, p_value, percent
from stratify.reporting.traced import MARKED, at_path, mark, trace, unmarked, untraced

# Numbers that belong to a method or a reference, and so to the text itself.
OF_THE_TEXT = [
    r"\(2020, doi:[^)]+\)|doi:\S+|\(\d{4}\)",
    r"95% interval|Intervals \(95%\)|5th to 95th percentile",
    r"bound 0\.05|if a quarter|SHA-256",
    r"1 is the mean difference|0 is chance, 1 the same|perfect: 1 and 0|Cox-Snell R2",
    r"Newcombe 2006",
]


def shown_as(value) -> set[str]:
    """Every way in which a card may write a fact."""
    if isinstance(value, bool) or value is None or isinstance(value, list | dict):
        return set()
    ways = {" ".join(str(value).split())}
    try:
        number = float(value)
    except ValueError:
        return ways
    ways |= {fixed(number, digits) for digits in range(4)} | {percent(number, digits) for digits in range(2)}
    return ways | {p_value(number)}


def fact_name(fact) -> str:
    """Key of a mapping whose name is shown; it may be a number and hold a point."""
    path = fact["path"].removesuffix("#name")
    return next(name for name in tails(path) if plain(fact["shown"]) in shown_as(name))


def tails(path: str) -> list[str]:
    parts = path.split(".")
    return [".".join(parts[-n:]) for n in range(1, len(parts) + 1)]


def plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def test_every_number_is_that_of_its_fact(card_folder):
    card = json.loads((card_folder / "card.json").read_text(encoding="utf-8"))
    told = [fact for statement in card["statements"] for fact in statement["facts"]]
    assert len(told) > 300
    for fact in told:
        value = at_path(card["facts"], fact["path"])
        assert value is not None, fact
        if fact["path"].endswith("#name"):
            assert shown_as(fact_name(fact)) & {plain(fact["shown"])}, fact
        else:
            assert plain(fact["shown"]) in shown_as(value), fact


def test_no_number_stands_in_the_card_without_a_fact(marked):
    for line in untraced(marked).splitlines():
        rest = line
        for pattern in OF_THE_TEXT:
            rest = re.sub(pattern, "", rest)
        assert not re.search(r"\d", rest), line


def test_a_number_typed_by_hand_is_seen():
    assert re.search(r"\d", untraced("AUC 0.98"))
    assert not re.search(r"\d", untraced("AUC " + mark("0.98", "run.families.0.auc")))


def test_statements_are_lines_of_the_card(card_folder):
    card = json.loads((card_folder / "card.json").read_text(encoding="utf-8"))
    lines = set((card_folder / "card.md").read_text(encoding="utf-8").splitlines())
    assert {statement["text"] for statement in card["statements"]} <= lines
    heard = "\n".join(statement["text"] for statement in card["statements"])
    assert "AUC " in heard


def test_marks_in_a_name_can_not_forge_a_fact():
    forged = mark("a\ue000run.auc\ue0010.99\ue002", "run.question")
    assert MARKED.findall(forged) == [("run.question", "arun.auc0.99")]
    assert unmarked(forged) == "arun.auc0.99"


def test_traced_facts_behave_like_facts():
    facts = {"a": [1, 2.5, "x", None, True], "b": {"c": 3}}
    traced = trace(facts)
    assert traced == facts
    assert (traced["a"][1].fact_path, traced["b"]["c"].fact_path) == ("a.1", "b.c")
    assert in_words(traced["a"][:1]) == "1"
    with pytest.raises(KeyError):
        at_path(facts, "b.d")
