"""How active pathways are in each sample."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stratify.cli.options import AsJson, AssayFiles, Clinical
from stratify.cli.output import print_json, tell


def pathways(
    cohort: AssayFiles,
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            help="Table of scores to write (CSV); beside it <stem>-sets.csv (on what they stand) and "
            "<stem>-members.csv.",
        ),
    ],
    clinical: Clinical = None,
    method: Annotated[
        str,
        typer.Option(
            help="z (weighted by detectability), gsva (a sensitivity output), ssgsea, plage, or rank (needs "
            "no other people)."
        ),
    ] = "z",
    reference: Annotated[
        str | None,
        typer.Option(
            help="Group that is the yardstick, such as HC, frozen so that a patient's score does not depend "
            "on the other samples; left out, the cohort is its own reference."
        ),
    ] = None,
    sets: Annotated[
        Path | None, typer.Option(help="Sets of proteins (GMT); the shipped pathways if left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Score how active pathways are in each sample, and say on which proteins each score stands."""
    from stratify.assays.cohort_file import open_cohort
    from stratify.signatures.activity.output import write_activity
    from stratify.signatures.activity.scores import pathway_activity

    opened = open_cohort(cohort, clinical)
    activity = pathway_activity(opened.people, method=method, reference=reference, sets=sets)
    for line in opened.unmatched.lines():
        tell(line)
    if opened.removed:
        tell(f"cleaning removed {len(opened.removed)} rows or assays; they are named in the provenance")
    settings = {"method": method, "reference": reference, "sets": sets.name if sets else None}
    facts = write_activity(
        activity, output, settings=settings, sources=opened.sources, removed=opened.removed, sets_file=sets
    )
    for line in activity.notes:
        tell(line)
    if as_json:
        print_json(facts)
    else:
        print(f"{output}: {facts['samples']} samples, {facts['scored']} of {len(activity.sets)} pathways")
