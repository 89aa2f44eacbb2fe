"""What was delivered: parts that were skipped, normalisations and lots that differ."""

from __future__ import annotations

import re

import numpy as np

from stratify.assays.checks.patients import Patients
from stratify.assays.finding import Finding

_LOT = re.compile(r"(^|[^a-z])(lot|panel[ _.]?version|lot[ _.]?(nr|no|number|id))([^a-z]|$)", re.IGNORECASE)


def skipped_parts(people: Patients) -> list[Finding]:
    """Name sheets and files that hold no protein levels.

    Parameters
    ----------
    people : Patients
        The table; the reader lists them in ``uns["stratify"]["skipped"]``.

    Returns
    -------
    list of Finding
        ``skipped-part``.
    """
    skipped = tuple(str(part) for part in people.facts.get("skipped", ()))
    remedy = "these parts hold no protein levels and were not read; nothing to do if that is right"
    return [Finding("skipped-part", "info", skipped, remedy, "table")]


def normalisations(people: Patients) -> list[Finding]:
    """Find several normalisations in one table.

    Parameters
    ----------
    people : Patients
        The table.

    Returns
    -------
    list of Finding
        ``mixed-normalisation``.
    """
    stated = [word.strip() for word in str(people.facts.get("normalization", "")).split(";")]
    words = {word for word in [*stated, *people.column("normalization")] if word}
    named = tuple(sorted(words)) if len(words) > 1 else ()
    remedy = "levels were normalised in different ways; ask for one normalisation, or bridge the batches"
    return [Finding("mixed-normalisation", "warning", named, remedy, "table")]


def lots(people: Patients) -> list[Finding]:
    """Find several reagent lots or panel versions in one table.

    Parameters
    ----------
    people : Patients
        The table; lots stand in columns of `obs` with "lot" or "panel version" in their names, or in ``lot``
        of `var`, several joined by " | ".

    Returns
    -------
    list of Finding
        ``mixed-lots``: one item a lot, with its plates, or the assays.
    """
    remedy = "a new lot moves levels; compare lots through bridge samples only"
    named = [
        item for name in people.adata.obs.columns if _LOT.search(str(name)) for item in _lots(people, name)
    ]
    several = np.array(["|" in words for words in people.described("lot")], dtype=bool)
    return [
        Finding("mixed-lots", "warning", tuple(named), remedy, "table"),
        Finding("mixed-lots", "warning", people.assays(several), remedy, "assay"),
    ]


def _lots(people: Patients, column: str) -> list[str]:
    values, plates = people.column(column), people.column("plate")
    words = sorted(set(values) - {""})
    if len(words) < 2:
        return []
    on = {word: sorted(set(plates[values == word]) - {""}) for word in words}
    return [f"{column} {word}" + (f": {', '.join(on[word])}" if on[word] else "") for word in words]
