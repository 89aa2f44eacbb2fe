"""Detection limits: assays that are mostly below them, and samples that are, where others are not."""

from __future__ import annotations

import numpy as np

from stratify.assays.checks.patients import ENOUGH, Patients
from stratify.assays.detectability import detectability
from stratify.assays.finding import Finding

_FEWEST_JUDGED = 10  # assays from which a sample can be judged


def hidden_assays(people: Patients) -> list[Finding]:
    """Find assays of which most samples are below the limit of detection.

    Parameters
    ----------
    people : Patients
        The table; without its own limits the vendor's missing frequency is taken.

    Returns
    -------
    list of Finding
        ``below-lod``.
    """
    if people.n < ENOUGH:
        return []
    remedy = "more than half of the samples are below the limit of detection"
    return [Finding("below-lod", "info", people.assays(detectability(people.adata) < 0.5), remedy, "assay")]


def hidden_samples(people: Patients) -> list[Finding]:
    """Find samples that are below the limit in most of the assays that others show.

    Parameters
    ----------
    people : Patients
        The table.

    Returns
    -------
    list of Finding
        ``sample-below-lod``.
    """
    if people.lod is None or people.n < ENOUGH:
        return []
    shown = detectability(people.adata) >= 0.5
    judged = (np.isfinite(people.levels) & np.isfinite(people.lod))[:, shown].sum(axis=1)
    below = (people.levels < people.lod)[:, shown].sum(axis=1)
    dilute = (judged >= _FEWEST_JUDGED) & (below > judged / 2)
    remedy = "most proteins that others show are below the limit: look for an empty well or a diluted sample"
    return [Finding("sample-below-lod", "warning", people.named(dilute), remedy)]
