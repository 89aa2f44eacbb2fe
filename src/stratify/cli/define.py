"""What a definition means, and how two of them differ."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stratify.cli.agree import agreement_lines, plain_agreement
from stratify.cli.option_groups import with_options
from stratify.cli.options import AsJson, Clinical
from stratify.cli.output import print_json, tell

if TYPE_CHECKING:
    from stratify.subtyping.agreement import Agreement
    from stratify.subtyping.definition import Definition
    from stratify.subtyping.definition_difference import Difference


@dataclass(frozen=True)
class People:
    """On whom two definitions are compared."""

    cohort: Annotated[
        list[Path] | None,
        typer.Option(help="With --against: compare whom the two axis rules call, in this cohort."),
    ] = None
    clinical: Clinical = None
    group: Annotated[str, typer.Option(help="Column of the groups.")] = "group"
    reference: Annotated[
        list[str] | None, typer.Option(help="Healthy group, HC if left out; may be repeated.")
    ] = None


@with_options("people", People)
def define(
    definition: Annotated[str, typer.Argument(help="Shipped definition, such as th2-v2, or a TOML file.")],
    people: People,
    against: Annotated[
        str | None, typer.Option(help="Another definition: print what differs in place of the page.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print what a definition means, with its proteins and sources; or how it differs from another."""
    from stratify.subtyping.definition import read_definition
    from stratify.subtyping.definition_difference import definition_differences
    from stratify.subtyping.definition_page import definition_facts, definition_page

    if people.cohort and against is None:
        raise typer.BadParameter("--cohort belongs to --against")
    first = read_definition(definition)
    if against is None:
        if as_json:
            print_json(definition_facts(first))
        else:
            print(definition_page(first), end="")
        return
    second = read_definition(against)
    differences = definition_differences(first, second)
    found = _on_people(first, second, people) if people.cohort else None
    if as_json:
        stated: dict[str, Any] = {"first": first.title, "second": second.title}
        stated |= {"differences": [asdict(one) for one in differences]}
        print_json(stated | {"people": None if found is None else plain_agreement(found)})
        return
    for line in [*_difference_lines(first, second, differences), *(agreement_lines(found) if found else [])]:
        print(line)


def _on_people(first: Definition, second: Definition, people: People) -> Agreement:
    from stratify.assays.clinical import require_columns
    from stratify.assays.cohort_file import open_cohort
    from stratify.subtyping.rule_labels import compare_definitions

    opened = open_cohort(people.cohort or [], people.clinical)
    groups = opened.people.obs[require_columns(opened.people.obs, [people.group])[0]]
    reference = tuple(people.reference or ["HC"])
    found = compare_definitions(first, second, opened.people, groups=groups, reference=reference)
    for line in opened.unmatched.lines():
        tell(line)
    tell("each rule is fitted to the reference people of this cohort, and calls everybody in it")
    return found


def _difference_lines(first: Definition, second: Definition, differences: list[Difference]) -> list[str]:
    if not differences:
        return [f"{first.title} and {second.title} say the same"]
    lines = [f"| What | {first.title} | {second.title} |", "|---|---|---|"]
    return lines + [f"| {one.what} | {_cell(one.first)} | {_cell(one.second)} |" for one in differences]


def _cell(value: Any) -> str:
    text = (", ".join(map(str, value)) or "none") if isinstance(value, list | tuple) else str(value)
    return " ".join(text.split()).replace("|", "\\|") or "none"
