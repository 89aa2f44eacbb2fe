"""A model in the registry."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stratify.cli.options import AsJson
from stratify.cli.output import print_json


def register(
    model: Annotated[Path, typer.Argument(help="Model folder, such as models/demo-1.")],
    as_json: AsJson = False,
) -> None:
    """Enter a model folder in MLflow's registry, under its name and the next version."""
    from dataclasses import asdict

    from stratify.reporting.registry import register as enter

    found = enter(model)
    if as_json:
        print_json(asdict(found))
        return
    print(f"registered: {found.name}/{found.version} (digest {found.digest[:12]})")
