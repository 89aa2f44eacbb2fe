"""Arguments that several verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print machine-readable results on standard output.")]
Clinical = Annotated[
    Path | None,
    typer.Option(
        help="Table of the people, one row a sample with the sample ids of the assay file (CSV, xlsx)."
    ),
]
ClinicalTables = Annotated[
    list[Path] | None,
    typer.Option(
        "--clinical",
        help="Table of the people, one row a sample with the sample ids of the assay file (CSV, xlsx). "
        "May be repeated: what several tables say is put side by side, and contradictions are named.",
    ),
]
Picture = Annotated[
    Path | None, typer.Option("--figure", help="Also draw it, to a file that ends in .svg, .pdf or .png.")
]
AssayFiles = Annotated[
    list[Path],
    typer.Argument(
        help="What the laboratory sent, as it came: Olink, SomaScan, Luminex, MSD, mass spectrometry, a "
        "plain table, or h5ad. Several files are joined."
    ),
]
