"""Which drugs' signatures oppose a disease profile."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from stratify.cli.options import Clinical
from stratify.cli.output import tell

RESEMBLANCE = "reversal of a profile, never response to a drug: nobody was treated here"


def reverse(
    signature: Annotated[
        Path | None,
        typer.Argument(help="Table of `stratify contrast`; without patients there is no p-value."),
    ] = None,
    cohort: Annotated[
        list[Path] | None, typer.Option(help="Cohort instead of a table: any file that `check` reads.")
    ] = None,
    clinical: Clinical = None,
    case: Annotated[str | None, typer.Option(help="Group of the patients, such as MDD.")] = None,
    control: Annotated[str | None, typer.Option(help="Group of the healthy people, such as HC.")] = None,
    drugs: Annotated[
        Path | None,
        typer.Option(
            help="Own drugs: CSV with drug, gene, direction (up, down, none), and log2fc, log2fc_basis, "
            "confidence, material where sizes were measured."
        ),
    ] = None,
    patients: Annotated[Path | None, typer.Option(help="Also write a row a patient and drug (CSV).")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Table to write (CSV); without it the table is printed.")] = None,
) -> None:
    """Lay drug signatures over a disease profile and rank them; resemblance, never response to a drug."""
    if (signature is None) == (cohort is None):
        raise typer.BadParameter("give a contrast table, or --cohort with --case and --control")
    if signature is not None:
        if patients is not None:
            raise typer.BadParameter("--patients needs --cohort: a table has no patients")
        told, provenance = _from_table(signature, drugs)
    elif case is None or control is None:
        raise typer.BadParameter("--cohort needs --case and --control")
    else:
        told, provenance = _from_cohort(cohort or [], clinical, (case, control), drugs, patients)
    provenance |= {"verb": "reverse", "words": RESEMBLANCE, "notes": list(told.notes)}
    if output is not None:
        from stratify.signatures.provenance import write_table

        write_table(told.table, output, provenance=provenance)
        tell(f"table: {output}")
    for note in (*told.notes, RESEMBLANCE):
        tell(note)
    if output is None:
        print(told.table.to_csv(index=False, lineterminator="\n"), end="")
    else:
        for line in _lines(told.table):
            print(line)


def _read(drugs: Path | None) -> tuple[Any, dict[str, str]]:
    from stratify.assays.files.container import digest
    from stratify.signatures.drug_signatures import read_drugs, shipped_drugs

    if drugs is None:
        return shipped_drugs(), {}
    return read_drugs(drugs), {drugs.name: digest(drugs)}


def _from_table(signature: Path, drugs: Path | None) -> tuple[Any, dict[str, Any]]:
    from stratify.assays.files.container import digest
    from stratify.cli.contrast_tables import read_contrast_table
    from stratify.signatures.reversal import reverse_table

    chosen, sources = _read(drugs)
    told = reverse_table(read_contrast_table(signature), chosen)
    return told, {"sources": {signature.name: digest(signature), **sources}}


def _from_cohort(
    files: list[Path],
    clinical: Path | None,
    pair: tuple[str, str],
    drugs: Path | None,
    patients: Path | None,
) -> tuple[Any, dict[str, Any]]:
    from stratify.assays.cohort_file import open_cohort
    from stratify.signatures.reversal import reverse as lay_over

    chosen, sources = _read(drugs)
    cohort = open_cohort(files, clinical)
    for line in cohort.unmatched.lines():
        tell(line)
    told = lay_over(cohort.people, case=pair[0], control=pair[1], drugs=chosen)
    provenance: dict[str, Any] = {
        "sources": {**cohort.sources, **sources},
        "contrast": "-".join(pair),
        "removed": cohort.removed,
    }
    if patients is not None:
        _write_patients(cohort.people, pair, chosen, patients, provenance)
    return told, provenance


def _write_patients(
    people: Any, pair: tuple[str, str], drugs: Any, path: Path, provenance: dict[str, Any]
) -> None:
    from stratify.signatures.patient_reversal import reverse_patients
    from stratify.signatures.patients import patients_of
    from stratify.signatures.provenance import write_table

    each = reverse_patients(patients_of(people, pair), case=pair[0], control=pair[1], drugs=drugs)
    write_table(each, path, provenance={**provenance, "verb": "reverse", "words": RESEMBLANCE})
    tell(f"patients: {path}")


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
