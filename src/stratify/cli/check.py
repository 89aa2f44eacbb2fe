"""What a file holds and what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stratify.cli.options import AsJson, AssayFiles, ClinicalTables
from stratify.cli.output import print_json, tell


def check(
    files: AssayFiles,
    clinical: ClinicalTables = None,
    label: Annotated[
        str | None, typer.Option(help="Column of the groups; `group` (or diagnosis) if left out.")
    ] = None,
    probe: Annotated[
        list[str] | None,
        typer.Option(help="Another column to probe, beside plate, site, date, storage, tube, sex and age."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Folder for the quality page (quality.html, quality.json).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what a laboratory's file holds and what is wrong with it; exit code 1 when an error is found."""
    from stratify.reporting.quality import examine_files

    quality = examine_files(files, clinical or None, label=label, columns=probe or ())
    for line in quality.unmatched.lines():
        tell(line)
    if report is not None:
        from stratify.reporting.quality_page import write_quality_page

        tell(f"report: {write_quality_page(quality, report)}")
    if as_json:
        print_json(quality.as_dict())
    else:
        for line in quality.lines():
            print(line)
    if quality.has_error:
        raise typer.Exit(1)
