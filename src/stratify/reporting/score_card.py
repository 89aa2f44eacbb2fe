"""A score card on one page: what to measure, the points, and what a total says."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from stratify.errors import StratifyError
from stratify.learning.card_reading import CardReading
from stratify.learning.points import TENTHS, PointCard
from stratify.reporting.card import card_page

RESEARCH = "**Research only: no medical decision may rest on this card.**"
NOT_SHOWN = "the full model did not beat permuted labels, so nobody is called."
LEAST_RATIO, MOST_RATIO = 0.1, 10.0
ROWS = 12  # lines of the table of totals, about
LOST = (
    "The card does not know the batch: levels must be on the level of the study, by its bridge or control "
    "samples. It does not check how the tube was handled, whether the profile is of a known kind, or which "
    "immune axis leads, and so never says more than resemblance. Another platform, unit or kind of tube "
    "needs cuts of its own."
)


@dataclass(frozen=True, eq=False)
class CardFacts:
    """What the page says beside the card.

    Parameters
    ----------
    title, positive, unit : str
        Name of the experiment, the reference disease, the unit of the levels.
    names : tuple of str
        Proteins in the card's order.
    chosen : tuple of float
        Share of the folds that chose each.
    figures : mapping of str to tuple of float
        ``card``, ``panel`` and ``full``: AUC with its 95% interval; ``lost``: card less full model.
    counts : tuple of int
        People with the disease and without.
    simulated : bool
        Whether the people were simulated.
    question : str
        Of the experiment.
    shown : bool, default False
        Whether the full model beat permuted labels.
    """

    title: str
    positive: str
    unit: str
    names: tuple[str, ...]
    chosen: tuple[float, ...]
    figures: dict[str, tuple[float, float, float]]
    counts: tuple[int, int]
    simulated: bool
    question: str = ""
    shown: bool = False


def score_card(card: PointCard, reading: CardReading, facts: CardFacts) -> str:
    """Write the page.

    Parameters
    ----------
    card : PointCard
        Points of each protein.
    reading : CardReading
        What totals say.
    facts : CardFacts
        What the page says beside.

    Returns
    -------
    str
        Markdown with tables.
    """
    unit = "in the unit of the study" if facts.unit in ("", "unknown") else facts.unit
    parts = [
        f"# Score card: {facts.title}",
        facts.question,
        f"{RESEARCH} The points say how much a blood profile resembles {facts.positive}; they are no "
        "diagnosis and say nothing about response to a drug.",
        "**Simulated people: this card says nothing about a patient.**" if facts.simulated else "",
        "" if facts.shown else f"**Not shown:** {NOT_SHOWN}",
        f"## Points\n\nRound each level ({unit}) to one decimal, read its points, and add them up.",
        _points(card, facts),
        "## What a total says",
        _totals(reading, facts),
        _calls(reading, facts),
        "## What is lost",
        _lost(facts),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _points(card: PointCard, facts: CardFacts) -> str:
    lines = ["| protein | chosen in | no points | first step | second step | third step |"]
    lines.append("|---|---:|---|---|---|---|")
    for i, name in enumerate(facts.names):
        cells = [f"{words}: {step * int(card.points[i])}" for step, words in enumerate(_ranges(card, i))]
        lines.append(f"| {name} | {facts.chosen[i]:.0%} of folds | {' | '.join(cells)} |")
    return "\n".join(lines)


def _ranges(card: PointCard, i: int) -> list[str]:
    """Levels of no step and of each step, in tenths that leave no gap."""
    first, second, third = (int(cut) for cut in card.cuts[i])
    if card.rising[i]:
        between = [(first, second - 1), (second, third - 1)]
        return [f"below {_level(first)}", *(_between(*one) for one in between), f"{_level(third)} or more"]
    between = [(second + 1, first), (third + 1, second)]
    return [f"above {_level(first)}", *(_between(*one) for one in between), f"{_level(third)} or less"]


def _between(low: int, high: int) -> str:
    return f"{_level(low)} to {_level(high)}"


def _level(tenths: int) -> str:
    return f"{tenths / TENTHS:.1f}"


def _totals(reading: CardReading, facts: CardFacts) -> str:
    lines = ["| total | likelihood ratio | call |", "|---|---:|---|"]
    for low, high in total_ranges(reading):
        said = _ratios(*(reading.likelihood_ratio(end) for end in (low, high)))
        total = f"{low}" if low == high else f"{low} to {high}"
        call = reading.call(low, facts.positive) if facts.shown else "indeterminate"
        lines.append(f"| {total} | {said} | {call} |")
    return "\n".join(lines)


def total_ranges(reading: CardReading) -> list[tuple[int, int]]:
    """Cut the totals into some ranges, none of which holds two calls.

    Parameters
    ----------
    reading : CardReading
        What totals say.

    Returns
    -------
    list of (int, int)
        First and last total of each range.
    """
    width = max(-(-(reading.most + 1) // ROWS), 1)
    starts = set(range(0, reading.most + 1, width))
    if reading.flag_from is not None:
        starts.add(reading.flag_from)
    if reading.not_up_to is not None and reading.not_up_to < reading.most:
        starts.add(reading.not_up_to + 1)
    ordered = sorted(starts)
    return [(low, high - 1) for low, high in zip(ordered, [*ordered[1:], reading.most + 1], strict=True)]


def _ratios(low: float, high: float) -> str:
    """One digit, capped: so few people can not show more."""
    if high < LEAST_RATIO:
        return f"below {LEAST_RATIO:g}"
    if low > MOST_RATIO:
        return f"above {MOST_RATIO:g}"
    ends = [f"{min(max(one, LEAST_RATIO), MOST_RATIO):.1f}" for one in (low, high)]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def _calls(reading: CardReading, facts: CardFacts) -> str:
    if not facts.shown:
        return "Nobody is called with this card."
    flag, clear = f"{facts.positive}-like", f"not {facts.positive}-like"
    words = [f"No total is rare enough to be called {flag}."]
    if reading.flag_from is not None:
        words = [
            f"A total from {reading.flag_from} is called {flag}: so many points are rare among people",
            "without the disease and beyond the healthy range. Of the people of the study, scored by cards",
            f"that were made without them, {reading.sensitivity:.0%} with the disease and",
            f"{reading.false_flags:.1%} without reach it.",
        ]
    if reading.not_up_to is None:
        words.append(f"No total is called {clear}: a relevant skew can never be excluded by this card.")
    else:
        words.append(f"A total up to {reading.not_up_to} is called {clear}.")
    return " ".join([*words, "Everything else is indeterminate. A missing level makes the card unusable."])


def _lost(facts: CardFacts) -> str:
    figures = {
        name: f"{value:.2f} ({low:.2f} to {high:.2f})" for name, (value, low, high) in facts.figures.items()
    }
    positives, negatives = facts.counts
    return f"""\
