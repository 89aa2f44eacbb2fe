"""What the reader left out, replaced or doubted while it read a file."""

from __future__ import annotations

from stratify.assays.checks.patients import Patients
from stratify.assays.finding import Finding, Severity

_MEANING: dict[str, tuple[Severity, str]] = {
    "spreadsheet-error": (
        "warning",
        "cells with #N/A are missing values; look at the spreadsheet's formulas",
    ),
    "no-logarithm": (
        "warning",
        "zero has no logarithm; ask how values below the range were written",
    ),
    "mangled-name": ("warning", "a spreadsheet turned names into dates; write the gene symbols back as text"),
    "unfinished-line": ("warning", "compare the last sample with the original; the file may have been cut"),
    "repeated-header": (
        "info",
        "repeated headers were left out; nothing to do if files were joined",
    ),
    "renamed-column": ("info", "the cohort file cannot hold the name as delivered; use the new one"),
    "remark": ("info", "rows of words below the samples were left out; nothing to do if they are remarks"),
}


def reader_notes(people: Patients) -> list[Finding]:
    """Turn the notes of the reader into findings.

    Parameters
    ----------
    people : Patients
        The table; ``uns["stratify"]["notes"]`` holds lines "<code>: <where>: <what>".

    Returns
    -------
    list of Finding
        About the table; one a code.
    """
    lines = [str(line).partition(": ") for line in people.facts.get("notes", ())]
    return [
        Finding(code, severity, tuple(what for found, _, what in lines if found == code), remedy, "table")
        for code, (severity, remedy) in _MEANING.items()
    ]
