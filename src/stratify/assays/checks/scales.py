"""The scale of levels: not stated, not logged, rescaled by assay, or mixed between assays."""

from __future__ import annotations

import numpy as np

from stratify.assays.checks.patients import ENOUGH, Patients
from stratify.assays.finding import Finding
from stratify.errors import listed

LARGEST_LOG = 45.0  # beyond every log2 scale of proteins; raw intensities and concentrations go beyond
_FEWEST = 10  # assays from which a table's scale can be judged
_RESCALED = 0.5  # spread of assay medians in SDs within assays; delivered levels have several
_EXACT = 1e-3  # how near an assay's mean and SD come to 0 and 1 where it was standardised


def stated_scale(people: Patients) -> list[Finding]:
    """Say that a file does not state its scale.

    Parameters
    ----------
    people : Patients
        The table.

    Returns
    -------
    list of Finding
        ``unknown-scale``.
    """
    scale = str(people.facts.get("scale", "unknown"))
    remedy = (
        "the file does not state its scale; ask the laboratory whether levels are NPX or another log2 scale"
    )
    return [Finding("unknown-scale", "warning", (scale,) if scale == "unknown" else (), remedy, "table")]


def levels_fit_scale(people: Patients) -> list[Finding]:
    """Compare the levels of assays with what a log2 scale looks like.

    Parameters
    ----------
    people : Patients
        The table.

    Returns
    -------
    list of Finding
        ``linear-levels`` where most assays are not logged, ``mixed-scale`` where a few assays are unlike the
        others, ``rescaled-levels`` where assays were standardised, ``impossible-level`` where single levels
        lie beyond any log2 scale.

    Notes
    -----
    An assay is linear when a quarter of its levels lie beyond 45, which no log2 scale of proteins reaches. A
    table is rescaled when the medians of its assays differ by less than half of the SD within assays:
    delivered levels differ by several. A single assay is rescaled when its mean is 0 and its SD 1 within
    0.001.
    """
    if not people.n:
        return []
    low, middle, high = people.quartiles
    known = np.isfinite(middle)
    linear = known & ((high > LARGEST_LOG) | (low < -LARGEST_LOG))
    whole = linear.sum() > known.sum() / 2
    rescaled = _rescaled(people, known & ~linear)
    odd = np.zeros_like(linear) if whole else linear | (rescaled & (rescaled.sum() <= known.sum() / 2))
    take = "levels are not on a log scale; take log2 before anything else"
    ask = "levels of these assays are on another scale than the others; ask for one export"
    before = "each assay was centred or scaled on these samples; ask for the levels before that"
    wild = ((people.levels > LARGEST_LOG) | (people.levels < -LARGEST_LOG)) & ~linear
    where = listed(people.named(wild.any(axis=1)))
    lost = f"levels beyond every log2 scale: look for a lost decimal mark in {where}"
    return [
        Finding("impossible-level", "warning", people.assays(wild.any(axis=0)), lost, "assay"),
        Finding("linear-levels", "warning", people.assays(linear & whole), take, "assay"),
        Finding("mixed-scale", "warning", people.assays(odd), ask, "assay"),
        Finding("rescaled-levels", "warning", people.assays(rescaled & ~odd), before, "assay"),
    ]


def _rescaled(people: Patients, judged: np.ndarray) -> np.ndarray:
    """Mark assays that were standardised: all of them where their medians hardly differ."""
    if people.n < ENOUGH:
        return np.zeros_like(judged)
    low, middle, high = people.quartiles
    spread = (high - low) / 1.349
    varying = judged & (spread > 0)
    if varying.sum() >= _FEWEST:
        between = np.subtract(*np.percentile(middle[varying], (75, 25))) / 1.349
        if between < _RESCALED * np.median(spread[varying]):
            return judged
    near = np.flatnonzero(varying & (np.abs(middle) < 1))  # a mean and its median are within one SD
    levels = people.levels[:, near]
    count = np.maximum(np.isfinite(levels).sum(axis=0), 1)
    mean = np.nansum(levels, axis=0) / count
    variance = np.nansum((levels - mean) ** 2, axis=0) / np.maximum(count - 1, 1)
    unit = np.abs(variance - 1) < np.maximum(2 / count, _EXACT)
    exact = np.zeros_like(varying)
    exact[near] = (np.abs(mean) < _EXACT) & unit
    return exact
