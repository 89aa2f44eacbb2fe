"""What is wrong with a table of protein levels: findings, each with a remedy, and a grade a sample."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
from anndata import AnnData

from stratify.assays.checks.copies import copied_controls, copied_profiles
from stratify.assays.checks.delivery import lots, normalisations, skipped_parts
from stratify.assays.checks.detection import hidden_assays, hidden_samples
from stratify.assays.checks.identity import foreign_assays, overlapping_assays, unknown_proteins
from stratify.assays.checks.levels import capped_assays, piled_assays, silent_assays
from stratify.assays.checks.notes import reader_notes
from stratify.assays.checks.outliers import outlying_samples
from stratify.assays.checks.panel_rows import exchanged_panel_rows
from stratify.assays.checks.patients import Patients
from stratify.assays.checks.people import (
    clinical_conflicts,
    groups_of_samples,
    matrices_of_samples,
    patients_of_samples,
)
from stratify.assays.checks.plates import shifted_plates
from stratify.assays.checks.rows import laboratory_rows, repeated_ids, silent_samples, unmeasured_panels
from stratify.assays.checks.scales import levels_fit_scale, stated_scale
from stratify.assays.checks.sexes import contradicted_sex
from stratify.assays.checks.storage import drifting_assays
from stratify.assays.checks.verdicts import laboratory_verdicts
from stratify.assays.finding import Finding, Severity
from stratify.assays.sample_names import patient_rows

Check = Callable[[Patients], list[Finding]]

# what a sample is graded by: its id, its levels and its verdict, whoever else is in the table
_OWN_FACTS: tuple[Check, ...] = (repeated_ids, silent_samples, laboratory_verdicts)
_CHECKS: tuple[Check, ...] = (
    *_OWN_FACTS,
    laboratory_rows,
    unmeasured_panels,
    silent_assays,
    piled_assays,
    capped_assays,
    hidden_assays,
    hidden_samples,
    stated_scale,
    levels_fit_scale,
    outlying_samples,
    copied_profiles,
    copied_controls,
    contradicted_sex,
    exchanged_panel_rows,
    shifted_plates,
    drifting_assays,
    patients_of_samples,
    groups_of_samples,
    matrices_of_samples,
    clinical_conflicts,
    normalisations,
    lots,
    skipped_parts,
    reader_notes,
    unknown_proteins,
    foreign_assays,
    overlapping_assays,
)


def check(adata: AnnData) -> list[Finding]:
    """Look at a table of protein levels and say what is wrong with it.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        As read; nothing is changed.

    Returns
    -------
    list of Finding
        Errors first, then warnings, then what is only good to know.
    """
    people = Patients(adata)
    found = [finding for look in _CHECKS for finding in look(people) if finding.items]
    order: tuple[Severity, ...] = ("error", "warning", "info")
    return sorted(found, key=lambda finding: order.index(finding.severity))


def sample_quality(adata: AnnData) -> pd.Series:
    """Grade each row from its own facts, so that a sample alone gets the grade that it gets among others.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        A table as read.

    Returns
    -------
    Series of str, shape (samples,)
        "fail" where a finding of severity "error" names the sample, "warn" where the laboratory's verdict
        is a warning, else "ok".
    """
    grade = pd.Series("ok", index=adata.obs_names, dtype=object)
    people = Patients(adata)
    found = [finding for look in _OWN_FACTS for finding in look(people)]
    for finding in sorted(found, key=lambda finding: finding.severity == "error"):
        grade[grade.index.isin(finding.items)] = "fail" if finding.severity == "error" else "warn"
    return grade


def summary(adata: AnnData, findings: Sequence[Finding]) -> dict[str, Any]:
    """Describe a checked table for ``check --json``.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        The table.
    findings : sequence of Finding
        As from `check`.

    Returns
    -------
    dict
        ``format``, ``platform``, ``scale``, ``samples`` (patients' only), ``controls`` (with bridges),
        ``proteins``, ``findings``.
    """
    facts, people = adata.uns.get("stratify", {}), patient_rows(adata)
    return {
        "format": str(facts.get("format", "")),
        "platform": str(facts.get("platform", "")),
        "scale": str(facts.get("scale", "")),
        "samples": int(people.sum()),
        "controls": int((~people).sum()),
        "proteins": adata.n_vars,
        "findings": [finding.as_dict() for finding in findings],
    }
