"""What moves a patient's score, in sentences."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.assays.proteins.matching import display_names
from stratify.learning.frozen import FrozenModel
from stratify.learning.shared_credit import shared_credit
from stratify.signatures.gaps import fill_gaps

Array = NDArray[np.float64]

NAMED = 3


def score_sentences(model: FrozenModel, contributions: Array) -> list[str]:
    """Say what raises and what lowers a score, and with whom the credit is shared.

    Parameters
    ----------
    model : FrozenModel
        The model.
    contributions : array of shape (n_proteins,)
        Shapley values of one patient's score.

    Returns
    -------
    list of str
        Two sentences, and a third where a leading protein goes together with another among the people whom
        the model keeps.
    """
    names = np.array(display_names(model.assays))
    order = np.argsort(-np.abs(contributions), kind="stable")
    raising = [i for i in order if contributions[i] > 0][:NAMED]
    lowering = [i for i in order if contributions[i] < 0][:NAMED]
    sums = pd.Series(contributions).groupby(model.assays["pathway"].to_numpy()).sum()
    first = f"Raised most by {_with_values(names, contributions, raising)}; "
    first += f"lowered most by {_with_values(names, contributions, lowering)}."
    lead = str(sums.abs().idxmax())
    second = f"By pathway, {lead.replace('_', ' ')} counts most ({sums[lead]:+.2f})."
    return [first, second, *_shared(model, names, raising + lowering)]


def _with_values(names: NDArray[np.str_], values: Array, places: list[np.int64]) -> str:
    return ", ".join(f"{names[i]} ({values[i]:+.2f})" for i in places) or "nothing"


def _shared(model: FrozenModel, names: NDArray[np.str_], places: list[np.int64]) -> list[str]:
    kept = model.held_out
    if not kept.known:
        return []
    profiles = model.scorer.standardise(fill_gaps(model.gaps, kept.profiles))
    pairs = shared_credit(profiles, names, np.array(places, dtype=np.int64))
    if not pairs:
        return []
    told = ", ".join(f"{row['protein']} with {row['partner']} ({row['correlation']:.2f})" for row in pairs)
    return [f"Proteins that go together among the training people share their credit: {told}."]
