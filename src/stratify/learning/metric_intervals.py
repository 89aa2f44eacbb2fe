"""Intervals of figures beside the AUC, for the model of all people in new people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binomtest, t

from stratify.learning.metrics import corrected_error
from stratify.learning.performance import THRESHOLDS, net_benefit_at
from stratify.learning.ranking import average_precision

Array = NDArray[np.float64]
Labels = NDArray[np.int64]
Figure = Callable[[Labels, Array, Array], float]  # of labels, scores and probabilities

AVERAGE_PRECISION, BRIER = "average_precision", "brier"
WITHIN_1 = (AVERAGE_PRECISION, BRIER)


def net_benefit_name(bound: float) -> str:
    """Name of the net benefit at a threshold probability among `FIGURES`."""
    return f"net_benefit_at_{bound:g}"


def _net_benefit(bound: float, y: Labels, _: Array, probability: Array) -> float:
    return net_benefit_at(y, probability, bound)[0]


FIGURES: Mapping[str, Figure] = {
    AVERAGE_PRECISION: lambda y, score, _: average_precision(y, score),
    BRIER: lambda y, _, probability: float(((probability - y) ** 2).mean()),
    **{net_benefit_name(bound): partial(_net_benefit, bound) for bound in THRESHOLDS},
}


def metric_intervals(
    predictions: pd.DataFrame, fewer: pd.DataFrame, n_folds: int
) -> dict[str, tuple[float, float]]:
    """95% intervals of `FIGURES` from out-of-fold scores of models of the folds, and of fewer people.

    A figure of all people becomes one value a fold by leaving the fold out (pseudo-values of the jackknife),
    so that training and test people both vary. What a fold more would bring is added as in
    ``Evaluation.grown_aucs``, and the variance over folds is corrected as for the AUC. An interval holds the
    figure itself, and that of the average precision is no narrower than a share of as many positives.

    Parameters
    ----------
    predictions : DataFrame
        Labelled rows of one family: ``repeat, fold, label, score, probability``, the last from a calibration
        that had not seen the fold.
    fewer : DataFrame
        The same people as scored without the next fold either; without rows where that was not done.
    n_folds : int
        Outer folds of one repeat.

    Returns
    -------
    dict of str to (lower, upper)

    References
    ----------
    Tukey, Ann Math Stat 1958, doi:10.1214/aoms/1177706647 (pseudo-values); Nadeau & Bengio, Mach Learn 2003,
    doi:10.1023/A:1024068626366 (the corrected variance); Boyd et al., ECML 2013,
    doi:10.1007/978-3-642-40994-3_29 (average precision as a share of positives).
    """
    found = {}
    for name, figure in FIGURES.items():
        plain = grown = _pseudo_values(figure, predictions)
        if len(fewer):
            grown = plain + (n_folds - 1) / n_folds * (plain - _pseudo_values(figure, fewer))
        value = float(np.mean([_of(figure, rows) for _, rows in predictions.groupby("repeat")]))
        reach = float(t.ppf(0.975, len(grown) - 1)) * corrected_error(grown, n_folds)
        low, high = min(grown.mean() - reach, value), max(grown.mean() + reach, value)
        if name == AVERAGE_PRECISION:
            low, high = _no_narrower_than_a_share(value, _positives(predictions), low, high)
        found[name] = (float(low), float(high)) if name not in WITHIN_1 else (max(low, 0.0), min(high, 1.0))
    return found


def _positives(predictions: pd.DataFrame) -> int:
    return int(predictions.loc[predictions["repeat"] == predictions["repeat"].min(), "label"].sum())


def _no_narrower_than_a_share(value: float, n: int, low: float, high: float) -> tuple[float, float]:
    least = binomtest(round(value * n), n).proportion_ci(method="wilson")
    return min(low, float(least.low)), max(high, float(least.high))


def _of(figure: Figure, rows: pd.DataFrame) -> float:
    return figure(*(rows[name].to_numpy() for name in ("label", "score", "probability")))


def _pseudo_values(figure: Figure, predictions: pd.DataFrame) -> Array:
    """Pseudo-value (repeats x folds,) of each fold."""
    values = []
    for _, rows in predictions.groupby("repeat"):
        whole, folds = _of(figure, rows), sorted(rows["fold"].unique())
        values += [
            len(folds) * whole - (len(folds) - 1) * _of(figure, rows[rows["fold"] != fold]) for fold in folds
        ]
    return np.array(values)
