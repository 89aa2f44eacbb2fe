"""How much of a model stays when other people are drawn: its proteins, and each person's side of the cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]

N_LEADING = 15


@dataclass(frozen=True)
class Stability:
    """Agreement of refits; each fold's model learned from another part of the people.

    Parameters
    ----------
    refits : int
        Models that are compared.
    leading : int
        Proteins that count as leading in each of them.
    agreement : float
        Of the leading proteins, corrected for chance: 1 where every refit has the same, 0 where they are as
        alike as random draws.
    kept : array of shape (n_proteins,)
        Share of the refits in which each protein leads.
    same_side : float
        Mean over people of the share of repeats in which a person falls on the side of the cut on which he or
        she falls most often; NaN with one repeat.
    unsure : float
        Share of people who change the side in at least one repeat; NaN with one repeat.
    """

    refits: int
    leading: int
    agreement: float
    kept: Array
    same_side: float
    unsure: float


def stability(
    weights: Sequence[Array], scores: pd.DataFrame, *, cut: float, leading: int = N_LEADING
) -> Stability:
    """Compare refits.

    Refits of cross-validation share most of their people, so they agree more than models of other studies
    would. No interval is given, since none was measured to cover.

    Parameters
    ----------
    weights : sequence of arrays of shape (n_proteins,)
        Importance of the proteins in each refit, at least 0.
    scores : DataFrame
        Out-of-fold scores of one family: ``repeat, sample_id, score``.
    cut : float
        Score above which a person is on the positive side.
    leading : int, default 15
        Proteins that count; fewer where a refit uses fewer.

    Returns
    -------
    Stability

    References
    ----------
    Nogueira et al., J Mach Learn Res 2018, vol 18 no 174 (the corrected agreement).
    """
    table = np.array(weights)
    used = int((table > 0).sum(axis=1).min())
    leading = min(leading, max(used, 1))
    chosen = np.zeros(table.shape, dtype=bool)
    first = np.argsort(-table, axis=1, kind="stable")[:, :leading]
    np.put_along_axis(chosen, first, values=True, axis=1)
    sides = scores.assign(above=scores["score"] > cut).groupby("sample_id")["above"].mean().to_numpy()
    repeated = scores["repeat"].nunique() > 1
    return Stability(
        len(table),
        leading,
        _agreement(chosen),
        chosen.mean(axis=0),
        float(np.maximum(sides, 1 - sides).mean()) if repeated else float("nan"),
        float(((sides > 0) & (sides < 1)).mean()) if repeated else float("nan"),
    )


def _agreement(chosen: NDArray[np.bool_]) -> float:
    refits, n_proteins = chosen.shape
    share = chosen.mean(axis=0)
    size = chosen.sum(axis=1).mean() / n_proteins
    if refits < 2 or size in (0.0, 1.0):
        return float("nan")
    spread = refits / (refits - 1) * share * (1 - share)
    return float(1 - spread.mean() / (size * (1 - size)))
