"""Candidates scored by a model."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from stratify.cli.loading import loading
from stratify.cli.option_groups import with_options
from stratify.cli.options import AsJson, AssayFiles, Clinical
from stratify.cli.output import print_json, progress_of


@dataclass(frozen=True)
class Beside:
    """What may stand beside the laboratory's file."""

    offset: Annotated[
        Path | None,
        typer.Option(
            help="Table of this laboratory's offset, one row an assay (columns assay_id or gene, offset, "
            "error), where the file has no bridge or control samples that the model knows."
        ),
    ] = None
    recalibration: Annotated[
        Path | None,
        typer.Option(
            help="Update of the probabilities that `stratify evaluate --recalibrate` wrote for this model; "
            "calls do not change."
        ),
    ] = None
    eligibility: Annotated[
        str | None,
        typer.Option(
            help="Rules of a trial (shipped name such as dupilumab-mdd, or a TOML file), asked of the "
            "clinical table; the model plays no part in them."
        ),
    ] = None
    audit_log: Annotated[
        Path | None,
        typer.Option(help="Log that several screenings share; this one adds its line (made if absent)."),
    ] = None


@with_options("beside", Beside)
def screen(
    model: Annotated[Path, typer.Argument(help="Model folder, such as models/demo-1.")],
    files: AssayFiles,
    beside: Beside,
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            help="New folder for results.csv and report.html, or that of an earlier screening.",
        ),
    ],
    clinical: Clinical = None,
    as_json: AsJson = False,
) -> None:
    """Say of each candidate whether the profile resembles the model's disease, and how sure that is."""
    with loading():
        from stratify.screening.score import screen as screen_files

    with progress_of("stratify.screening"):
        result = screen_files(model, files, clinical=clinical, out=output, **asdict(beside))
    flow = None if result.eligibility is None else result.eligibility.flow()
    report = (output / "report.html").resolve()
    if as_json:
        told = {"calls": result.counts, "model_digest": result.digest, "report": str(report)}
        told["audit"] = dict(result.heads)
        if flow is not None:
            told["eligible"] = {"yes": flow.eligible, "no": flow.not_eligible, "unknown": flow.to_clarify}
        print_json(told)
        return
    for call, count in result.counts.items():
        print(f"{call}: {count}")
    for line in flow.lines() if flow is not None else []:
        print(line)
    print(f"results: {output / 'results.csv'}")
    print(f"report: {report}")
    for name, head in result.heads:
        print(f"audit: {name} {head}")
