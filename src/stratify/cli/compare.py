"""Two models on the same people."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from stratify.cli.option_groups import with_options
from stratify.cli.options import AsJson, Clinical
from stratify.cli.output import print_json, tell


@dataclass(frozen=True)
class Labelled:
    """A labelled cohort that neither model learned from."""

    cohort: Annotated[
        list[Path] | None,
        typer.Option(
            help="Assay file of a labelled cohort that neither model learned from; may be repeated. "
            "Out-of-fold scores of the same people if left out."
        ),
    ] = None
    clinical: Clinical = None
    group: Annotated[str, typer.Option(help="Column of the labels.")] = "group"
    positive: Annotated[list[str] | None, typer.Option(help="Group with the disease.")] = None
    negative: Annotated[list[str] | None, typer.Option(help="Group without it; may be repeated.")] = None
    margin: Annotated[
        float, typer.Option(help="Loss of AUC that still counts as not worse.", min=0.0, max=0.5)
    ] = 0.05

    def keywords(self) -> dict[str, Any]:
        """Arguments of the comparison."""
        return {
            "files": self.cohort or [],
            "clinical": self.clinical,
            "group": self.group,
            "positive": self.positive or (),
            "negative": self.negative or (),
        }


@with_options("labelled", Labelled)
def compare(
    first: Annotated[str, typer.Argument(help="Model folder, or NAME@champion or NAME/VERSION.")],
    second: Annotated[str, typer.Argument(help="The same of the other model.")],
    labelled: Labelled,
    as_json: AsJson = False,
) -> None:
    """Say whether a model is not worse than another on the same people, by a paired bootstrap."""
    from stratify.reporting.registry import locate_model
    from stratify.screening.comparison import CAUTION
    from stratify.screening.comparison import compare as compare_models

    found = compare_models(locate_model(first), locate_model(second), **labelled.keywords())
    if as_json:
        print_json(found.as_dict(labelled.margin))
        return
    print(f"{found.first}: AUC {found.found.first:.3f}")
    print(f"{found.second}: AUC {found.found.second:.3f}")
    print(found.sentence(labelled.margin))
    tell(CAUTION)
