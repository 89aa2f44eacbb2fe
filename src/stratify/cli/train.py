"""From an experiment file to a model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stratify.cli.options import AsJson
from stratify.cli.output import print_json, tell


def train(
    experiment: Annotated[Path, typer.Argument(help="Experiment file (TOML), such as experiments/lvv.toml.")],
    models: Annotated[
        Path, typer.Option(help="Folder in which the model folder <name>-<version> is made.")
    ] = Path("models"),
    as_json: AsJson = False,
) -> None:
    """Run an experiment: nested cross-validation, final model, card; the run is kept in mlruns."""
    from stratify.experiment.run import run_experiment

    result = run_experiment(experiment, models=models, tell=tell).summary()
    if as_json:
        print_json(result)
        return
    low, high = result["auc_low"], result["auc_high"]
    print(f"{result['family']}: AUC {result['auc']:.3f} (95% interval {low:.3f} to {high:.3f})")
    word = "shown" if result["shown"] else "not shown"
    print(f"permutation p {result['permutation_p']:.3f}: {word}")
    print(f"model: {result['model']}")
    print(f"card: {Path(result['model']) / 'card.html'}")
