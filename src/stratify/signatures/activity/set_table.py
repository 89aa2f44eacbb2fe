"""On what a score of each set stands: its members, their weight, and who vouches for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.signatures.activity.gene_sets import GeneSet, membership
from stratify.signatures.activity.method import Array, Members, Method
from stratify.signatures.activity.moments import moments


@dataclass(frozen=True, eq=False)
class ScoredSets:
    """Sets as a panel of assays measures them.

    Parameters
    ----------
    names, sources : tuple of str
        Of the sets, and where each comes from.
    listed : tuple of int
        Members of each, measured or not.
    unknown : tuple of str
        Names of members that stand for no known protein, in one text a set.
    inside : boolean array of shape (n_sets, n_proteins)
        Measured members.
    confidence : array of str, shape (n_sets, n_proteins)
        Of the measured members.
    """

    names: tuple[str, ...]
    sources: tuple[str, ...]
    listed: tuple[int, ...]
    unknown: tuple[str, ...]
    inside: NDArray[np.bool_]
    confidence: NDArray[np.str_]

    @classmethod
    def on(cls, sets: Sequence[GeneSet], assays: pd.DataFrame) -> ScoredSets:
        """Find sets on a panel (columns ``uniprot`` and ``gene``)."""
        inside, confidence = membership(sets, assays)
        return cls(
            tuple(named.name for named in sets),
            tuple(named.source for named in sets),
            tuple(len(named.proteins) for named in sets),
            tuple(" ".join(named.unknown) for named in sets),
            inside,
            confidence,
        )


def used_members(method: Method, levels: Array, members: Members) -> NDArray[np.bool_]:
    """Which members a method can use: that vary in the reference, and that are detectable, where it asks.

    Parameters
    ----------
    method : Method
        What it asks of a member.
    levels : array of shape (n, n_proteins)
        Of the reference people.
    members : Members
        Measured ones.

    Returns
    -------
    boolean array of shape (n_sets, n_proteins)
    """
    columns = np.flatnonzero(members.inside.any(axis=0))
    chosen = np.take(levels, columns, axis=1)
    usable = ~np.isnan(moments(chosen)[1]) if method.needs_spread else ~np.isnan(chosen).all(axis=0)
    if method.weighted:
        usable = usable & (members.weights[columns] > 0)
    used = np.zeros(members.inside.shape, dtype=bool)
    used[:, columns] = members.inside[:, columns] & usable
    return used


def set_table(
    method: Method,
    sets: ScoredSets,
    used: NDArray[np.bool_],
    *,
    weights: Array,
    counts: NDArray[np.int64],
    scores: Array,
) -> pd.DataFrame:
    """Describe each set.

    Parameters
    ----------
    method : Method
        How they were scored.
    sets : ScoredSets
        Which they are.
    used : boolean array of shape (n_sets, n_proteins)
        Members that the scores stand on.
    weights : array of shape (n_proteins,)
        Detectability.
    counts : integer array of shape (n_samples, n_sets)
        Used members that each sample has a level of.
    scores : array of shape (n_samples, n_sets)
        NaN where a sample is not scored.

    Returns
    -------
    DataFrame
        ``pathway, method, listed, measured, used, detectable_weight, verified_share, confidence, source,
        unknown, fewest_members, samples_on_fewer, samples_not_scored``. The verified share is by weight
        where the method has weights, and empty where the set does not say whence its members are known.
    """
    by = weights if method.weighted else np.ones_like(weights)
    rows = []
    for i, name in enumerate(sets.names):
        words = Counter(sets.confidence[i, used[i]].tolist())
        total = float(by[used[i]].sum())
        known = total > 0 and "" not in words
        size, count = int(used[i].sum()), counts[:, i]
        rows.append(
            {
                "pathway": name,
                "method": method.name,
                "listed": sets.listed[i],
                "measured": int(sets.inside[i].sum()),
                "used": size,
                "detectable_weight": float(weights[used[i]].sum()),
                "verified_share": float(by[used[i] & (sets.confidence[i] == "verified")].sum()) / total
                if known
                else np.nan,
                "confidence": ", ".join(f"{word or 'not stated'} {n}" for word, n in sorted(words.items())),
                "source": sets.sources[i],
                "unknown": sets.unknown[i],
                "fewest_members": int(count.min(initial=size)),
                "samples_on_fewer": int(((count < size) & (count > 0)).sum()),
                "samples_not_scored": int(np.isnan(scores[:, i]).sum()),
            }
        )
    return pd.DataFrame(rows)
