"""Levels that drift with the time since the samples were taken."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from stratify.assays.checks.patients import Patients, one_row_each
from stratify.assays.checks.ranks import centred_ranks, correlation_p, discovered, strata_of
from stratify.assays.dates import parse_days
from stratify.assays.finding import Finding

_FEWEST = 20  # samples with a time
_FALSE_ALARM = 0.05


def drifting_assays(people: Patients) -> list[Finding]:
    """Find assays whose levels follow the time in the freezer or the date of collection.

    Parameters
    ----------
    people : Patients
        The table, with ``freezer_time`` or ``collection_datetime``.

    Returns
    -------
    list of Finding
        ``storage-drift``, one a column.

    Notes
    -----
    Rank correlation within groups, at a false discovery rate of 5% over the number of columns. Samples of one
    patient at one time count once, by their mean, and degrees of freedom count patients.
    """
    found, times = [], dict(_times(people))
    for name, time in times.items():
        known = np.flatnonzero(np.isfinite(time))
        levels, first = one_row_each(people.levels[known], people.patient_and(time)[known])
        known = known[first]
        strata = strata_of(people.column("group")[known])
        ranks = centred_ranks(levels, strata)
        clock = centred_ranks(time[known, None], strata)[:, 0]
        freedom = len(set(people.patients[known])) - int(strata.max()) - 2
        drifts = discovered(correlation_p(ranks, clock, freedom), _FALSE_ALARM / len(times))
        remedy = (
            f"levels follow {name!r} within groups: adjust for it, or compare samples of the same age only"
        )
        found.append(Finding("storage-drift", "warning", people.assays(drifts), remedy, "assay"))
    return found


def _times(people: Patients) -> Iterator[tuple[str, np.ndarray]]:
    """Columns of time as numbers, where enough samples have one and it differs between them."""
    for name in ("freezer_time", "collection_datetime"):
        words = pd.Series(people.column(name))
        if name == "freezer_time":
            time = pd.to_numeric(words, errors="coerce").to_numpy(dtype=float)
        else:
            time = parse_days(words)
        known = np.isfinite(time)
        groups = len(set(people.column("group")[known]))
        if known.sum() >= _FEWEST + groups and len(set(time[known])) > 2:
            yield name, time
