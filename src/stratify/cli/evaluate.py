"""A model in another cohort."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from stratify.cli.option_groups import with_options
from stratify.cli.options import AsJson, AssayFiles, Clinical
from stratify.cli.output import print_json, require_outputs, tell

MDD = "labels are diagnoses: nothing here says how a model does in depression, which nobody has labelled"


class Mended(StrEnum):
    """What an update of the probabilities mends."""

    INTERCEPT = "intercept"
    SLOPE = "slope"


@dataclass(frozen=True)
class Labels:
    """Who is what."""

    group: Annotated[str, typer.Option(help="Column of the labels.")] = "group"
    positive: Annotated[
        list[str] | None, typer.Option(help="Group with the reference disease; may be repeated.")
    ] = None
    negative: Annotated[
        list[str] | None, typer.Option(help="Group without it; may be repeated. Others have no label.")
    ] = None
    offset: Annotated[
        Path | None, typer.Option(help="Table of this laboratory's offset, as for `stratify screen`.")
    ] = None
    recalibrate: Annotated[
        Mended | None,
        typer.Option(
            help="Also write, beside the table, an update of the probabilities for `stratify screen "
            "--recalibration`: the intercept, or intercept and slope. Nothing is applied here."
        ),
    ] = None


@with_options("labels", Labels)
def evaluate(
    model: Annotated[Path, typer.Argument(help="Model folder, such as models/demo-1.")],
    files: AssayFiles,
    labels: Labels,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Table to write (CSV): sample_id, label, probability.")
    ],
    clinical: Clinical = None,
    as_json: AsJson = False,
) -> None:
    """Say how a model does in a labelled cohort, or how far an unlabelled one lies from its people."""
    from stratify.assays.files.container import digest
    from stratify.screening.evaluation import evaluate as evaluate_model
    from stratify.screening.evaluation import learn_recalibration
    from stratify.screening.recalibration import beside, write_recalibration
    from stratify.signatures.provenance import write_table

    require_outputs(output, beside(output) if labels.recalibrate else None)
    found = evaluate_model(
        model,
        files,
        clinical=clinical,
        group=labels.group,
        positive=labels.positive or (),
        negative=labels.negative or (),
        offset=labels.offset,
    )
    facts = {"model": model.name, **found.as_dict()}
    sources = {path.name: digest(path) for path in (*files, clinical, labels.offset) if path is not None}
    if labels.recalibrate:
        used = [path for path in (*files, clinical, labels.offset) if path is not None]
        update = learn_recalibration(found, model, used, labels.recalibrate)
        facts["recalibration"] = str(write_recalibration(update, beside(output)))
    write_table(found.predictions, output, provenance={"verb": "evaluate", "sources": sources, **facts})
    if as_json:
        print_json(facts | {"table": str(output)})
        return
    for line in _performance(facts) if found.performance is not None else ["nobody is labelled: no metrics"]:
        print(line)
    for line in _shift(facts["shift"]):
        print(line)
    if found.familiar:
        tell(f"WARNING: {found.familiar}")
    tell(MDD)
    if labels.recalibrate:
        print(f"recalibration of the {labels.recalibrate}, not applied: {facts['recalibration']}")
    print(f"table: {output}")


def _performance(facts: dict[str, Any]) -> list[str]:
    lines = [f"persons: {facts['positives']} positive, {facts['negatives']} negative"]
    if facts["without"]:
        lines.append(f"{facts['without']} labelled persons could not be scored")
    names = {
        "auc": "AUC",
        "calibration_intercept": "calibration intercept",
        "calibration_slope": "calibration slope",
        "sensitivity": "sensitivity of the flag",
        "specificity": "specificity of the flag",
    }
    for key, name in names.items():
        numbers = [facts[key], facts[f"{key}_low"], facts[f"{key}_high"]]
        shown = "not known: the classes separate" if None in numbers else _interval(*numbers)
        lines.append(f"{name}: {shown}")
    lines.append(f"indeterminate: {facts['indeterminate']:.0%}")
    lines.append(f"Brier score: {facts['brier']:.3f} (the mix alone: {facts['brier_of_the_mix']:.3f})")
    intercept = facts["calibration_intercept"]
    if intercept is not None and facts["calibration_intercept_low"] * facts["calibration_intercept_high"] > 0:
        lines.append(
            f"probabilities are off: {intercept:+.2f} on the log-odds would mend their mean here; not applied"
        )
    return lines


def _interval(estimate: float, low: float, high: float) -> str:
    return f"{estimate:.2f} ({low:.2f} to {high:.2f})"


def _shift(shift: dict[str, Any]) -> list[str]:
    lines = [f"screened: {shift['persons']} persons, {shift['weight_covered']:.0%} of the weight measured"]
    for name in ("anchored", "handling", "known_biology", "quality"):
        words = ", ".join(f"{word} {share:.0%}" for word, share in sorted(shift[name].items()))
        lines.append(f"{name}: {words}")
    middle = shift["median_magnitude_z"]
    lines.append("median magnitude: " + ("not known" if middle is None else f"{middle:.2f} healthy SDs"))
    return lines
