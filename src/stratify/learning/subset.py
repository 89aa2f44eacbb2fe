"""A model where some of its proteins were not measured: the same scores, against thresholds of their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.learning.domain import judge_handling
from stratify.learning.frozen import Batch, FrozenModel
from stratify.learning.thresholds import fit_thresholds
from stratify.signatures.gaps import fill_gaps


def on_subset(model: FrozenModel, present: NDArray[np.bool_]) -> FrozenModel:
    """Make the thresholds again from the kept people, as if only some proteins had been measured in them.

    A missing protein is filled with what the others lead to expect, which moves and reshapes the scores of
    everybody, so that thresholds of complete profiles no longer hold.

    Parameters
    ----------
    model : FrozenModel
        The trained model.
    present : boolean array of shape (n_proteins,)
        What was measured.

    Returns
    -------
    FrozenModel
        The very model where nothing with weight is missing, or where it keeps nobody: then a call is made
        only if next to nothing is missing (`score_batch`).
    """
    people = model.held_out
    if not people.known or (present | ~model.weighty).all():
        return model
    seen = np.isfinite(people.profiles) & present
    filled = fill_gaps(model.gaps, np.where(seen, people.profiles, np.nan))
    by_member = np.array([member.scorer.score(filled) for member in model.members])
    leak = judge_handling(model.handling, model.scorer.standardise(filled), seen)[0]
    told = pd.DataFrame({"patient": people.patient.astype(str), "group": people.groups, "leak": leak})
    against = fit_thresholds(people.table(by_member), [member.scorer for member in model.members], told)
    return replace(
        model,
        members=against.members,
        calibration=against.calibration,
        healthy=against.healthy,
        leak_effect=against.leak_effect,
    )


def by_pattern(model: FrozenModel, batch: Batch) -> list[tuple[NDArray[np.int_], FrozenModel, Batch]]:
    """Split patients by which of the proteins with weight they lack.

    Parameters
    ----------
    model : FrozenModel
        The trained model.
    batch : Batch
        Patients of one file.

    Returns
    -------
    list of (rows, FrozenModel, Batch)
        Places in the batch, the model with thresholds for these proteins, and the patients. What a patient
        gets depends on nobody else's pattern.
    """
    if np.isfinite(batch.profiles).all():
        return [(np.arange(len(batch.profiles)), model, batch)]
    measured = np.isfinite(batch.profiles) | ~model.weighty
    patterns: dict[bytes, list[int]] = {}
    for row, seen in enumerate(measured):
        patterns.setdefault(seen.tobytes(), []).append(row)
    for pattern, rows in patterns.items():
        if pattern not in model.on_fewer:
            model.on_fewer[pattern] = on_subset(model, measured[rows[0]])
    return [
        (np.array(rows), model.on_fewer[pattern], batch.of(np.array(rows)))
        for pattern, rows in patterns.items()
    ]
