"""Which drugs' signatures oppose a disease profile."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from stratify.cli.option_groups import with_options
from stratify.cli.options import AsJson, Clinical, Picture
from stratify.cli.output import print_json, tell

RESEMBLANCE = "reversal of a profile, never response to a drug: nobody was treated here"


@dataclass(frozen=True)
class Profile:
    """The cohort whose profile is laid over, in place of a table."""

    cohort: Annotated[
        list[Path] | None, typer.Option(help="Cohort in place of a table: any file that `check` reads.")
    ] = None
    clinical: Clinical = None
    case: Annotated[str | None, typer.Option(help="Group of the patients, such as MDD.")] = None
    control: Annotated[str | None, typer.Option(help="Group of the healthy people, such as HC.")] = None
    group: Annotated[str, typer.Option(help="Column of the groups.")] = "group"
    covariate: Annotated[
        list[str] | None, typer.Option(help="Column that is adjusted for; may be given several times.")
    ] = None
    patients: Annotated[Path | None, typer.Option(help="Also write a row a patient and drug (CSV).")] = None
    seed: Annotated[int, typer.Option(help="The same seed gives the same numbers.", min=0)] = 0


@with_options("profile", Profile)
def reverse(
    profile: Profile,
    signature: Annotated[
        Path | None,
        typer.Argument(help="Table of `stratify contrast`; without patients there is no p-value."),
    ] = None,
    drugs: Annotated[
        Path | None,
        typer.Option(
            help="Own drugs: CSV with drug, gene, direction (up, down, none), and log2fc, log2fc_basis, "
            "confidence, material where sizes were measured."
        ),
    ] = None,
    targets: Annotated[
        Path | None, typer.Option(help="CSV with drug and gene: what own drugs bind, to be left out.")
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Table to write (CSV).")] = None,
    figure: Picture = None,
    as_json: AsJson = False,
) -> None:
    """Lay drug signatures over a disease profile and rank them; resemblance, never response to a drug."""
    from stratify.assays.files.container import digest
    from stratify.signatures.drug_signatures import read_drugs, shipped_drugs

    if (signature is None) == (profile.cohort is None):
        raise typer.BadParameter("give a contrast table, or --cohort with --case and --control")
    if targets is not None and drugs is None:
        raise typer.BadParameter("--targets belongs to --drugs")
    chosen = shipped_drugs() if drugs is None else read_drugs(drugs, targets)
    own = {path.name: digest(path) for path in (drugs, targets) if path is not None}
    if signature is not None:
        told, provenance = _from_table(signature, profile, chosen)
    else:
        told, provenance = _from_cohort(profile, chosen)
    provenance["sources"] |= own
    provenance |= {"verb": "reverse", "words": RESEMBLANCE, "notes": list(told.notes)}
    if figure is not None:
        _draw(told.table, provenance, figure)
    if output is not None:
        from stratify.signatures.provenance import write_table

        write_table(told.table, output, provenance=provenance)
        tell(f"table: {output}")
    for note in (*told.notes, RESEMBLANCE):
        tell(note)
    if as_json:
        print_json({"drugs": _plain(told.table), "notes": list(told.notes)})
    else:
        for line in _lines(told.table):
            print(line)


def _from_table(signature: Path, profile: Profile, drugs: Any) -> tuple[Any, dict[str, Any]]:
    from stratify.assays.files.container import digest
    from stratify.cli.contrast_tables import read_contrast_table
    from stratify.signatures.reversal import reverse_table

    if profile.patients is not None:
        raise typer.BadParameter("--patients needs --cohort: a table has no patients")
    told = reverse_table(read_contrast_table(signature), drugs)
    return told, {"sources": {signature.name: digest(signature)}}


def _from_cohort(profile: Profile, drugs: Any) -> tuple[Any, dict[str, Any]]:
    from stratify.assays.cohort_file import open_cohort
    from stratify.signatures.reversal import reverse as lay_over

    if profile.case is None or profile.control is None:
        raise typer.BadParameter("--cohort needs --case and --control")
    pair = (profile.case, profile.control)
    cohort = open_cohort(profile.cohort or [], profile.clinical)
    for line in cohort.unmatched.lines():
        tell(line)
    told = lay_over(
        cohort.people,
        case=pair[0],
        control=pair[1],
        drugs=drugs,
        group=profile.group,
        covariates=profile.covariate or (),
        seed=profile.seed,
    )
    provenance: dict[str, Any] = {
        "sources": dict(cohort.sources),
        "contrast": "-".join(pair),
        "covariates": profile.covariate or [],
        "seed": profile.seed,
        "removed": cohort.removed,
    }
    if profile.patients is not None:
        _write_patients(cohort.people, profile, drugs, provenance)
    return told, provenance


def _write_patients(people: Any, profile: Profile, drugs: Any, provenance: dict[str, Any]) -> None:
    from stratify.signatures.patient_reversal import reverse_patients
    from stratify.signatures.patients import patients_of
    from stratify.signatures.provenance import write_table

    case, control, path = str(profile.case), str(profile.control), Path(str(profile.patients))
    patients = patients_of(people, (case, control), group=profile.group)
    each = reverse_patients(patients, case=case, control=control, drugs=drugs)
    write_table(each, path, provenance={**provenance, "verb": "reverse", "words": RESEMBLANCE})
    tell(f"patients: {path}")


def _draw(table: Any, provenance: dict[str, Any], figure: Path) -> None:
    from stratify.reporting.signature_figures.reversal import draw_reversal
    from stratify.reporting.signature_figures.saving import save_figure

    title = str(provenance.get("contrast", next(iter(provenance["sources"]))))
    tell(f"figure: {save_figure(draw_reversal(table, title), figure)}")


def _plain(table: Any) -> list[dict[str, Any]]:
    return [
        {key: None if isinstance(value, float) and value != value else value for key, value in row.items()}
        for row in table.to_dict("records")
    ]


def _lines(table: Any) -> list[str]:
    return [
        f"{row.drug}: {row.call}; shares {row.n_shared} proteins, reverses {_share(row.fraction_reversed)}, "
        f"normalises {_percent(row.percent_normalised)}, p {_number(row.p_value)}"
        + (f"; {row.evidence}" if row.evidence else "")
        + (f"; {row.note}" if row.note else "")
        for row in table.itertuples()
    ]


def _share(value: float) -> str:
    return "-" if value != value else f"{value:.0%}"


def _percent(value: float) -> str:
    return "- (no percentage)" if value != value else f"{value:.0f}%"


def _number(value: float) -> str:
    return "not computed" if value != value else f"{value:.3f}"
