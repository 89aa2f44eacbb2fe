"""Reporting guidelines as data, and what a card answers of them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from stratify.reporting.traced import at_path

MAP = "What it would find"  # a heading that is absent where there is no map
GUIDELINES = ("tripod-ai", "probast-ai", "consort-ai", "spirit-ai")


@cache
def checklists() -> dict[str, dict[str, Any]]:
    """Read the guidelines that ship with the package.

    Returns
    -------
    dict of str to dict
        ``title, doi, note`` and ``item``, a list: either with ``where`` (a heading of the card) or
        ``missing`` (why it is not answered), or in a self-assessment with ``judgement`` and ``because``;
        then ``question``, a list with ``asks``, ``answer`` and ``because``.

    References
    ----------
    Collins et al., BMJ 2024, doi:10.1136/bmj-2023-078378 (TRIPOD+AI);
    Moons et al., BMJ 2025, doi:10.1136/bmj-2024-082505 (PROBAST+AI);
    Liu et al., Nat Med 2020, doi:10.1038/s41591-020-1034-x (CONSORT-AI);
    Cruz Rivera et al., Nat Med 2020, doi:10.1038/s41591-020-1037-7 (SPIRIT-AI).

    Examples
    --------
    >>> checklists()["tripod-ai"]["item"][0]["where"]
    'In short'
    """
    folder = files("stratify.data") / "checklists"
    return {name: tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8")) for name in GUIDELINES}


def judged(item: Mapping[str, Any], facts: Mapping[str, Any]) -> tuple[str, str]:
    """Judge an item or question of a self-assessment, which may hang on a fact of the training.

    Parameters
    ----------
    item : mapping
        Of a guideline.
    facts : mapping
        Of a card.

    Returns
    -------
    tuple of str
        Judgement and reason.

    Examples
    --------
    >>> item = {"judgement": "low", "because": "a", "fact": "!run.label", "otherwise": "high",
    ...         "otherwise_because": "b"}
    >>> judged(item, {"run": {"label": None}}), judged(item, {"run": {"label": "rule"}})
    (('low', 'a'), ('high', 'b'))
    """
    path = item.get("fact", "")
    if path and bool(at_path(facts, path.removeprefix("!"))) == path.startswith("!"):
        return item["otherwise"], item["otherwise_because"]
    return item.get("judgement") or item["answer"], item["because"]


def answers(facts: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Answer every guideline for one card.

    Parameters
    ----------
    facts : mapping
        Of the card.

    Returns
    -------
    dict of str to dict
        ``title, doi, note, judged``, and ``rows`` and ``questions``: lists of the three cells of a table.
    """
    return {
        name: {
            "title": one["title"],
            "doi": one["doi"],
            "note": one["note"],
            "judged": one.get("judged", False),
            "rows": [_row(item, facts) for item in one["item"]],
            "questions": [
                [f"{item['id']} {item['asks']}", *judged(item, facts)] for item in one.get("question", [])
            ],
        }
        for name, one in checklists().items()
    }


def _row(item: Mapping[str, Any], facts: Mapping[str, Any]) -> list[str]:
    if "judgement" in item:
        return [item["id"], *judged(item, facts)]
    where = item.get("where", "")
    if where == MAP and not facts["found"]:
        return [item["id"], item["asks"], "not available: the model keeps too few healthy people for a map"]
    return [item["id"], item["asks"], where or f"not available: {item['missing']}"]
