"""Levels of single assays: none, without variation, piled up at one value."""

from __future__ import annotations

import numpy as np

from stratify.assays.checks.patients import ENOUGH, Patients
from stratify.assays.finding import Finding

_FEWEST = 4  # samples that make a pile
_TIMES = 3  # as many as at the next value
_PILED_SHARE = 0.02


def silent_assays(people: Patients) -> list[Finding]:
    """Find assays without a single level, and those with one level for everybody.

    Parameters
    ----------
    people : Patients
        The table; one or two samples do not tell.

    Returns
    -------
    list of Finding
        ``all-missing-assay`` and ``constant-assay``.
    """
    if people.n < ENOUGH:
        return []
    missing = np.isnan(people.levels)
    silent = missing.all(axis=0)
    first = people.levels[np.argmin(missing, axis=0), np.arange(missing.shape[1])]
    constant = ~silent & (missing | (people.levels == first)).all(axis=0)
    ask = "remove the assays, or ask for a new export"
    look = "an assay without variation tells nothing; look at how it was exported"
    return [
        Finding("all-missing-assay", "error", people.assays(silent), ask, "assay"),
        Finding("constant-assay", "warning", people.assays(constant), look, "assay"),
    ]


def piled_assays(people: Patients) -> list[Finding]:
    """Find assays whose samples pile up at their largest or smallest level, or at zero.

    Parameters
    ----------
    people : Patients
        The table.

    Returns
    -------
    list of Finding
        ``saturated``, ``floor-values`` and ``zero-values``; each assay has one of the last two at most.

    Notes
    -----
    A pile holds at least 4 samples and 2% of those measured, and three times as many as the next value
    beyond it; so rounded levels make none. At zero the neighbours on both sides are counted together.
    """
    if people.n < ENOUGH:
        return []
    ordered = np.sort(people.levels, axis=0)
    measured = (~np.isnan(ordered)).sum(axis=0)
    varies = np.nanmax(ordered, axis=0, initial=-np.inf) > np.nanmin(ordered, axis=0, initial=np.inf)
    top, floor, zero = (
        varies & np.array([_is_pile(v[:m], at) for v, m in zip(ordered.T, measured, strict=True)], dtype=bool)
        for at in ("top", "floor", "zero")
    )
    above = "the largest level repeats: above the upper limit, or cut at one value"
    below = "the smallest level repeats: low values were replaced before delivery"
    filled = "exact zeros stand for something else: ask how missing values were filled"
    return [
        Finding("saturated", "warning", people.assays(top & ~zero), above, "assay"),
        Finding("floor-values", "warning", people.assays(floor & ~zero), below, "assay"),
        Finding("zero-values", "warning", people.assays(zero), filled, "assay"),
    ]


def capped_assays(people: Patients) -> list[Finding]:
    """Find assays with values that the laboratory marked as above their range.

    Parameters
    ----------
    people : Patients
        The table; ``layers["censored"]`` is +1 where a cell was marked so.

    Returns
    -------
    list of Finding
        ``above-range``.
    """
    if "censored" not in people.adata.layers:
        return []
    above = (np.asarray(people.adata.layers["censored"])[people.rows] > 0).any(axis=0)
    remedy = "the true level is higher than the one given; ask for a measurement at a higher dilution"
    return [Finding("above-range", "warning", people.assays(above), remedy, "assay")]


def _is_pile(ordered: np.ndarray, at: str) -> bool:
    """Say whether sorted levels pile up at their end, or at zero."""
    if not len(ordered):
        return False
    value = {"top": ordered[-1], "floor": ordered[0], "zero": 0.0}[at]
    low, high = np.searchsorted(ordered, value, "left"), np.searchsorted(ordered, value, "right")
    enough = high - low >= max(_FEWEST, _PILED_SHARE * len(ordered))
    return bool(enough) and high - low >= _TIMES * _neighbours(ordered, int(low), int(high))


def _neighbours(ordered: np.ndarray, low: int, high: int) -> int:
    """Count the samples at the next smaller and the next larger value."""
    below = low - int(np.searchsorted(ordered, ordered[low - 1], "left")) if low else 0
    above = int(np.searchsorted(ordered, ordered[high], "right")) - high if high < len(ordered) else 0
    return below + above
