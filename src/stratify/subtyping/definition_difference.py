"""What differs between two definitions, line by line and protein by protein."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stratify.subtyping.definition import Definition
from stratify.subtyping.definition_page import axis_proteins

ABSENT = "absent"


@dataclass(frozen=True)
class Difference:
    """One line that two definitions do not share.

    Parameters
    ----------
    what : str
        Key, or ``axis: protein``, or ``source of key``.
    first, second : object
        What each of them says; ``absent`` where it says nothing.
    """

    what: str
    first: Any
    second: Any


def definition_differences(first: Definition, second: Definition) -> list[Difference]:
    """Compare two definitions.

    Parameters
    ----------
    first, second : Definition
        Any two.

    Returns
    -------
    list of Difference
        Keys first, then proteins and their weights by axis, then sources; empty when nothing differs.

    Raises
    ------
    ExperimentError
        An axis that is no shipped pathway and has no proteins in its definition.

    Examples
    --------
    >>> from stratify.subtyping.definition import read_definition
    >>> th2 = read_definition("th2-v1")
    >>> definition_differences(th2, th2.model_copy(update={"alpha": 0.05}))
    [Difference(what='alpha', first=0.1, second=0.05)]
    """
    return [
        *_differing(_stated(first), _stated(second)),
        *_differing(_proteins(first), _proteins(second)),
        *_differing(_sources(first), _sources(second)),
    ]


def _differing(one: dict[str, Any], other: dict[str, Any]) -> list[Difference]:
    keys = dict.fromkeys([*one, *other])
    pairs = [Difference(key, one.get(key, ABSENT), other.get(key, ABSENT)) for key in keys]
    return [pair for pair in pairs if pair.first != pair.second]


def _stated(definition: Definition) -> dict[str, Any]:
    stated = definition.model_dump(mode="json", exclude={"axis", "sources"})
    return stated | {"direction_rule": definition.direction_in_words()}


def _proteins(definition: Definition) -> dict[str, Any]:
    named = dict.fromkeys([*definition.axes, *definition.prior])
    tables = {axis: axis_proteins(definition, axis) for axis in named}
    return {f"{axis}: {row.gene}": row.weight for axis, table in tables.items() for row in table.itertuples()}


def _sources(definition: Definition) -> dict[str, Any]:
    return {f"source of {key}": text for key, text in definition.sources.items()}
