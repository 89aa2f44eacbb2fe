"""What changed between the cards of two models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stratify.reporting.verification import differences

SILENT = ("checklists", "figures")


@dataclass(frozen=True)
class Change:
    """One fact that two cards do not share.

    Parameters
    ----------
    fact : str
        Its path.
    before, after : str
        In the first and in the second card.
    """

    fact: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.fact}: {self.before} -> {self.after}"


def card_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """List the facts that differ, less what follows from others.

    Rows with names (families, subgroups, sites, leading proteins) are compared by name, so that another order
    is no change.

    Parameters
    ----------
    before, after : mapping
        As from `stratify.reporting.record.card_facts`.

    Returns
    -------
    list of Change

    Examples
    --------
    >>> rows = [{"name": "ridge", "auc": 0.8}], [{"name": "ridge", "auc": 0.9}]
    >>> print(*card_changes({"run": {"families": rows[0]}}, {"run": {"families": rows[1]}}))
    run.families.ridge.auc: 0.8 -> 0.9
    """
    told = differences(_named(_spoken(before)), _named(_spoken(after)), "card")
    return [Change(one.place.removeprefix("card "), one.stored, one.derived) for one in told]


def _spoken(facts: Mapping[str, Any]) -> dict[str, Any]:
    spoken = {key: value for key, value in facts.items() if key not in (*SILENT, "summary")}
    if "run" in spoken:
        spoken["run"] = {key: value for key, value in spoken["run"].items() if key != "tables"}
    return spoken


def _named(value: Any) -> Any:
    """Turn lists of named rows into mappings."""
    if isinstance(value, Mapping):
        return {key: _named(item) for key, item in value.items()}
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        return value
    names = [_name(item, place) for place, item in enumerate(value)]
    return {name: _named(item) for name, item in zip(names, value, strict=True)}


def _name(row: Mapping[str, Any], place: int) -> str:
    for keys in (
        ("name",),
        ("column", "level"),
        ("site",),
        ("protein",),
        ("relative_size", "handling_offset"),
    ):
        if all(key in row for key in keys):
            return " ".join(str(row[key]) for key in keys)
    return str(place)
