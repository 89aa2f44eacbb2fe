"""What goes with severity."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stratify.cli.option_groups import with_options
from stratify.cli.options import AsJson, AssayFiles, Clinical, Picture
from stratify.cli.output import print_json, require_outputs, tell

if TYPE_CHECKING:
    import pandas as pd

MOST_DRAWN = 30


@dataclass(frozen=True)
class Question:
    """Among whom, and of what."""

    group: Annotated[
        list[str] | None, typer.Option(help="Look within this group only, such as MDD; may be repeated.")
    ] = None
    covariate: Annotated[
        list[str] | None, typer.Option(help="Column to adjust for, such as age; may be repeated.")
    ] = None
    proteins: Annotated[bool, typer.Option("--proteins", help="Single proteins in place of pathways.")] = (
        False
    )


@with_options("asked", Question)
def associate(
    files: AssayFiles,
    asked: Question,
    outcome: Annotated[
        str,
        typer.Option(
            help="A severity scale in any usual spelling (madrs, hamd, qids, hads), or another column with "
            "numbers or ordinal words."
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Table to write (.csv).")],
    clinical: Clinical = None,
    figure: Picture = None,
    as_json: AsJson = False,
) -> None:
    """Say which pathways or proteins go with an outcome; visits of a person are never independent."""
    from stratify.assays.cohort_file import open_cohort
    from stratify.signatures.cohort_association import associate as associate_cohort
    from stratify.signatures.provenance import write_table

    require_outputs(output, figure=figure)
    cohort = open_cohort(files, clinical)
    found = associate_cohort(
        cohort.people,
        outcome,
        group=asked.group or (),
        covariates=asked.covariate or (),
        proteins=asked.proteins,
    )
    table, facts = found.table(), found.facts()
    for line in (*cohort.unmatched.lines(), *(f"note: {line}" for line in found.warnings)):
        tell(line)
    write_table(table, output, provenance={**facts, "sources": cohort.sources, "removed": cohort.removed})
    if figure is not None:
        _draw(table, outcome, figure)
    if as_json:
        print_json({**facts, "table": str(output), "specific": _specific(found.association.specificity)})
        return
    for row in table.dropna(subset="estimate").head(12).to_dict("records"):
        mark = f"; specific: {row['specific']}, {row['reason']}" if row["specific"] else ""
        interval = f"{row['estimate']:.2f} ({row['low']:.2f} to {row['high']:.2f})"
        print(f"{row['score']}: {interval}, q {row['q_value']:.2g}{mark}")
    if without := int(table["estimate"].isna().sum()):
        print(f"{without} more: not computed, too few people or all alike")
    smallest = facts["smallest_correlation_with_power_80"]
    print(f"{facts['persons']} persons; a correlation of {smallest:.2f} would be seen with power .8 at p .05")
    print(f"this is {facts['caution']}")
    print(f"table: {output}")


def _draw(table: pd.DataFrame, outcome: str, figure: Path) -> None:
    from stratify.reporting.signature_figures.forest import draw_forest
    from stratify.reporting.signature_figures.saving import save_figure

    rows = (
        table.dropna(subset="estimate")
        .head(MOST_DRAWN)
        .rename(columns={"score": "name", "n_persons": "n", "shrunken": "pooled"})
    )
    tell(f"figure: {save_figure(draw_forest(rows, f'partial rank correlation with {outcome}'), figure)}")


def _specific(verdicts: tuple) -> dict[str, dict[str, str]]:
    return {one.axis: {"specific": one.specific, "reason": one.reason} for one in verdicts}
