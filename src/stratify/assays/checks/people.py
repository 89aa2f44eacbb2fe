"""Columns that describe people: patients, groups, sample matrix."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from stratify.assays.checks.patients import Patients
from stratify.assays.finding import Finding

_DIAGNOSIS = re.compile(r"^group$|diagnosis|classification|(study|treatment)[ _.]?arm", re.IGNORECASE)
_MATRICES = ("serum", "EDTA", "heparin", "citrate")


def patients_of_samples(people: Patients) -> list[Finding]:
    """Find patients with several samples, and samples of which the patient is not known.

    Parameters
    ----------
    people : Patients
        The table.

    Returns
    -------
    list of Finding
        ``repeated-patient`` and, where others have one, ``no-patient``.
    """
    patient = pd.Series(people.column("patient_id"))
    known = (patient != "").to_numpy()
    again = known & patient.duplicated(keep=False).to_numpy()
    whole = "visits of one patient are not independent; keep them on one side of every split"
    name = "complete the column of patients: without it two visits of one person count as two people"
    return [
        Finding("repeated-patient", "info", people.named(again), whole),
        Finding("no-patient", "warning", people.named(~known & known.any()), name),
    ]


def diagnosis_columns(names: Iterable[object]) -> list[str]:
    """Find columns that tell a diagnosis or study arm by their name.

    Parameters
    ----------
    names : iterable of object
        Columns of ``obs``.

    Returns
    -------
    list of str

    Examples
    --------
    >>> diagnosis_columns(["age", "clinical AD diagnosis", "group"])
    ['clinical AD diagnosis', 'group']
    """
    return [str(name) for name in names if _DIAGNOSIS.search(str(name))]


def groups_of_samples(people: Patients) -> list[Finding]:
    """Find samples without a diagnosis where others have one, and columns that tell it nevertheless.

    Parameters
    ----------
    people : Patients
        The table; columns of diagnoses are ``group`` and those named so ("... diagnosis",
        "... classification", "study arm").

    Returns
    -------
    list of Finding
        ``no-group``, and ``group-conflict`` for those of these samples that another column, which separates
        the groups of all other samples without error, puts into one of them.
    """
    diagnoses = diagnosis_columns(people.adata.obs.columns)
    words = {name: people.column(name) for name in diagnoses}
    silent = np.array([not any(row) for row in zip(*words.values(), strict=True)], dtype=bool)
    if not silent.any() or silent.all():
        return []
    leave = "no group: leave these samples out of every contrast, or complete the column"
    found = [Finding("no-group", "warning", people.named(silent), leave)]
    others = [str(name) for name in people.adata.obs.columns if name not in diagnoses]
    for name in others:
        values = people.column(name)
        told = silent & (values != "")
        if any(_tells(values, group, told) for group in words.values()):
            remedy = f"column {name!r} gives a group to samples that have none: find out which is right"
            found.append(Finding("group-conflict", "warning", people.named(told), remedy))
    return found


def _tells(values: np.ndarray, group: np.ndarray, told: np.ndarray) -> bool:
    """Say whether each group has a value of its own, and the samples in question have such a value."""
    pairs = set(zip(values[group != ""], group[group != ""], strict=True))
    of_value = dict(pairs)
    one_to_one = len(pairs) == len(of_value) == len(set(of_value.values())) > 1
    return one_to_one and bool(told.any()) and set(values[told]) <= set(of_value) - {""}


def matrices_of_samples(people: Patients) -> list[Finding]:
    """Find samples of an undeclared matrix, and several matrices in one table.

    Parameters
    ----------
    people : Patients
        The table.

    Returns
    -------
    list of Finding
        ``undeclared-matrix``, and ``mixed-matrix`` for the samples that are not of the most frequent one.
    """
    matrix = people.column("matrix")
    count = {name: int((matrix == name).sum()) for name in _MATRICES}
    usual = max(count, key=lambda name: count[name])
    fewer = np.isin(matrix, [name for name in _MATRICES if name != usual])
    say = "say in a column matrix whether blood was collected as serum, EDTA, heparin or citrate plasma"
    apart = f"most samples are {usual}; levels differ between matrices, so compare people within one only"
    return [
        Finding("undeclared-matrix", "warning", people.named(matrix == ""), say),
        Finding("mixed-matrix", "warning", people.named(fewer), apart),
    ]


def clinical_conflicts(people: Patients) -> list[Finding]:
    """Tell where several clinical tables contradict each other.

    Parameters
    ----------
    people : Patients
        The table, after `join_clinical`.

    Returns
    -------
    list of Finding
        ``clinical-conflict``, one a column.
    """
    conflicts = people.facts.get("conflicts", {"column": (), "sample": ()})
    columns = [str(name) for name in conflicts["column"]]
    samples = pd.Series([str(name) for name in conflicts["sample"]], dtype=object)
    found = []
    for column in dict.fromkeys(columns):
        named = people.named(people.ids.isin(samples[[name == column for name in columns]]))
        remedy = f"the clinical tables differ in {column!r}, which is left empty: find out which is right"
        found.append(Finding("clinical-conflict", "warning", named, remedy))
    return found
