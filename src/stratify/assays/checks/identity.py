"""Which proteins the assays are: unknown names, no protein of the people, and proteins measured twice."""

from __future__ import annotations

import numpy as np

from stratify.assays.checks.patients import Patients
from stratify.assays.finding import Finding, Severity
from stratify.assays.proteins.identity import accessions, identify
from stratify.assays.proteins.matching import overlapping
from stratify.errors import listed

_OF_MASS_SPECTROMETRY = ("decoy", "contaminant", "site only")


def unknown_proteins(people: Patients) -> list[Finding]:
    """Find assays that stand for no known protein.

    Parameters
    ----------
    people : Patients
        The table.

    Returns
    -------
    list of Finding
        ``unknown-protein``.
    """
    words = [people.described(name) for name in ("uniprot", "assay", "panel")]
    known = [
        bool(accessions(uniprot) or accessions(assay_id) or identify(assay or assay_id, panel)[0])
        for assay_id, uniprot, assay, panel in zip(people.adata.var_names, *words, strict=True)
    ]
    unknown = ~np.array(known, dtype=bool)
    remedy = "taken as proteins although their names are on no known panel; rename or remove clinical columns"
    return [Finding("unknown-protein", "info", people.assays(unknown), remedy, "assay")]


def foreign_assays(people: Patients) -> list[Finding]:
    """Find assays that the file itself marks as no protein of the people.

    Parameters
    ----------
    people : Patients
        The table.

    Returns
    -------
    list of Finding
        ``foreign-assay``: a warning for decoys, contaminants and groups that were identified by a modified
        site only, whose levels look like those of proteins; "info" for the vendor's own controls and aptamers
        against other species.
    """
    marks = people.described("assay_type")
    looks_like_a_protein = np.isin(marks, _OF_MASS_SPECTROMETRY)
    others = ~looks_like_a_protein & ~np.isin(marks, ("", "protein"))
    kinds: list[tuple[Severity, np.ndarray]] = [("warning", looks_like_a_protein), ("info", others)]
    return [
        Finding(
            "foreign-assay",
            severity,
            people.assays(marked),
            f"marked by the file as {listed(sorted(set(marks[marked])))}; leave them out of every analysis",
            "assay",
        )
        for severity, marked in kinds
    ]


def overlapping_assays(people: Patients) -> list[Finding]:
    """Find proteins that several assays measure.

    Parameters
    ----------
    people : Patients
        The table.

    Returns
    -------
    list of Finding
        ``overlapping-assay``.
    """
    named = {assay for assays in overlapping(people.adata.var.astype(object)).values() for assay in assays}
    twice = people.adata.var_names.astype(str).isin(list(named))
    remedy = "several assays measure one protein; they are kept apart, because their levels differ"
    return [Finding("overlapping-assay", "info", people.assays(twice), remedy, "assay")]
