"""The calls of target people had no handling-sensitive protein been measured in them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from stratify.learning.frozen import Batch, FrozenModel
from stratify.learning.scores import score_batch
from stratify.learning.subset import by_pattern
from stratify.signatures.pathways import HANDLING, members


@dataclass(frozen=True)
class HandlingFree:
    """What becomes of the calls without the pre-analytical proteins, against thresholds of the rest.

    Parameters
    ----------
    proteins : int
        Assays that are left out.
    weight : float
        Their share of the score's weight.
    changed, lost, gained : int
        People whose call is another; positive calls that fall, and that are new.
    """

    proteins: int
    weight: float
    changed: int
    lost: int
    gained: int


def calls_without_handling(model: FrozenModel, batch: Batch) -> HandlingFree | None:
    """Call people again with the pre-analytical proteins taken as not measured; nothing is learned again.

    The share of the weight that must be measured is not asked for; the handling check has nothing to judge.

    Parameters
    ----------
    model : FrozenModel
        The trained model.
    batch : Batch
        People.

    Returns
    -------
    HandlingFree or None
        None where the model has no such protein, or keeps nobody to make thresholds from.
    """
    chosen = members(HANDLING, model.assays)
    if not chosen.any() or not model.held_out.known:
        return None
    free = replace(model, rule=replace(model.rule, least_weight_covered=0.0))
    lacking = replace(batch, profiles=np.where(chosen, np.nan, batch.profiles))
    usual, without = _calls(model, batch), _calls(free, lacking)
    flag = model.rule.positive_call
    return HandlingFree(
        int(chosen.sum()),
        float(model.scorer.importance()[chosen].sum()),
        int((usual != without).sum()),
        int(((usual == flag) & (without != flag)).sum()),
        int(((usual != flag) & (without == flag)).sum()),
    )


def _calls(model: FrozenModel, batch: Batch) -> np.ndarray:
    calls = np.full(len(batch.profiles), "", dtype=object)
    for rows, fitting, part in by_pattern(model, batch):
        calls[rows] = [decision.call for decision in score_batch(fitting, part).decisions]
    return calls
