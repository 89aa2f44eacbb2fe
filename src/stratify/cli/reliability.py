"""How well scores and calls repeat in persons who were measured more than once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stratify.cli.options import AsJson, AssayFiles, Clinical
from stratify.cli.output import print_json, require_outputs, tell


def reliability(
    model: Annotated[Path, typer.Argument(help="Model folder, such as models/demo-1.")],
    files: AssayFiles,
    output: Annotated[Path, typer.Option("-o", "--output", help="Table to write (CSV), one row a sample.")],
    clinical: Clinical = None,
    patient: Annotated[str, typer.Option(help="Column that names the person.")] = "patient_id",
    as_json: AsJson = False,
) -> None:
    """Say how well a model's score and calls repeat, from several samples of the same persons."""
    from stratify.assays.files.container import digest
    from stratify.screening.repeats import repeats
    from stratify.signatures.provenance import write_table

    require_outputs(output)
    found = repeats(model, files, clinical=clinical, patient=patient)
    facts = found.as_dict()
    sources = {path.name: digest(path) for path in (*files, clinical) if path is not None}
    account = {"verb": "reliability", "model": model.name, "sources": sources, **facts}
    write_table(found.table, output, provenance=account)
    tell("what differs between samples of a person is measurement and whatever changed in between")
    if as_json:
        print_json(facts | {"table": str(output)})
        return
    one, again = found.magnitude, facts["flagged_again"]
    error = f"{one.sem:.2f} ({one.sem_low:.2f} to {one.sem_high:.2f}) healthy SDs"
    print(f"{one.persons} persons with {one.samples} samples")
    print(f"magnitude: ICC {one.icc:.2f} ({one.icc_low:.2f} to {one.icc_high:.2f})")
    print(f"standard error of measurement {error}")
    print(f"two samples of a person differ by more than {one.smallest_real_change:.2f} in 5% by chance alone")
    print(f"same call in {found.same_call:.0%} of {found.pairs} pairs of samples")
    print(
        "nobody was flagged" if again is None else f"after a flag, the other sample is flagged: {again:.0%}"
    )
    print(f"table: {output}")
