"""How far sources of labels agree."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stratify.cli.options import AsJson
from stratify.cli.output import print_json, require_outputs, tell

if TYPE_CHECKING:
    from stratify.subtyping.agreement import Agreement

CAUTION = (
    "agreement is no accuracy: sources can be wrong together, and nobody has labelled Th2-skewed depression"
)


def agree(
    experiment: Annotated[
        Path, typer.Argument(help="Experiment file (TOML), such as experiments/demo.toml.")
    ],
    source: Annotated[
        list[str] | None,
        typer.Option(
            help="reference-disease, axis-rule, clusters or outside; may be repeated. All that the file has "
            "settings for if left out, clusters only where it names them."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Table to write (CSV), one row a pair of sources.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say how far sources of labels agree on the same people, and on whom they differ."""
    from stratify.experiment.agreement import compare_sources
    from stratify.signatures.provenance import write_table
    from stratify.subtyping.agreement import agreement_table

    require_outputs(output)
    found = compare_sources(experiment, source or ())
    facts = {"verb": "agree", "experiment": experiment.name, "labels": found.statements, "caution": CAUTION}
    if output is not None:
        write_table(agreement_table(found.pairs), output, provenance=facts | {"sources": found.files})
    for name, statement in found.statements.items():
        tell(f"{name}: {statement}")
    tell(CAUTION)
    if as_json:
        print_json(facts | {"pairs": [plain_agreement(pair) for pair in found.pairs]})
        return
    for pair in found.pairs:
        for line in agreement_lines(pair):
            print(line)
    if output is not None:
        print(f"table: {output}")


def agreement_lines(pair: Agreement) -> list[str]:
    """Write an agreement for a reader."""
    numbers = f"kappa {_interval(pair.kappa, pair.kappa_low, pair.kappa_high)}, "
    numbers += f"adjusted Rand index {_interval(pair.ari, pair.ari_low, pair.ari_high)}"
    return [
        f"{pair.first} and {pair.second}: {pair.n} people; positive by both {pair.both}, by the first only "
        f"{pair.only_first}, by the second only {pair.only_second}, by none {pair.neither}",
        f"  {numbers}",
        f"  they differ on: {', '.join(pair.discordant) or 'nobody'}",
    ]


def plain_agreement(pair: Agreement) -> dict[str, Any]:
    """Write an agreement for machines; what is not computed is null."""
    stated = asdict(pair) | {"n": pair.n, "discordant": list(pair.discordant)}
    return {key: None if value != value else value for key, value in stated.items()}


def _interval(value: float, low: float, high: float) -> str:
    return "not computed" if value != value else f"{value:.2f} ({low:.2f} to {high:.2f})"
