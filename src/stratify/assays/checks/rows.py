"""Rows: repeated ids, rows without a single level, the laboratory's own rows."""

from __future__ import annotations

import numpy as np

from stratify.assays.checks.patients import Patients
from stratify.assays.finding import Finding
from stratify.assays.sample_names import is_ambiguous
from stratify.errors import listed

_FEWEST_OF_A_PANEL = 3  # assays that are missing together
_LEAST_OF_ALL = 0.2  # of the assays


def repeated_ids(people: Patients) -> list[Finding]:
    """Find ids that several patients' samples have.

    Parameters
    ----------
    people : Patients
        The table.

    Returns
    -------
    list of Finding
        ``duplicate-sample``.
    """
    repeated = tuple(dict.fromkeys(people.named(people.ids.duplicated(keep=False))))
    remedy = "give each tube its own id, or remove the repeated rows"
    return [Finding("duplicate-sample", "error", repeated, remedy)]


def silent_samples(people: Patients) -> list[Finding]:
    """Find samples without a single level.

    Parameters
    ----------
    people : Patients
        The table.

    Returns
    -------
    list of Finding
        ``all-missing-sample``.
    """
    silent = people.named(np.isnan(people.levels).all(axis=1))
    remedy = "remove the samples, or ask for a new export"
    return [Finding("all-missing-sample", "error", silent, remedy)]


def unmeasured_panels(people: Patients) -> list[Finding]:
    """Find samples without a single level of a panel that others were measured on.

    Parameters
    ----------
    people : Patients
        The table.

    Returns
    -------
    list of Finding
        ``missing-panel``, one a panel; samples without any level at all are `silent_samples`.

    Notes
    -----
    Where a file names no panels, three or more assays, and at least a fifth of all, that are missing in the
    very same samples count as one.
    """
    missing, panel = np.isnan(people.levels), people.described("panel")
    silent, found = missing.all(axis=1), []
    panels = {f"on panel {name!r}": panel == name for name in sorted(set(panel) - {""})}
    for name, assays in (panels or _missing_together(missing, people)).items():
        absent = missing[:, assays].all(axis=1) & ~silent
        if not absent.all():
            ask = "was a plate's file forgotten, or an id written differently?"
            found.append(
                Finding("missing-panel", "warning", people.named(absent), f"not measured {name}: {ask}")
            )
    return found


def _missing_together(missing: np.ndarray, people: Patients) -> dict[str, np.ndarray]:
    """Find sets of assays that are missing in the same samples, by their names."""
    gaps = np.flatnonzero(missing.any(axis=0) & ~missing.all(axis=0)).tolist()
    together: dict[bytes, list[int]] = {}
    for j in gaps:
        together.setdefault(missing[:, j].tobytes(), []).append(j)
    fewest = max(_FEWEST_OF_A_PANEL, _LEAST_OF_ALL * missing.shape[1])
    every = np.arange(missing.shape[1])
    sets = [np.isin(every, columns) for columns in together.values() if len(columns) >= fewest]
    return {f"for {listed(people.assays(assays))}": assays for assays in sets}


def laboratory_rows(people: Patients) -> list[Finding]:
    """Name controls and bridges, and people whose names look like a control's.

    Parameters
    ----------
    people : Patients
        The table.

    Returns
    -------
    list of Finding
        ``control-rows`` and ``control-name``.
    """
    controls = tuple(str(name) for name in people.adata.obs_names[~people.rows])
    unclear = tuple(str(name) for name in people.ids if is_ambiguous(str(name)))
    kept = "laboratory controls and bridges are used for plate offsets and left out of learning"
    taken = "taken as people; if they are laboratory controls, say so in a column sample_type"
    return [
        Finding("control-rows", "info", controls, kept),
        Finding("control-name", "warning", unclear, taken),
    ]
