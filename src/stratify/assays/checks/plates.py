"""Plates that lie higher or lower than the others."""

from __future__ import annotations

import numpy as np
import pandas as pd

from stratify.assays.checks.patients import Patients, one_row_each
from stratify.assays.checks.ranks import centred_ranks, discovered, plate_shifts, strata_of
from stratify.assays.finding import Finding
from stratify.assays.plates import by_panel

_FEWEST = 5  # samples on a plate, and off it
_FALSE_ALARM = 0.05  # chance that any plate of a table is named without cause
_SHARE = 0.1  # of the assays of a panel that must be shifted
_SIZE = 0.3  # SDs between samples: smaller shifts are told by the probes, not here


def shifted_plates(people: Patients) -> list[Finding]:
    """Find plates whose samples differ from those of the other plates in many assays.

    Parameters
    ----------
    people : Patients
        The table.

    Returns
    -------
    list of Finding
        ``plate-shift``; the items are plates, with the panel where panels lie on plates of their own.

    Notes
    -----
    Rank sums of the samples of a plate against the others, within groups where groups are known; a plate is
    named when at least a tenth of a panel's assays (and three) are shifted at a false discovery rate of 5%
    over the number of plates, by .3 SDs in the median, against the other samples and against the median
    plate (the others differ from one that is shifted, too). A plate that holds one group of its own cannot
    be judged. Samples of one patient on one plate count once, by their mean.
    """
    panels = people.described("panel")
    plate = by_panel(people.adata.obs[people.rows], "plate", list(dict.fromkeys(panels)))
    group = people.column("group")
    several = any(f"plate@{panel}" in people.adata.obs for panel in plate.columns)
    named: list[str] = []
    for panel, columns in _batches(plate, panels, several=several):
        words = plate[panel].to_numpy(dtype=object)
        where = f" ({panel})" if several else ""
        levels = people.levels if columns.all() else people.levels[:, columns]
        levels, first = one_row_each(levels, people.patient_and(words))
        named += [f"{word}{where}" for word in _shifted(levels, words[first], group[first])]
    remedy = "put the plates on one level through controls or bridges, and look at who is on which plate"
    return [Finding("plate-shift", "warning", tuple(named), remedy, "table")]


def _batches(plate: pd.DataFrame, panels: np.ndarray, *, several: bool) -> list[tuple[str, np.ndarray]]:
    """Panels with the columns of their assays; one for all where all lie on the same plates."""
    if several:
        return [(panel, panels == panel) for panel in plate.columns]
    return [(plate.columns[0], np.ones(len(panels), dtype=bool))] if len(plate.columns) else []


def _shifted(levels: np.ndarray, plate: np.ndarray, group: np.ndarray) -> list[str]:
    """Names of the plates that are shifted."""
    known = plate != ""
    words, number, count = np.unique(plate[known].astype(str), return_inverse=True, return_counts=True)
    judged = np.flatnonzero((count >= _FEWEST) & (count <= known.sum() - _FEWEST))
    if not len(judged):
        return []
    strata = strata_of(group[known])
    ranks = centred_ranks(levels if known.all() else levels[known], strata)
    shift, p = plate_shifts(ranks, number, strata)
    size = np.minimum(np.abs(shift), np.abs(shift - np.median(shift[judged], axis=0)))
    named = []
    for i in judged:
        found = discovered(p[i], _FALSE_ALARM / len(judged))
        if found.sum() >= max(3, _SHARE * len(found)) and np.median(size[i, found]) >= _SIZE:
            named.append(str(words[i]))
    return named
