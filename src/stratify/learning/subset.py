"""A model where some of its proteins were not measured: the same scores, against thresholds of their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from stratify.learning.domain import judge_handling
from stratify.learning.frozen import Batch, FrozenModel
from stratify.learning.thresholds import fit_thresholds
from stratify.signatures.gaps import fill_alike, rows_alike


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
    filled = fill_alike(model.gaps, np.where(seen, people.profiles, np.nan))
    scorers = [member.scorer for member in model.members]
    leak = judge_handling(model.handling, model.scorer.standardise(filled), seen)[0]
    against = fit_thresholds(people.scores(scorers, filled), people, scorers, leak=leak)
    return replace(
        model,
        members=against.members,
        calibration=against.calibration,
        healthy=against.healthy,
        leak_effect=against.leak_effect,
    )


def by_pattern(model: FrozenModel, batch: Batch) -> list[tuple[NDArray[np.intp], FrozenModel, Batch]]:
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
    split = []
    for rows in rows_alike(measured):
        seen = measured[rows[0]]
        if seen.tobytes() not in model.on_fewer:
            model.on_fewer[seen.tobytes()] = on_subset(model, seen)
        split.append((rows, model.on_fewer[seen.tobytes()], batch.of(rows)))
    return split
