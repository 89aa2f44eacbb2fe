"""The laboratory's own verdict on each sample."""

from __future__ import annotations

from stratify.assays.checks.patients import Patients
from stratify.assays.finding import Finding


def laboratory_verdicts(people: Patients) -> list[Finding]:
    """Find samples that the laboratory failed or warned about, on any panel.

    Parameters
    ----------
    people : Patients
        The table, with the verdicts in column ``qc``.

    Returns
    -------
    list of Finding
        ``qc-fail`` and ``qc-warning``.
    """
    verdict = people.column("qc")
    again = "remove the samples, or measure them again"
    look = "look at the laboratory's report; results of these samples are less certain"
    return [
        Finding("qc-fail", "error", people.named(verdict == "fail"), again),
        Finding("qc-warning", "warning", people.named(verdict == "warn"), look),
    ]
