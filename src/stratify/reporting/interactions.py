"""Pairs of features that act together in boosted trees."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from stratify.learning.scorers import Scorer
from stratify.reporting.explain import Explanation

N_PAIRS = 5
MOST_PEOPLE = 100


def leading_pairs(explanation: Explanation, scorer: Scorer) -> list[dict[str, Any]]:
    """Name the pairs with the largest mean effect among the learned people.

    Parameters
    ----------
    explanation : Explanation
        Of a boosted model.
    scorer : Scorer
        Its trees.

    Returns
    -------
    list of dict
        ``first``, ``second`` (proteins, or means of a pathway) and ``share`` (of the mean absolute effects of
        all pairs), largest first; at most five, from at most a hundred people.

    References
    ----------
    Lundberg et al., Nat Mach Intell 2020, doi:10.1038/s42256-019-0138-9 (interaction values of trees).
    """
    rows = explanation.filled[explanation.learned][:MOST_PEOPLE]
    size = 2 * np.abs(scorer.interactions(rows)).mean(axis=0)
    upper = np.triu(size, k=1)
    total = float(upper.sum())
    names = feature_names(explanation.proteins, scorer)
    found = []
    for flat in np.argsort(-upper, axis=None, kind="stable")[:N_PAIRS]:
        first, second = np.unravel_index(flat, upper.shape)
        if upper[first, second] > 0:
            share = float(upper[first, second]) / total
            found.append({"first": names[first], "second": names[second], "share": share})
    return found


def feature_names(proteins: pd.DataFrame, scorer: Scorer) -> list[str]:
    """Name what the trees see: proteins, then means of pathways.

    Parameters
    ----------
    proteins : DataFrame
        Columns ``protein`` and ``pathway``.
    scorer : Scorer
        Of boosted trees.

    Returns
    -------
    list of str
    """
    pathway = proteins["pathway"]
    means = [
        str(pathway[row > 0].mode().iloc[0]) if (row > 0).any() else "no protein" for row in scorer.pathways
    ]
    return [*proteins["protein"].astype(str), *(f"mean of {name}" for name in means)]
