"""Which skewed patients a planned study, or a trained model, could flag."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from stratify.cli.option_groups import with_options
from stratify.cli.options import AsJson, Picture
from stratify.cli.output import print_json, require_outputs, tell

DIALS = ("relative_size", "handling_offset", "batch_offset_sd", "bridges")
UNSHOWN = "the model did not beat permuted labels: it makes no calls; the map is what they would be worth"
CAUTION = "nobody has labelled Th2-skewed depression, and resemblance is not response"
FROM_MODEL = (
    "the model's own signature planted in its healthy people, each judged by models that had not seen them; "
    "patients without skew are taken to lie like the healthy"
)


@dataclass(frozen=True)
class Dials:
    """How new patients differ, and how many of them are skewed; each may be given several times."""

    size: Annotated[
        list[float] | None, typer.Option(help="Relative size of the skew; .3, .5 and .8 if left out.")
    ] = None
    handling: Annotated[
        list[float] | None, typer.Option(help="Units of leak of all new patients; 0 and 1 if left out.")
    ] = None
    batch_offset: Annotated[
        list[float] | None, typer.Option(help="SD over assays of the new batch's offset, NPX; 0 if left out.")
    ] = None
    bridges: Annotated[
        list[int] | None, typer.Option(help="Bridge samples in the new batch; 4 if left out.", min=0)
    ] = None
    prevalence: Annotated[
        list[float] | None, typer.Option(help="Share of skewed patients; .10, .25 and .35 if left out.")
    ] = None


@dataclass(frozen=True)
class Effort:
    """What is simulated, and how much of it; of these a model's map has only the seed."""

    preset: Annotated[
        str, typer.Option(help="study, confounded, or strong- or weak- with right, half, none or along.")
    ] = "study"
    n: Annotated[
        int | None, typer.Option(help="People of the study in all groups together; 108 if left out.")
    ] = None
    studies: Annotated[int, typer.Option(help="Simulated studies; each is learned from once.", min=2)] = 20
    patients: Annotated[int, typer.Option(help="New patients a study and circumstance.", min=10)] = 500
    trials: Annotated[int, typer.Option(help="Settings tried inside each fold.", min=0)] = 0
    seed: Annotated[int, typer.Option(help="Of the first study; the next ones follow.", min=0)] = 0


@with_options("effort", Effort)
@with_options("dials", Dials)
def detect(
    dials: Dials,
    effort: Effort,
    model: Annotated[
        Path | None, typer.Argument(help="Folder of a trained model; a planned study if left out.")
    ] = None,
    *,
    output: Annotated[Path, typer.Option("-o", "--output", help="Map to write (CSV).")],
    figure: Picture = None,
    as_json: AsJson = False,
) -> None:
    """Say how many skewed patients a study of some size, or a model, would flag, and how many others."""
    from stratify.learning.detectability import circumstances, detectability_map, require_shares
    from stratify.signatures.provenance import write_table

    require_outputs(output, figure=figure)
    asked = circumstances(
        dials.size or (0.3, 0.5, 0.8),
        handling=dials.handling or (0.0, 1.0),
        batch=dials.batch_offset or (0.0,),
        bridges=dials.bridges or (4,),
    )
    shares = require_shares(dials.prevalence or (0.10, 0.25, 0.35))
    rows, facts = _planned(effort, asked) if model is None else _of_model(model, effort, asked)
    table = detectability_map(rows, shares)
    write_table(table, output, provenance=facts)
    if figure is not None:
        _draw(table, figure, facts["people"])
    for note in facts["notes"]:
        tell(note)
    if as_json:
        print_json(facts | {"table": str(output), "map": _plain(table)})
        return
    for line in _lines(table):
        print(line)
    print(f"table: {output}")


def _planned(effort: Effort, asked: list[Any]) -> tuple[Any, dict[str, Any]]:
    from stratify.learning.detectability import detectability_rows
    from stratify.simulation.design import design_preset

    rows = detectability_rows(
        design_preset(effort.preset).scaled(effort.n),
        asked,
        seeds=range(effort.seed, effort.seed + effort.studies),
        patients=effort.patients,
        trials=effort.trials,
        tell=tell,
    )
    people = f"{effort.studies} simulated studies"
    notes = [f"of simulated patients: {CAUTION}"]
    return rows, {"verb": "detect", "effort": asdict(effort), "people": people, "notes": notes}


def _of_model(folder: Path, effort: Effort, asked: list[Any]) -> tuple[Any, dict[str, Any]]:
    from stratify.learning.planted import planted_rows
    from stratify.reporting.bundle import load_model

    if effort != Effort(seed=effort.seed):
        raise typer.BadParameter("--preset, --n, --studies, --patients and --trials are of planned studies")
    loaded = load_model(folder)
    rows = planted_rows(loaded.model, asked, seed=effort.seed)
    people = f"{rows['seed'].nunique()} healthy people of {loaded.model.name}-{loaded.model.version}"
    notes = [FROM_MODEL, CAUTION, *([] if loaded.model.rule.shown else [UNSHOWN])]
    return rows, {"verb": "detect", "model": loaded.digest, "people": people, "notes": notes}


def _draw(table: Any, figure: Path, people: str) -> None:
    from stratify.reporting.detectability_figure import draw_detectability
    from stratify.reporting.signature_figures.saving import save_figure

    tell(f"figure: {save_figure(draw_detectability(table, people), figure)}")


def _plain(table: Any) -> list[dict[str, Any]]:
    return [
        {key: None if value != value else value for key, value in row.items()}
        for row in table.to_dict("records")
    ]


def _lines(table: Any) -> list[str]:
    lines = []
    for _, part in table.groupby([*DIALS], sort=True):
        row = part.iloc[0]
        worth = ", ".join(
            f"{_number(one.ppv)} at {one.prevalence:g} ({_number(one.screened_per_true_flag, 0)})"
            for one in part.itertuples()
        )
        lines.append(
            f"size {row['relative_size']:g}, leak {row['handling_offset']:g}, batch offset "
            f"{row['batch_offset_sd']:g}, {row['bridges']:g} bridges: flags {row['sensitivity']:.2f} "
            f"({row['sensitivity_error']:.2f}) of the skewed and {row['false_flags']:.3f} "
            f"({row['false_flags_error']:.3f}) of the others; PPV by prevalence (screened a true flag) "
            f"{worth}"
        )
    return lines


def _number(value: float, digits: int = 2) -> str:
    return "-" if value != value else f"{value:.{digits}f}"