Out-of-fold AUC, {positives} people with the disease and {negatives} without; proteins chosen in each fold:

| score | AUC (95% interval) |
|---|---:|
| this card | {figures["card"]} |
| the same proteins, exact weights | {figures["panel"]} |
| full model | {figures["full"]} |
| card less full model | {figures["lost"]} |

{LOST}"""


def write_score_card(text: str, out: Path) -> None:
    """Write a card as Markdown, and as a page for a browser beside it.

    Parameters
    ----------
    text : str
        As from `score_card`.
    out : Path
        Markdown file; the page has the same name and ends in ``.html``.

    Raises
    ------
    StratifyError
        When the name does not end in ``.md``.
    """
    require_markdown(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    page = card_page(text, {}, title=text.partition("\n")[0].removeprefix("# "))
    with TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as folder:
        for path, content in ((out.with_suffix(".html"), page), (out, text)):
            part = Path(folder) / path.name
            part.write_text(content, encoding="utf-8", newline="\n")
            os.replace(part, path)


def require_markdown(out: Path) -> None:
    """Refuse a name that is no Markdown file's.

    Parameters
    ----------
    out : Path
        File to write.

    Raises
    ------
    StratifyError
        When the name does not end in ``.md``, or is a folder.
    """
    if out.suffix != ".md" or out.is_dir():
        raise StratifyError("a card whose name ends in .md", f"{out.name!r}", "name it so")
