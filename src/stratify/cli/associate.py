"""What goes with severity."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stratify.cli.options import AsJson, AssayFiles, Clinical
from stratify.cli.output import print_json, tell


def associate(
    files: AssayFiles,
    outcome: Annotated[
        str,
        typer.Option(
            help="A severity scale in any usual spelling (madrs, hamd, qids, hads), or another column with "
            "numbers or ordinal words."
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Table to write (.csv).")],
    clinical: Clinical = None,
    group: Annotated[
        list[str] | None, typer.Option(help="Look within this group only, such as MDD; may be repeated.")
    ] = None,
    covariate: Annotated[
        list[str] | None, typer.Option(help="Column to adjust for, such as age; may be repeated.")
    ] = None,
    proteins: Annotated[
        bool, typer.Option("--proteins", help="Single proteins in place of pathways.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say which pathways or proteins go with an outcome; visits of a person are never independent."""
    from stratify.assays.cohort_file import open_cohort
    from stratify.signatures.cohort_association import associate as associate_cohort
    from stratify.signatures.provenance import write_table

    cohort = open_cohort(files, clinical)
    found = associate_cohort(
        cohort.people, outcome, group=group or (), covariates=covariate or (), proteins=proteins
    )
    table, facts = found.table(), found.facts()
    for line in (*cohort.unmatched.lines(), *(f"note: {line}" for line in found.warnings)):
        tell(line)
    write_table(table, output, provenance={**facts, "sources": cohort.sources, "removed": cohort.removed})
    if as_json:
        print_json({**facts, "table": str(output), "specific": _specific(found.association.specificity)})
        return
    for row in table.head(12).to_dict("records"):
        mark = f"; specific: {row['specific']}, {row['reason']}" if row["specific"] else ""
        interval = f"{row['estimate']:.2f} ({row['low']:.2f} to {row['high']:.2f})"
        print(f"{row['score']}: {interval}, q {row['q_value']:.2g}{mark}")
    smallest = facts["smallest_correlation_with_power_80"]
    print(f"{facts['persons']} persons; a correlation of {smallest:.2f} would be seen with power .8 at p .05")
    print(f"this is {facts['caution']}")
    print(f"table: {output}")


def _specific(verdicts: tuple) -> dict[str, dict[str, str]]:
    return {one.axis: {"specific": one.specific, "reason": one.reason} for one in verdicts}
