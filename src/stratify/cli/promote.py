"""An alias in the registry, behind its gate."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from stratify.cli.compare import Labelled
from stratify.cli.option_groups import with_options
from stratify.cli.options import AsJson
from stratify.cli.output import print_json


class Alias(StrEnum):
    """What a version may be called."""

    CHALLENGER = "challenger"
    CHAMPION = "champion"


@with_options("labelled", Labelled)
def promote(
    name: Annotated[str, typer.Argument(help="Name of the model in the registry.")],
    labelled: Labelled,
    version: Annotated[int, typer.Option(help="Its version in the registry.", min=1)],
    to: Annotated[Alias, typer.Option(help="Alias that shall point to it.")],
    override: Annotated[
        str, typer.Option(help="Why it becomes champion although it is not shown to be not worse; is kept.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Call a registered model challenger, or champion if it is not worse than the one before."""
    from stratify.screening.promotion import promote as move

    done = move(
        name,
        version,
        to.value,
        override=override,
        margin=labelled.margin,
        cohort=labelled.keywords() if labelled.cohort else None,
    )
    if as_json:
        print_json({"name": name, "version": version, "alias": done.alias, "reason": done.reason})
        return
    print(f"{done.alias}: {name}/{version}")
    print(f"reason: {done.reason}")
