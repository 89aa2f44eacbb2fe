"""A model made again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stratify.cli.options import AsJson
from stratify.cli.output import print_json, tell

MOST_SHOWN = 20


def reproduce(
    model: Annotated[Path, typer.Argument(help="Model folder, such as models/demo-1.")],
    experiments: Annotated[
        Path, typer.Option(help="Folder of the experiment file: paths of the data start there.")
    ] = Path("experiments"),
    as_json: AsJson = False,
) -> None:
    """Make a model again from its own record: identical (exit code 0), or where it differs (1)."""
    from stratify.experiment.reproduction import reproduce as make_again

    found = make_again(model, experiments=experiments, tell=tell)
    if as_json:
        print_json(
            {
                "model": found.model,
                "identical": found.identical,
                "same_numbers": found.same_numbers,
                "digest": found.digest,
                "again": found.again,
                "data_sha256": found.data_sha256,
                "environment": {name: list(pair) for name, pair in found.environment.items()},
                "differences": [str(one) for one in found.differences],
            }
        )
    else:
        print(f"data: the same (SHA-256 {found.data_sha256[:12]})")
        for name, (then, now) in found.environment.items():
            print(f"environment: {name} was {then or 'absent'}, is {now or 'absent'}")
        print("environment: the same versions" if not found.environment else "environment: see above")
        for one in found.differences[:MOST_SHOWN]:
            print(f"differs: {one}")
        if len(found.differences) > MOST_SHOWN:
            print(f"differs: {len(found.differences) - MOST_SHOWN} more fields (--json names all)")
        print(f"{found.model}: {_verdict(found.identical, found.same_numbers)}")
    if not found.identical:
        raise typer.Exit(1)


def _verdict(identical: bool, same_numbers: bool) -> str:
    if identical:
        return "identical"
    return "differs; the model's numbers are the same to 1e-9" if same_numbers else "differs"
