"""What moves a patient's score, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.learning.frozen import FrozenModel
from stratify.learning.shared_credit import shared_credit
from stratify.signatures.gaps import fill_gaps

Array = NDArray[np.float64]

NAMED = 3


def score_sentences(
    model: FrozenModel, contributions: Array, *, names: Sequence[str], people: Array
) -> list[str]:
    """Say what raises and what lowers a score, and with whom the credit is shared.

    Parameters
    ----------
    model : FrozenModel
        The model.
    contributions : array of shape (n_proteins,)
        Shapley values of one patient's score.
    names : sequence of str, length n_proteins
        Of the proteins, as people read them.
    people : array of shape (n_people, n_proteins)
        Standardised profiles of the people whom the model keeps (`kept_people`).

    Returns
    -------
    list of str
        Two sentences, and a third where a leading protein goes together with another among the people whom
        the model keeps.
    """
    order = np.argsort(-np.abs(contributions), kind="stable")
    raising = [i for i in order if contributions[i] > 0][:NAMED]
    lowering = [i for i in order if contributions[i] < 0][:NAMED]
    sums = pd.Series(contributions).groupby(model.assays["pathway"].to_numpy()).sum()
    first = f"Raised most by {_with_values(names, contributions, raising)}; "
    first += f"lowered most by {_with_values(names, contributions, lowering)}."
    lead = str(sums.abs().idxmax())
    second = f"By pathway, {lead.replace('_', ' ')} counts most ({sums[lead]:+.2f})."
    return [first, second, *_shared(people, np.array(names), raising + lowering)]


def _with_values(names: Sequence[str], values: Array, places: Sequence[np.int64]) -> str:
    return ", ".join(f"{names[int(i)]} ({values[i]:+.2f})" for i in places) or "nothing"


def kept_people(model: FrozenModel) -> Array:
    """Standardise the people whom a model keeps.

    Parameters
    ----------
    model : FrozenModel
        The model.

    Returns
    -------
    array of shape (n_people, n_proteins)
        Gaps filled, in healthy SDs; no row where the model keeps nobody.
    """
    kept = model.held_out
    if not kept.known:
        return np.empty((0, len(model.assays)))
    return model.scorer.standardise(fill_gaps(model.gaps, kept.profiles))


def _shared(people: Array, names: NDArray[np.str_], places: list[np.int64]) -> list[str]:
    pairs = shared_credit(people, names, np.array(places, dtype=np.int64)) if len(people) else []
    if not pairs:
        return []
    told = ", ".join(f"{row['protein']} with {row['partner']} ({row['correlation']:.2f})" for row in pairs)
    return [f"Proteins that go together among the training people share their credit: {told}."]
