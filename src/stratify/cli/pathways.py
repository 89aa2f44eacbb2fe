"""How active pathways are in each sample."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stratify.cli.option_groups import with_options
from stratify.cli.options import AsJson, AssayFiles, Clinical, Picture
from stratify.cli.output import print_json, require_outputs, tell

if TYPE_CHECKING:
    import pandas as pd

    from stratify.signatures.activity.scores import Activity


@dataclass(frozen=True)
class Question:
    """How people are scored, and what is drawn of it."""

    method: Annotated[
        str,
        typer.Option(
            help="z (weighted by detectability), gsva (a sensitivity output), ssgsea, plage, or rank (needs "
            "no other people)."
        ),
    ] = "z"
    reference: Annotated[
        str | None,
        typer.Option(
            help="Group that is the yardstick, such as HC, frozen so that a patient's score does not depend "
            "on the other samples; left out, the cohort is its own reference."
        ),
    ] = None
    sets: Annotated[
        Path | None, typer.Option(help="Sets of proteins (GMT); the shipped pathways if left out.")
    ] = None
    show: Annotated[
        str | None,
        typer.Option(help="With --figure: one pathway by group, in place of a heatmap of all of them."),
    ] = None


@with_options("asked", Question)
def pathways(
    cohort: AssayFiles,
    asked: Question,
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            help="Table of scores to write (CSV); beside it <stem>-sets.csv (on what they stand) and "
            "<stem>-members.csv.",
        ),
    ],
    clinical: Clinical = None,
    figure: Picture = None,
    as_json: AsJson = False,
) -> None:
    """Score how active pathways are in each sample, and say on which proteins each score stands."""
    from stratify.assays.cohort_file import open_cohort
    from stratify.signatures.activity.output import write_activity
    from stratify.signatures.activity.scores import pathway_activity

    require_outputs(output, figure=figure)
    if asked.show is not None and figure is None:
        raise typer.BadParameter("--show belongs to --figure")
    opened = open_cohort(cohort, clinical)
    activity = pathway_activity(
        opened.people, method=asked.method, reference=asked.reference, sets=asked.sets
    )
    if asked.show is not None:
        _require_pathway(activity, asked.show)
    for line in opened.unmatched.lines():
        tell(line)
    if opened.removed:
        tell(f"cleaning removed {len(opened.removed)} rows or assays; they are named in the provenance")
    name = asked.sets.name if asked.sets else None
    facts = write_activity(
        activity,
        output,
        settings={"method": asked.method, "reference": asked.reference, "sets": name},
        sources=opened.sources,
        removed=opened.removed,
        sets_file=asked.sets,
    )
    if figure is not None:
        _draw(activity, opened.people.obs, asked, figure)
    for line in activity.notes:
        tell(line)
    if as_json:
        print_json(facts)
    else:
        print(f"{output}: {facts['samples']} samples, {facts['scored']} of {len(activity.sets)} pathways")


def _require_pathway(activity: Activity, name: str) -> None:
    from stratify.errors import ExperimentError, nearest

    known = [str(column) for column in activity.scores]
    if name not in known:
        raise ExperimentError("a pathway that is scored", repr(name), nearest(name, known))


def _draw(activity: Activity, obs: pd.DataFrame, asked: Question, figure: Path) -> None:
    from stratify.reporting.signature_figures.pathway_heatmap import draw_heatmap
    from stratify.reporting.signature_figures.ridgelines import draw_ridgelines
    from stratify.reporting.signature_figures.saving import save_figure

    groups = _groups(obs)
    standing = asked.method == "z" and asked.reference is not None
    unit = f"SDs of {asked.reference}" if standing else f"{activity.method.title} score"
    drawing = (
        draw_heatmap(activity.scores, groups, unit)
        if asked.show is None
        else draw_ridgelines(activity.scores[asked.show], groups, f"{asked.show}, {unit}")
    )
    tell(f"figure: {save_figure(drawing, figure)}")


def _groups(obs: pd.DataFrame) -> pd.Series:
    """Group of each sample; samples without one under a name of their own."""
    import pandas as pd

    words = obs["group"] if "group" in obs else pd.Series("", obs.index)
    words = words.astype(object).where(words.notna(), "").astype(str)
    return words.where(words != "", "no group")
