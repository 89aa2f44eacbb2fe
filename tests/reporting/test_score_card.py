"""A score card that a person can add up."""

from __future__ import annotations

import re

import numpy as np
import pytest

from stratify.errors import StratifyError
from stratify.learning.calibration import Platt
from stratify.learning.card_reading import CardReading
from stratify.learning.points import make_card
from stratify.reporting.score_card import CardFacts, score_card, total_ranges, write_score_card

CENTER, SCALE = np.array([5.0, 6.0, -0.2]), np.array([0.53, 1.1, 0.4])
CARD = make_card(np.array([3, 1, 8]), np.array([1.0, -0.5, 0.3]), CENTER, SCALE)
READING = CardReading(CARD.most, 11, 2, Platt(-4.0, 0.5, 0.4), 0.6, 0.05)
FACTS = CardFacts(
    title="study, 3 proteins",
    positive="AD",
    unit="NPX",
    names=("CCL17", "IL10", "IL5"),
    chosen=(1.0, 0.6, 0.4),
    figures=dict.fromkeys(("card", "panel", "full", "lost"), (0.8, 0.7, 0.9)),
    counts=(30, 53),
    simulated=False,
    question="Who resembles AD?",
    shown=True,
)
TEXT = score_card(CARD, READING, FACTS)


def rows(title):
    """The table below a heading, as a reader sees it."""
    part = TEXT.partition(f"## {title}")[2].partition("## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def holds(words, level):
    """Whether a level lies in a range such as "below 5.0", "5.0 to 5.4", "6.0 or more"."""
    numbers = [float(n) for n in re.findall(r"-?\d+\.\d", words)]
    if words.startswith("below"):
        return level < numbers[0]
    if words.startswith("above"):
        return level > numbers[0]
    if words.endswith(("or more", "or less")):
        return level >= numbers[0] if words.endswith("more") else level <= numbers[0]
    return numbers[0] <= level <= numbers[1]


def by_hand(levels):
    """Add up as the page says: round to one decimal, find the range, read its points."""
    total = 0
    for cells, level in zip(rows("Points"), levels, strict=True):
        rounded = round(np.floor(level * 10 + 0.5) / 10, 1)
        found = [cell.rpartition(": ") for cell in cells[2:]]
        (points,) = [int(points) for words, _, points in found if holds(words, rounded)]
        total += points
    return total


def test_what_a_person_adds_up_is_what_the_software_adds_up():
    rng = np.random.default_rng(0)
    levels = rng.normal(CENTER, 2 * SCALE, (300, 3))
    assert [by_hand(row) for row in levels] == CARD.totals(levels).tolist()
    assert len(set(CARD.totals(levels))) > 8


def test_every_total_has_one_line_with_its_call():
    lines = rows("What a total says")
    for total in range(CARD.most + 1):
        calls = []
        for said, _, call in lines:
            first, _, last = said.partition(" to ")
            if int(first) <= total <= int(last or first):
                calls.append(call)
        assert calls == [READING.call(total, "AD")]
    assert total_ranges(READING)[0][0] == 0
    assert total_ranges(READING)[-1][1] == CARD.most


def test_the_page_says_what_is_lost_and_what_it_is_not():
    assert "Research only" in TEXT
    assert "card less full model | 0.80 (0.70 to 0.90)" in TEXT
    assert "does not know the batch" in TEXT
    assert "Th2-skewed" not in TEXT
    assert "60% with the disease and 5.0%" in TEXT
    assert len(TEXT.splitlines()) < 60


def test_a_card_that_was_not_shown_calls_nobody():
    text = score_card(CARD, READING, CardFacts(**{**vars(FACTS), "shown": False, "simulated": True}))
    assert "AD-like" not in text
    assert "did not beat permuted labels" in text
    assert "Simulated people" in text


def test_a_page_for_a_browser_lies_beside_it(tmp_path):
    write_score_card(TEXT, tmp_path / "new" / "card.md")
    assert (tmp_path / "new" / "card.md").read_text(encoding="utf-8") == TEXT
    page = (tmp_path / "new" / "card.html").read_text(encoding="utf-8")
    assert "<table>" in page
    assert "<title>Score card: study, 3 proteins" in page
    with pytest.raises(StratifyError, match=r"ends in \.md"):
        write_score_card(TEXT, tmp_path / "card.txt")
