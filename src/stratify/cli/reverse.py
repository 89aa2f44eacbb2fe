"""Which drugs' signatures oppose a disease profile."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stratify.cli.option_groups import with_options
from stratify.cli.options import AsJson, Clinical, Picture
from stratify.cli.output import print_json, require_outputs, tell

if TYPE_CHECKING:
    from anndata import AnnData

    from stratify.signatures.patients import Patients

FAR_OUT = (
    "patients are ranked beside healthy people only where three shared proteins are abnormal: who lies that "
    "far out stands above all healthy people more often than by chance, whatever the drug"
)
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
    patient: Annotated[
        str | None,
        typer.Option(help="With --figure: this patient's pathways and abnormal proteins, in place of drugs."),
    ] = None
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

    _refuse_half_questions(profile, signature, figure)
    require_outputs(output, profile.patients, figure=figure)
    if targets is not None and drugs is None:
        raise typer.BadParameter("--targets belongs to --drugs")
    chosen = shipped_drugs() if drugs is None else read_drugs(drugs, targets)
    own = {path.name: digest(path) for path in (drugs, targets) if path is not None}
    if signature is not None:
        told, provenance, people = _from_table(signature, profile, chosen)
    else:
        told, provenance, people = _from_cohort(profile, chosen)
    provenance["sources"] |= own
    provenance |= {"verb": "reverse", "words": RESEMBLANCE, "notes": list(told.notes)}
    if figure is not None and profile.patient is None:
        _draw(told.table, provenance, figure)
    if people is not None:
        _each_patient(people, profile, chosen, figure, provenance)
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


def _refuse_half_questions(profile: Profile, signature: Path | None, figure: Path | None) -> None:
    if (signature is None) == (profile.cohort is None):
        raise typer.BadParameter("give a contrast table, or --cohort with --case and --control")
    if profile.patient is not None and (figure is None or profile.cohort is None):
        raise typer.BadParameter("--patient belongs to --figure, and needs --cohort")


def _from_table(signature: Path, profile: Profile, drugs: Any) -> tuple[Any, dict[str, Any], None]:
    from stratify.assays.files.container import digest
    from stratify.cli.contrast_tables import read_contrast_table
    from stratify.signatures.reversal import reverse_table

    if profile.patients is not None:
        raise typer.BadParameter("--patients needs --cohort: a table has no patients")
    told = reverse_table(read_contrast_table(signature), drugs)
    return told, {"sources": {signature.name: digest(signature)}}, None


def _from_cohort(profile: Profile, drugs: Any) -> tuple[Any, dict[str, Any], AnnData]:
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
    return told, provenance, cohort.people


def _each_patient(
    people: AnnData, profile: Profile, drugs: Any, figure: Path | None, provenance: dict[str, Any]
) -> None:
    from stratify.signatures.patient_reversal import reverse_patients
    from stratify.signatures.patients import patients_of
    from stratify.signatures.provenance import write_table

    if profile.patients is None and profile.patient is None:
        return
    case, control = str(profile.case), str(profile.control)
    patients = patients_of(people, (case, control), group=profile.group)
    if figure is not None and profile.patient is not None:
        _draw_patient(patients, profile, drugs, figure)
    if profile.patients is not None:
        each = reverse_patients(patients, case=case, control=control, drugs=drugs)
        notes = [*provenance["notes"], FAR_OUT]
        write_table(each, profile.patients, provenance=provenance | {"notes": notes})
        tell(f"patients: {profile.patients}")
        tell(FAR_OUT)


def _draw_patient(patients: Patients, profile: Profile, drugs: Any, figure: Path) -> None:
    from stratify.reporting.signature_figures.patient import draw_patient
    from stratify.reporting.signature_figures.saving import save_figure
    from stratify.signatures.activity.scores import pathway_activity
    from stratify.signatures.patient_reversal import abnormal_proteins

    name, control = str(profile.patient), str(profile.control)
    proteins = abnormal_proteins(patients, name, control=control, drugs=drugs)
    scores = pathway_activity(patients.as_cohort(), reference=control, group=profile.group).scores
    tell(f"figure: {save_figure(draw_patient(scores.T[name], proteins, name), figure)}")


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
