"""Rules of a trial: their page, their examples, and what they say of people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stratify.cli.options import AsJson
from stratify.cli.output import print_json, require_outputs, tell

if TYPE_CHECKING:
    from stratify.screening.eligibility.assessment import Assessment
    from stratify.screening.eligibility.examples import Tried
    from stratify.screening.eligibility.rules import Rules


def eligibility(
    rules: Annotated[str, typer.Argument(help="Shipped rules, such as dupilumab-mdd, or a TOML file.")],
    clinical: Annotated[
        Path | None,
        typer.Argument(
            help="Table of the people, one row a sample with sample ids (CSV, xlsx); left out, the rules are "
            "printed."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Table of answers, reasons and questions (CSV).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask the rules of a trial of each person; or print the rules and try their own examples."""
    from stratify.screening.eligibility.assessment import assess
    from stratify.screening.eligibility.examples import rules_without_examples, try_examples
    from stratify.screening.eligibility.rules import read_rules
    from stratify.screening.results import write_texts

    if (clinical is None) != (output is None):
        raise typer.BadParameter("a table of people and -o belong together")
    require_outputs(output)
    read = read_rules(rules)
    tried = try_examples(read)
    _refuse_wrong_examples(read, tried)
    if clinical is None or output is None:
        for rule, missing in rules_without_examples(read):
            tell(f"rule {rule} has no example of: {', '.join(missing)}")
        _print_rules(read, len(tried), as_json)
        return
    found = assess(read, clinical)
    part = output.with_name(output.name + ".part")
    write_texts(found.table(), part)
    part.replace(output)
    if found.absent_columns:
        tell(f"not in the table, so to clarify for everybody: {', '.join(found.absent_columns)}")
    _print_flow(found, output, as_json)


def _refuse_wrong_examples(rules: Rules, tried: list[Tried]) -> None:
    from stratify.errors import ExperimentError

    wrong = [one for one in tried if not one.holds]
    if wrong:
        first = wrong[0]
        raise ExperimentError(
            f"rules of {rules.heading} that say what their examples expect",
            f"{len(wrong)} of {len(tried)} do not; example {first.number} of {first.rule!r} gives "
            f"{first.found!r} in place of {first.expected!r}",
            "correct the rule or the example",
        )


def _print_rules(rules: Rules, examples: int, as_json: bool) -> None:
    if as_json:
        print_json(
            rules.model_dump(mode="json", by_alias=True, exclude_defaults=True) | {"examples_held": examples}
        )
        return
    print(f"{rules.heading}: {rules.title}")
    print(f"source: {rules.source}")
    for kind in ("inclusion", "exclusion", "hard-stop", "soft-flag"):
        chosen = [rule for rule in rules.rules if rule.kind == kind]
        print(f"\n{kind}" if chosen else "", end="\n" if chosen else "")
        for rule in chosen:
            print(f"  {rule.id}: {rule.says} [{rule.source}]")
    print(f"\nexamples that hold: {examples} of {examples}")


def _print_flow(found: Assessment, output: Path, as_json: bool) -> None:
    flow = found.flow()
    if as_json:
        counts = {"assessed": flow.assessed, "eligible": flow.eligible, "not_eligible": flow.not_eligible}
        print_json(
            counts | {"to_clarify": flow.to_clarify, "rules": found.rules.heading, "table": str(output)}
        )
        return
    for line in flow.lines():
        print(line)
    print(f"table: {output}")
