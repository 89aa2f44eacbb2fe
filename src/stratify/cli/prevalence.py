"""How many are skewed, if how far: a curve."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from stratify.cli.option_groups import with_options
from stratify.cli.options import AsJson, AssayFiles, Clinical, Picture
from stratify.cli.output import print_json, require_outputs, tell


@dataclass(frozen=True)
class People:
    """Who is in question."""

    group: Annotated[str, typer.Option(help="Column of the groups.")] = "group"
    target: Annotated[
        list[str] | None, typer.Option(help="Group in question; may be repeated. Everybody if left out.")
    ] = None
    offset: Annotated[
        Path | None, typer.Option(help="Table of this laboratory's offset, as for `stratify screen`.")
    ] = None


@dataclass(frozen=True)
class Assumed:
    """What is assumed, and how much is simulated."""

    size: Annotated[
        list[float] | None, typer.Option(help="Relative size; may be repeated. .2 to 1 if left out.")
    ] = None
    shift: Annotated[
        float | None,
        typer.Option(
            help="How far people without skew may lie from healthy people (SD, relative size); the "
            "definition's smallest relevant size if left out.",
            min=0.01,
        ),
    ] = None
    draws: Annotated[int, typer.Option(help="Simulated cohorts of the test.", min=19)] = 199
    seed: Annotated[int, typer.Option(help="Of these.", min=0)] = 0


@with_options("assumed", Assumed)
@with_options("people", People)
def prevalence(
    model: Annotated[Path, typer.Argument(help="Model folder, such as models/demo-1.")],
    files: AssayFiles,
    people: People,
    assumed: Assumed,
    output: Annotated[Path, typer.Option("-o", "--output", help="Curve to write (CSV).")],
    clinical: Clinical = None,
    figure: Picture = None,
    as_json: AsJson = False,
) -> None:
    """Say which prevalences a cohort's scores leave possible, for each relative size of the skew."""
    from stratify.assays.files.container import digest
    from stratify.learning.prevalence import SIZES
    from stratify.screening.prevalence import NOT_IDENTIFIED, prevalence_sentences
    from stratify.screening.prevalence import prevalence as told_by
    from stratify.screening.target_scores import target_scores
    from stratify.signatures.provenance import write_table

    require_outputs(output, figure=figure)
    scored = target_scores(
        model,
        files,
        clinical=clinical,
        group=people.group,
        target=people.target or (),
        offset=people.offset,
    )
    found = told_by(
        scored,
        sizes=assumed.size or SIZES,
        shift_sd=assumed.shift,
        draws=assumed.draws,
        seed=assumed.seed,
    )
    sources = {path.name: digest(path) for path in (*files, clinical, people.offset) if path is not None}
    facts = {"model": model.name, "model_digest": scored.loaded.digest, **found.as_dict()}
    account = {"verb": "prevalence", "sources": sources, "assumed": asdict(assumed), **facts}
    write_table(found.table, output, provenance=account)
    if figure is not None:
        from stratify.reporting.prevalence_figure import draw_prevalence
        from stratify.reporting.signature_figures.saving import save_figure

        tell(f"figure: {save_figure(draw_prevalence(found.table, found.everyone), figure)}")
    tell(NOT_IDENTIFIED)
    if as_json:
        print_json(facts | {"table": str(output), "curve": found.table.to_dict("records")})
        return
    for line in prevalence_sentences(found):
        print(line)
    print(f"table: {output}")
