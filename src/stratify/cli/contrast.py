"""Which proteins differ between two groups, or between all groups."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stratify.cli.option_groups import with_options
from stratify.cli.options import AsJson, AssayFiles, Clinical, Picture
from stratify.cli.output import print_json, require_outputs, tell

if TYPE_CHECKING:
    from anndata import AnnData

    from stratify.signatures.differential import Contrast
    from stratify.signatures.pairwise import PairwiseContrasts


class Preset(StrEnum):
    """Rules that have a name."""

    study = "study"


@dataclass(frozen=True)
class Question:
    """What is compared, and how."""

    case: Annotated[str | None, typer.Option(help="Group in which a positive fold change is higher.")] = None
    control: Annotated[str | None, typer.Option(help="Group it is compared with.")] = None
    group: Annotated[str, typer.Option(help="Column of the groups.")] = "group"
    all_pairs: Annotated[
        bool, typer.Option("--all-pairs", help="Compare each two groups, in one fit, in place of two.")
    ] = False
    covariate: Annotated[
        list[str] | None, typer.Option(help="Column that is adjusted for; may be given several times.")
    ] = None
    formula: Annotated[
        str | None,
        typer.Option(help="In place of covariates: right side of a formula, such as '~ group * sex + age'."),
    ] = None
    block: Annotated[
        str | None,
        typer.Option(help="Column of the patients, where they have several samples: patient_id."),
    ] = None
    trend: Annotated[
        bool, typer.Option("--trend", help="Let the prior variance depend on the mean level.")
    ] = False
    robust: Annotated[
        bool, typer.Option("--robust", help="Protect the prior variance from outlying proteins.")
    ] = False
    ordinary: Annotated[
        bool, typer.Option("--ordinary", help="Test each protein by itself: the ordinary t-test.")
    ] = False
    fold_change: Annotated[
        float, typer.Option(help="Test also that the true fold change exceeds this, such as 1.2.")
    ] = 1.0
    fdr: Annotated[float, typer.Option(help="False discovery rate below which a protein is found.")] = 0.05
    weights: Annotated[str | None, typer.Option(help="Column of relative precisions of samples.")] = None
    all_groups: Annotated[
        bool, typer.Option("--all-groups", help="Let samples of other groups help to estimate the variance.")
    ] = False
    preset: Annotated[
        Preset | None,
        typer.Option(
            help="study: the rule of the base study, fold change above 1.5 and FDR below .05 in any pair of "
            "groups (column study_rule); implies --all-pairs."
        ),
    ] = None


@with_options("asked", Question)
def contrast(
    files: AssayFiles,
    output: Annotated[Path, typer.Option("-o", "--output", help="Table to write (CSV).")],
    asked: Question,
    clinical: Clinical = None,
    figure: Picture = None,
    as_json: AsJson = False,
) -> None:
    """Say which proteins differ between groups, by how much, and what the cohort could have found."""
    from stratify.assays.cohort_file import open_cohort
    from stratify.signatures.provenance import write_table

    require_outputs(output, figure=figure)
    if figure is not None:
        _require_one_pair(asked)
    cohort = open_cohort(files, clinical)
    for line in cohort.unmatched.lines():
        tell(line)
    answer = _answer(cohort.people, asked)
    facts = answer.summary() | {
        "asked": {key: value for key, value in asdict(asked).items() if value is not None},
        "scale": str(cohort.people.uns["stratify"]["scale"]),
    }
    for line in answer.warnings:
        tell(f"warning: {line}")
    table = answer.table()
    keys = [name for name in ("contrast", "p_value") if name in table]
    table = table.sort_values(keys, kind="stable", ignore_index=True)
    beside = write_table(
        table, output, provenance=facts | {"sources": cohort.sources, "removed": cohort.removed}
    )
    if figure is not None:
        _draw(table, answer.summary()["contrast"], asked.fdr, figure)
    if as_json:
        print_json(facts | {"table": str(output), "provenance": str(beside)})
        return
    for line in _lines(facts):
        print(line)
    print(f"table: {output}")


def _require_one_pair(asked: Question) -> None:
    if asked.all_pairs or asked.preset is not None:
        raise typer.BadParameter("--figure draws one contrast: name it by --case and --control")


def _draw(table: Any, name: str, fdr: float, figure: Path) -> None:
    from stratify.reporting.signature_figures.saving import save_figure
    from stratify.reporting.signature_figures.volcano import draw_volcano

    tell(f"figure: {save_figure(draw_volcano(table, name, q=fdr), figure)}")


def _answer(people: AnnData, asked: Question) -> Contrast | PairwiseContrasts:
    from stratify.errors import CohortError
    from stratify.signatures.differential import ContrastOptions, contrast
    from stratify.signatures.pairwise import pairwise_contrasts

    options = ContrastOptions(
        trend=asked.trend,
        robust=asked.robust,
        moderated=not asked.ordinary,
        fold_change=asked.fold_change,
        fdr=asked.fdr,
        weights=asked.weights,
        all_groups=asked.all_groups,
    )
    shared: dict[str, Any] = {
        "group": asked.group,
        "covariates": asked.covariate or (),
        "formula": asked.formula,
        "block": asked.block,
        "options": options,
    }
    named = asked.case is not None or asked.control is not None
    pairs = asked.all_pairs or asked.preset is not None
    if pairs and not named:
        return pairwise_contrasts(people, **shared)
    if pairs or asked.case is None or asked.control is None:
        raise CohortError(
            "either --case and --control, or --all-pairs (--preset study)",
            "all of them" if pairs else "no pair of groups" if not named else "one group",
            "name two groups, such as --case MDD --control HC",
        )
    return contrast(people, case=asked.case, control=asked.control, **shared)


def _lines(facts: dict[str, Any]) -> list[str]:
    lines = []
    for one in facts.get("contrasts", [facts]):
        people = ", ".join(f"{name} {count}" for name, count in one["patients"].items())
        found = f"{one['found']} of {one['tested']} proteins at FDR {one['fdr']:g}"
        lines.append(f"{one['contrast']} (patients: {people}): {found}")
        if "found_beyond" in one:
            fold = one["options"]["fold_change"]
            lines.append(f"  {one['found_beyond']} with a true fold change above {fold:g} (tested, same FDR)")
        smallest = one["power"]["median_detectable_log2_fold_change"]
        if smallest is not None:
            lines.append(f"  found with 80% power: log2 fold change {smallest:.2f} (median protein)")
    if "study_rule" in facts:
        rule = facts["study_rule"]
        lines.append(
            f"fold change above {rule['fold_change']:g} and FDR below {rule['fdr']:g} in any pair: "
            f"{rule['passed']} proteins"
        )
    return lines
