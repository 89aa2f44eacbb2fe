"""Public data sets, by name."""

from __future__ import annotations

from typing import Annotated

import typer

from stratify.cli.options import AsJson
from stratify.cli.output import print_json


def fetch(
    name: Annotated[
        str | None, typer.Argument(help="Name of a data set; all are listed without one.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Download a public data set, check every byte, and print its folder; without a name, list them all."""
    from dataclasses import asdict

    from stratify.datasets import dataset_names, describe
    from stratify.datasets import fetch as fetch_dataset

    if name is not None:
        folder = fetch_dataset(name)
        if as_json:
            print_json(asdict(describe(name)) | {"folder": str(folder)})
        else:
            print(folder)
        return
    known = [describe(word) for word in dataset_names()]
    if as_json:
        print_json([asdict(dataset) for dataset in known])
        return
    for dataset in known:
        print(f"{dataset.name}: {dataset.title} [{dataset.licence}; {dataset.citation}]")
