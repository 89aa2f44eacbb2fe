"""Studies with known truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def simulate(
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            help="Long Olink table (.csv) or .h5ad to write; the truth goes to a file beside it.",
        ),
    ],
    preset: Annotated[
        str, typer.Option(help="study, confounded, or strong- or weak- with right, half, none or along.")
    ] = "study",
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 0,
    n: Annotated[
        int | None, typer.Option(help="People in all groups together; those of the preset if left out.")
    ] = None,
    candidates: Annotated[
        Path | None, typer.Option(help="Also write new MDD patients of the same world to this file.")
    ] = None,
    n_candidates: Annotated[int, typer.Option(help="How many of them.")] = 30,
    spike: Annotated[
        Path | None,
        typer.Option(help="Simulate nobody: plant a signature in the real profiles of this file."),
    ] = None,
    size: Annotated[float, typer.Option(help="Relative size of the planted signature.")] = 0.5,
) -> None:
    """Simulate a study with known truth, or plant a signature in real profiles."""
    from stratify.simulation.files import simulate_files, spike_file

    if spike is not None:
        written = spike_file(spike, output, size=size, seed=seed)
    else:
        written = simulate_files(
            output, preset=preset, seed=seed, n=n, candidates=candidates, n_candidates=n_candidates
        )
    for path in written:
        print(path)
