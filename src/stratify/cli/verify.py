"""Whether a model folder is what its maker wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stratify.cli.options import AsJson
from stratify.cli.output import print_json


def verify(
    model: Annotated[Path, typer.Argument(help="Model folder, such as models/demo-1.")],
    as_json: AsJson = False,
) -> None:
    """Check a model folder as every verb does, before it is handed to MLflow or to somebody else."""
    from stratify.reporting.bundle import load_model
    from stratify.reporting.signature import trusted_keys

    loaded = load_model(model)
    facts = {
        "model": f"{loaded.model.name}-{loaded.model.version}",
        "digest": loaded.digest,
        "signed": bool(trusted_keys()),
    }
    if as_json:
        print_json(facts)
        return
    print(f"{facts['model']}: every file as listed, golden patient as stored")
    print("signed by a trusted key" if facts["signed"] else "no key was asked for: who made it is not known")
    print(f"digest: {facts['digest']}")
