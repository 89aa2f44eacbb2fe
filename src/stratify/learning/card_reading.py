"""What a total of points says: likelihood ratio and call, from out-of-fold totals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.learning.calibration import Platt, fit_platt
from stratify.learning.decision import Healthy
from stratify.learning.thresholds import healthy_reference

Array = NDArray[np.float64]

LIMIT_TAIL = 0.05  # one-sided, of the upper bound that a "not" needs


@dataclass(frozen=True)
class CardReading:
    """How totals are read.

    Parameters
    ----------
    most : int
        Largest total.
    flag_from : int or None
        Smallest total that is flagged; None where no total is rare enough.
    not_up_to : int or None
        Largest total that is called "not"; None where none is clearly below.
    calibration : Platt
        From totals to log-odds, and so to likelihood ratios.
    sensitivity, false_flags : float
        Share of the out-of-fold totals of the diseased and of the others that are flagged.
    """

    most: int
    flag_from: int | None
    not_up_to: int | None
    calibration: Platt
    sensitivity: float
    false_flags: float

    def likelihood_ratio(self, total: float) -> float:
        """How much likelier a total is with the disease than without."""
        return float(np.exp(self.calibration.log_likelihood_ratio(np.array([total]))[0]))

    def call(self, total: float, positive: str) -> str:
        """Word of a total: ``<positive>-like``, ``not <positive>-like`` or ``indeterminate``."""
        if self.flag_from is not None and total >= self.flag_from:
            return f"{positive}-like"
        if self.not_up_to is not None and total <= self.not_up_to:
            return f"not {positive}-like"
        return "indeterminate"


def read_totals(
    scores: pd.DataFrame,
    patient_of: Mapping[str, str],
    most: int,
    *,
    alpha: float,
    healthy_tail: float,
    smallest_size: float,
) -> CardReading:
    """Find the totals that may be flagged or called "not", by the rule of `decide`.

    A flag needs a one-sided conformal p of at most `alpha` against the people without the disease, and a
    total beyond the t-predictive bound of the healthy. A "not" needs the upper bound of the magnitude below
    the smallest relevant size. All from totals outside the fold that chose the proteins.

    Parameters
    ----------
    scores : DataFrame
        Out-of-fold totals of one size, as in ``Evaluation.predictions``.
    patient_of : mapping of str to str
        Patient of each sample.
    most : int
        Largest total of the final card.
    alpha, healthy_tail, smallest_size : float
        As in the definition.

    Returns
    -------
    CardReading
        Without healthy people there is neither a flag nor a "not".
    """
    labelled = scores[scores["label"] >= 0]
    weights = np.full(len(labelled), 1.0 / scores["repeat"].nunique())
    totals, y = labelled["score"].to_numpy(), labelled["label"].to_numpy()
    wide = scores.pivot(index="repeat", columns="sample_id", values="score")
    people = scores.drop_duplicates("sample_id").set_index("sample_id").loc[wide.columns]
    healthy = healthy_reference(
        wide.to_numpy(),
        people["label"].to_numpy(),
        people["reference"].to_numpy(dtype=bool),
        np.array([patient_of[str(sample)] for sample in wide.columns]),
    )
    every = np.arange(most + 1.0)
    p = _p_values(labelled[labelled["label"] == 0], every)
    flag = _lowest((p <= alpha) & _beyond(healthy, every, healthy_tail))
    clear = _below(healthy, every, smallest_size)
    flagged = totals >= (np.inf if flag is None else flag)
    return CardReading(
        most,
        flag,
        int(every[clear].max()) if clear.any() else None,
        fit_platt(totals, y, weights),
        float(flagged[y == 1].mean()),
        float(flagged[y == 0].mean()),
    )


def _p_values(negatives: pd.DataFrame, every: Array) -> Array:
    """Share of negatives at or above each total, mean over repeats."""
    parts = [np.sort(part["score"].to_numpy()) for _, part in negatives.groupby("repeat")]
    return np.mean(
        [(1 + len(own) - np.searchsorted(own, every, side="left")) / (1 + len(own)) for own in parts], axis=0
    )


def _beyond(healthy: Healthy, every: Array, tail: float) -> NDArray[np.bool_]:
    if not healthy.known:
        return np.zeros(len(every), dtype=bool)
    return np.asarray((every - healthy.mean) / healthy.sd > healthy.reach(tail))


def _below(healthy: Healthy, every: Array, size: float) -> NDArray[np.bool_]:
    if not healthy.known:
        return np.zeros(len(every), dtype=bool)
    high = (every - healthy.mean) / healthy.sd + healthy.reach(LIMIT_TAIL)
    return np.asarray(high < healthy.in_sds(size))


def _lowest(fits: NDArray[np.bool_]) -> int | None:
    """Smallest total from which all fit."""
    from_here = np.flatnonzero(np.logical_and.accumulate(fits[::-1])[::-1])
    return int(from_here[0]) if len(from_here) else None
