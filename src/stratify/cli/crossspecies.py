"""Mouse and human."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stratify.cli.options import AsJson
from stratify.cli.output import print_json, tell


def crossspecies(
    output: Annotated[Path, typer.Option("-o", "--output", help="Table to write (.csv).")],
    mouse: Annotated[
        Path | None,
        typer.Argument(help="Mouse table: gene symbol, log2 fold change, standard error if known."),
    ] = None,
    human: Annotated[
        Path | None, typer.Argument(help="Human table, such as `stratify contrast` writes.")
    ] = None,
    levels: Annotated[
        list[Path] | None,
        typer.Option(
            help="Protein levels of the people behind the human table: how proteins move together widens the "
            "interval to what it should be. May be repeated."
        ),
    ] = None,
    behaviour: Annotated[
        Path | None,
        typer.Option(
            help="In place of two signatures: a table of animals (stress, treatment, cohort, cage, "
            "interaction_ratio, time_in_zone) of a two by two experiment."
        ),
    ] = None,
    split: Annotated[
        bool,
        typer.Option("--split", help="Also tell shares of susceptible animals (interaction ratio below 1)."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Lay a mouse signature over a human one, or analyse stress by blockade on behaviour."""
    from stratify.signatures.crossspecies_files import analyse_behaviour_file, compare_files
    from stratify.signatures.provenance import write_table

    if behaviour is not None and mouse is None:
        found = analyse_behaviour_file(behaviour, split=split)
    elif mouse is not None and human is not None and behaviour is None:
        found = compare_files(mouse, human, levels=levels or ())
    else:
        raise typer.BadParameter("give a mouse and a human table, or --behaviour with a table of animals")
    for line in found.notes:
        tell(f"note: {line}")
    write_table(found.table, output, provenance=found.facts)
    if as_json:
        print_json({**found.facts, "table": str(output)})
        return
    for line in found.lines:
        print(line)
    print(f"table: {output}")
