"""How much wider the answer becomes the less is known of the batch."""

from __future__ import annotations

import numpy as np
import pandas as pd

from stratify.assays.harmonise.offset_error import UNANCHORED_ERROR, VENDOR_ERROR, planned_error
from stratify.learning.frozen import Batch, FrozenModel
from stratify.learning.score_error import batch_error, magnitude_reach, offset_variance
from stratify.learning.scores import Scores

PLANNED_BRIDGES = 8  # the fewest that the vendor recommends for Target 96
AS_IT_IS = "as it is"
_ASSUMED = {"bridge": planned_error(PLANNED_BRIDGES), "vendor": VENDOR_ERROR, "none": UNANCHORED_ERROR}
_IF = {
    "bridge": f"{{:.2f}} if {PLANNED_BRIDGES} bridge samples lay on the plate and repeated as the vendor's "
    "validation says",
    "vendor": "{:.2f} if only the vendor's own normalisation were known",
    "none": "{:.2f} if nothing were known of the batch, and then no call would be made",
}
_POSSIBLE = (
    "What is possible: the score, its direction and an interval. What is not: a call. How far the batch "
    "lies off can not be taken from the patients themselves: centred on its own file a lone patient becomes "
    "zero, and a group loses what it has in common."
)


def half_widths(model: FrozenModel, batch: Batch, scores: Scores) -> pd.DataFrame:
    """Give half the width of each magnitude's 90% interval as the batch is, and as it would be otherwise.

    Parameters
    ----------
    model : FrozenModel
        The trained model.
    batch : Batch
        Patients of one file.
    scores : Scores
        Their scores.

    Returns
    -------
    DataFrame of shape (n, 4)
        Healthy SDs in columns ``as it is``, ``bridge`` (8 samples that repeat as the vendor's validation
        says), ``vendor`` and ``none``; NaN where too little was measured or there are no healthy people.
    """
    n, p = scores.filled.shape
    widths = pd.DataFrame(np.nan, range(n), [AS_IT_IS, *_ASSUMED])
    if not model.healthy.known:
        return widths
    now = offset_variance(model, batch_error(batch), scores.filled, scores.score)
    refits = np.maximum(scores.error**2 - now, 0.0)
    widths[AS_IT_IS] = magnitude_reach(model, scores.error)
    for kind, error in _ASSUMED.items():
        other = offset_variance(model, np.full(p, error), scores.filled, scores.score)
        widths[kind] = magnitude_reach(model, np.sqrt(refits + other))
    widths.loc[~(scores.weight_covered >= model.rule.least_weight_covered)] = np.nan
    return widths


def widening_sentences(anchored: pd.Series, widths: pd.DataFrame) -> list[str]:
    """Say what the batch of a file allows, and what it costs.

    Parameters
    ----------
    anchored : Series of str, shape (n,)
        How each patient's batch offset is known.
    widths : DataFrame of shape (n, 4)
        As from `half_widths`, in the same order.

    Returns
    -------
    list of str
        One text for each kind of anchor in the file.
    """
    texts = []
    for kind in dict.fromkeys(anchored):
        part = widths[(anchored == kind).to_numpy()].dropna()
        text = _cost(kind, part) if len(part) else ""
        texts.append(" ".join(filter(None, [text, _POSSIBLE if kind == "none" else ""])))
    return [text for text in texts if text]


def _cost(kind: str, part: pd.DataFrame) -> str:
    middle = part.median()
    whom = "of the patient" if len(part) == 1 else f"in the median of {len(part)} patients"
    known = {"bridge", "controls"} if kind in ("bridge", "controls") else {kind}
    others = [words.format(middle[name]) for name, words in _IF.items() if name not in known]
    return (
        f"Half the width of the magnitude's 90% interval, {whom}: {middle[AS_IT_IS]:.2f} healthy standard "
        f"deviations. It would be {'; '.join(others)}."
    )
