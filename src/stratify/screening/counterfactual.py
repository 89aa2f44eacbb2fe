"""Which single protein, at a plausible level, would undo a flag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from stratify.assays.proteins.matching import display_names
from stratify.learning.frozen import Batch, FrozenModel
from stratify.learning.scores import Scores, score_batch

Array = NDArray[np.float64]

CANDIDATES, NAMED, STEPS = 12, 3, 12
UNKNOWN = "Not computed: the model keeps no people, so no plausible range is known."


def counterfactuals(model: FrozenModel, batch: Batch, scores: Scores) -> list[str]:
    """Look for the smallest change of one protein that would undo each flag.

    Only levels between the lowest and the highest of the training people are tried, one protein at a time,
    all others as measured; the call is made again by the whole rule. A protein counts where every level
    beyond the named one undoes the flag. It is a statement about the model, not about what a
    treatment would do.

    Parameters
    ----------
    model : FrozenModel
        The model.
    batch : Batch
        Patients.
    scores : Scores
        Their scores.

    Returns
    -------
    list of str
        One sentence a patient, "" where there is no flag.

    References
    ----------
    Wachter et al., Harv J Law Technol 2018, arXiv:1711.00399 (counterfactual explanations).
    """
    flagged = [decision.call == model.rule.positive_call for decision in scores.decisions]
    if not any(flagged):
        return [""] * len(flagged)
    if not model.held_out.known:
        return [UNKNOWN if flag else "" for flag in flagged]
    contributions = model.scorer.contributions(scores.filled, model.background)
    return [
        _sentence(model, undoing(model, batch, i, contributions[i])) if flag else ""
        for i, flag in enumerate(flagged)
    ]


def undoing(model: FrozenModel, batch: Batch, i: int, contributions: Array) -> list[tuple[int, float, float]]:
    """Find the levels of single proteins from which on a patient would not be flagged.

    Parameters
    ----------
    model : FrozenModel
        That keeps its people.
    batch : Batch
        Patients.
    i : int
        Place of the patient.
    contributions : array of shape (n_proteins,)
        Shapley values of the patient; the twelve largest that are measured are tried.

    Returns
    -------
    list of (int, float, float)
        Place of the protein, its level, and the level from which on the flag falls; the smallest change, in
        healthy SDs, first.
    """
    level = batch.profiles[i]
    low, high = np.nanmin(model.held_out.profiles, axis=0), np.nanmax(model.held_out.profiles, axis=0)
    measured = np.isfinite(level) & np.isfinite(low)
    order = np.argsort(-np.abs(np.where(measured, contributions, 0.0)), kind="stable")[:CANDIDATES]
    ends = [(int(j), float(end)) for j in order if measured[j] for end in (low[j], high[j])]
    ends = [(j, end) for j, end in ends if (end - level[j]) * contributions[j] < 0]
    fallen = ~_flagged(model, batch, i, ends)
    spans = [(j, float(level[j]), end) for (j, end), fell in zip(ends, fallen, strict=True) if fell]

    def size(span: tuple[int, float, float]) -> float:
        """Change in healthy SDs."""
        return abs(span[2] - float(level[span[0]])) / float(model.scorer.scale[span[0]])

    coarse = sorted(_narrowed(model, batch, i, spans), key=size)[:NAMED]
    found = sorted(_narrowed(model, batch, i, coarse), key=size)
    return [(j, float(level[j]), bound) for j, _, bound in found]


def _narrowed(
    model: FrozenModel, batch: Batch, i: int, spans: Sequence[tuple[int, float, float]]
) -> list[tuple[int, float, float]]:
    """Cut each span, from a level that is flagged to one that is not, to a twelfth of its length."""
    grids = [np.linspace(start, end, STEPS + 1) for _, start, end in spans]
    tried = [(j, float(value)) for (j, _, _), grid in zip(spans, grids, strict=True) for value in grid]
    flagged = _flagged(model, batch, i, tried).reshape(len(spans), STEPS + 1)
    found = []
    for (j, _, _), grid, held in zip(spans, grids, flagged, strict=True):
        last = int(np.flatnonzero(held).max(initial=0))
        found.append((j, float(grid[last]), float(grid[last + 1])))
    return found


def _flagged(
    model: FrozenModel, batch: Batch, i: int, changes: Sequence[tuple[int, float]]
) -> NDArray[np.bool_]:
    """Whether the patient is flagged under each change of one protein (n_changes,)."""
    if not changes:
        return np.zeros(0, dtype=bool)
    alone = batch.of(np.full(len(changes), i, dtype=np.int64))
    profiles = alone.profiles.copy()
    for row, (j, value) in enumerate(changes):
        profiles[row, j] = value
    decisions = score_batch(model, replace(alone, profiles=profiles)).decisions
    return np.array([decision.call == model.rule.positive_call for decision in decisions])


def _sentence(model: FrozenModel, found: Sequence[tuple[int, float, float]]) -> str:
    call = model.rule.positive_call
    if not found:
        return (
            "No single protein, at any level that the training people have, would undo the call "
            f"{call}; it rests on several."
        )
    names = display_names(model.assays)
    told = [
        f"{names[j]} were {_beyond(own, bound)} {model.scale} (it is {own:.1f})"
        for j, own, bound in found[:NAMED]
    ]
    return f"Would not be called {call} if {', or '.join(told)}, all else as it is."


def _beyond(own: float, bound: float) -> str:
    """Word a bound, rounded to the side on which the flag is undone."""
    if bound < own:
        return f"below {np.floor(10 * bound) / 10:.1f}"
    return f"above {np.ceil(10 * bound) / 10:.1f}"
