"""Recent runs beside the people whom a model knows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stratify.cli.options import AsJson
from stratify.cli.output import print_json, tell

if TYPE_CHECKING:
    from stratify.screening.drift.verdict import Drift


def drift(
    model: Annotated[Path, typer.Argument(help="Model folder, such as models/demo-1.")],
    runs: Annotated[
        list[Path],
        typer.Argument(
            help="Recent runs, each a laboratory's file (levels, scores and checks) or the folder of a "
            "screening (scores and checks)."
        ),
    ],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Page to write (HTML).")] = None,
    reference: Annotated[
        Path | None,
        typer.Option(
            help="File or folder of an earlier run that was accepted, in the place of the training people."
        ),
    ] = None,
    offset: Annotated[
        Path | None, typer.Option(help="Table of this laboratory's offset, as for `stratify screen`.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say whether recent runs lie like the people of the training; exit 1 when one is off."""
    from stratify.screening.drift.page import write_page
    from stratify.screening.drift.verdict import OFF
    from stratify.screening.drift.verdict import drift as find_drift
    from stratify.signatures.provenance import require_file

    if output is not None:
        require_file(output)
    found = find_drift(model, runs, reference=reference, offset=offset)
    if output is not None:
        write_page(found, output)
    if as_json:
        print_json(found.as_dict() | {"page": None if output is None else str(output)})
    else:
        _print(found)
        if output is not None:
            tell(f"page: {output}")
    raise typer.Exit(int(found.level == OFF))


def _only(compared: str) -> str:
    return " by its results only" if compared == "results only" else ""


def _print(found: Drift) -> None:
    from stratify.screening.drift.page import alarms

    print(f"compared with: {found.reference}")
    for row in found.runs.to_dict("records"):
        flags = f"flagged {row['flagged']} of {row['persons']}"
        print(
            f"{row['run']}: {row['level']}{_only(row['compared'])}; {flags}, "
            f"{row['share']:.0%} ({row['low']:.0%} to {row['high']:.0%})"
        )
    for line in alarms(found):
        print(f"  {line}")
    print(f"level: {found.level}")
