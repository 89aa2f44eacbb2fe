"""What two contrasts share."""

from __future__ import annotations

from dataclasses import dataclass
from math import log2
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stratify.cli.option_groups import with_options
from stratify.cli.options import AsJson, Clinical, Picture
from stratify.cli.output import print_json, require_outputs, tell

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Question:
    """Which contrasts of a cohort are compared."""

    first: Annotated[str | None, typer.Option(help="First contrast, CASE:CONTROL, such as MDD:HC.")] = None
    second: Annotated[str | None, typer.Option(help="Second contrast, CASE:CONTROL.")] = None
    clinical: Clinical = None
    group: Annotated[str, typer.Option(help="Column of the groups.")] = "group"
    covariate: Annotated[
        list[str] | None, typer.Option(help="Column that is adjusted for; may be given several times.")
    ] = None
    q: Annotated[float, typer.Option(help="Largest q of a protein that counts as changed.", min=0, max=1)] = (
        0.05
    )
    fold_change: Annotated[
        float, typer.Option(help="Smallest fold change of a protein that counts as changed.", min=1)
    ] = 1.0
    curve: Annotated[
        Path | None, typer.Option(help="Also write the overlap of the top lists by their length (CSV).")
    ] = None
    seed: Annotated[int, typer.Option(help="The same seed gives the same numbers.", min=0)] = 0


@with_options("asked", Question)
def overlap(
    files: Annotated[
        list[Path],
        typer.Argument(help="A cohort (any file that `check` reads), or two tables of `stratify contrast`."),
    ],
    asked: Question,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Table to write (CSV).")] = None,
    figure: Picture = None,
    as_json: AsJson = False,
) -> None:
    """Compare two contrasts: shared controls are accounted for, tables without patients give counts."""
    require_outputs(output, asked.curve, figure=figure)
    if asked.first is None and asked.second is None and len(files) == 2:
        if figure is not None:
            raise typer.BadParameter("--figure needs a cohort: what two tables share is not in them")
        table, facts, provenance = _from_tables(files, asked)
    elif asked.first is not None and asked.second is not None:
        table, facts, provenance = _from_cohort(files, asked)
    else:
        raise typer.BadParameter("give --first and --second with a cohort, or two contrast tables")
    if output is not None:
        from stratify.signatures.provenance import write_table

        write_table(table, output, provenance={**provenance, **facts})
        tell(f"table: {output}")
    if figure is not None:
        _draw(table, facts, figure)
    for note in facts["notes"]:
        tell(note)
    if as_json:
        print_json(facts)
    else:
        for line in _lines(facts):
            print(line)


def _from_tables(files: list[Path], asked: Question) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    from stratify.assays.files.container import digest
    from stratify.cli.contrast_tables import read_contrast_table
    from stratify.signatures.overlap_tables import overlap_tables

    if asked.curve is not None:
        raise typer.BadParameter("--curve needs a cohort with --first and --second")
    first, second = (read_contrast_table(path) for path in files)
    table, facts = overlap_tables(first, second, thresholds=(asked.q, log2(asked.fold_change)))
    return table, facts, {"verb": "overlap", "sources": {path.name: digest(path) for path in files}}


def _from_cohort(files: list[Path], asked: Question) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    from stratify.assays.cohort_file import open_cohort
    from stratify.signatures.overlap import overlap as compare
    from stratify.signatures.provenance import write_table

    first, second = _pair(str(asked.first)), _pair(str(asked.second))
    cohort = open_cohort(files, asked.clinical)
    for line in cohort.unmatched.lines():
        tell(line)
    found = compare(
        cohort.people,
        first,
        second,
        group=asked.group,
        covariates=asked.covariate or (),
        thresholds=(asked.q, log2(asked.fold_change)),
        seed=asked.seed,
    )
    provenance = {
        "verb": "overlap",
        "sources": cohort.sources,
        "covariates": asked.covariate or [],
        "seed": asked.seed,
        "removed": cohort.removed,
    }
    if asked.curve is not None:
        write_table(found.curve, asked.curve, provenance={**provenance, **found.as_dict()})
        tell(f"curve: {asked.curve}")
    return found.table, found.as_dict(), provenance


def _draw(table: pd.DataFrame, facts: dict[str, Any], figure: Path) -> None:
    from stratify.reporting.signature_figures.effects import draw_effects
    from stratify.reporting.signature_figures.saving import save_figure

    sides = {side: _side(table, side) for side in ("first", "second")}
    errors = [float((part["log2_fold_change"] / part["t"]).abs().median()) for part in sides.values()]
    drawing = draw_effects(
        sides["first"],
        sides["second"],
        (facts["first"], facts["second"]),
        errors=(errors[0], errors[1]),
        shared=facts["correlation"]["by_construction"],
        q=facts["threshold"]["q"],
    )
    tell(f"figure: {save_figure(drawing, figure)}")


def _side(table: pd.DataFrame, side: str) -> pd.DataFrame:
    own = [str(name) for name in table if str(name).startswith(f"{side}_")]
    return table[["protein", "assay_id", *own]].rename(
        columns={name: name.removeprefix(f"{side}_") for name in own}
    )


def _pair(text: str) -> tuple[str, str]:
    case, colon, control = text.partition(":")
    if not (colon and case.strip() and control.strip()):
        raise typer.BadParameter(f"{text!r} is not CASE:CONTROL, such as MDD:HC")
    return case.strip(), control.strip()


def _lines(facts: dict[str, Any]) -> list[str]:
    counts = "; ".join(f"{name} {count}" for name, count in facts["counts"].items())
    lines = [f"proteins at q <= {facts['threshold']['q']:g}: {counts}"]
    told = facts["correlation"]
    if told is None:
        plain = facts["plain_correlation"]
        shown = "not computed" if plain is None else f"{plain:.2f}"
        return [*lines, f"plain correlation of fold changes: {shown}", "p-value: not computed"]
    if told["estimate"] is None:
        lines.append("correlation of true effects: not computed (a contrast shows no more than its error)")
    else:
        interval = f"95% interval {told['low']:.2f} to {told['high']:.2f}"
        lines.append(f"correlation of true effects: {told['estimate']:.2f} ({interval})")
    lines.append(
        f"plain correlation, errors and all: {told['plain']:.2f}; of the errors alone, by construction: "
        f"{told['by_construction']:.2f}"
    )
    for test in facts["tests"]:
        lines.append(
            f"more agreement than without {test['relabelled']}, {test['statistic']}: p = "
            f"{test['p_value']:.3f} (relabelled first {test['p_first']:.3f}, second {test['p_second']:.3f})"
        )
    return lines
