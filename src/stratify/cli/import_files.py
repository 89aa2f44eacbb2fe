"""From files to one cohort."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stratify.cli.options import AsJson, AssayFiles, ClinicalTables
from stratify.cli.output import print_json, tell


def import_files(
    files: AssayFiles,
    output: Annotated[Path, typer.Option("-o", "--output", help="Cohort file to write (.h5ad).")],
    clinical: ClinicalTables = None,
    policy: Annotated[
        Path | None,
        typer.Option(
            help="What to do about each finding and about values below the limit of detection (TOML); "
            "errors and the laboratory's own rows are dropped if left out."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read, check and clean a laboratory's files, and write them as one cohort file."""
    from stratify.assays.importing import import_cohort

    result = import_cohort(files, output, clinical=clinical or None, policy=policy)
    for line in result.unmatched.lines():
        tell(line)
    facts = result.summary()
    if as_json:
        print_json(facts)
        return
    for line in facts["removed"]:
        print(f"removed {line}")
    print(f"{output}: {facts['samples']} samples, {facts['controls']} controls, {facts['proteins']} assays")
