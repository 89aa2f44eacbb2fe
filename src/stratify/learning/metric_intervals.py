"""Intervals of figures beside the AUC, which carry other test people and other training people."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binomtest

from stratify.learning.calibration import fit_platt
from stratify.learning.metrics import auc
from stratify.learning.performance import THRESHOLDS, log_odds_of, net_benefit_at
from stratify.learning.ranking import average_precision, sensitivity_at

Array = NDArray[np.float64]
Labels = NDArray[np.int64]
Interval = tuple[float, float, float]  # estimate, lower and upper 95% limit
Figure = Callable[[Labels, Array, Array], float]  # of labels, scores and probabilities of one repeat

SPECIFICITIES = (0.8, 0.9, 0.95)
DRAWS, LEVEL = 300, (0.025, 0.975)
SHARES_OF_POSITIVES = ("average_precision", *(f"sensitivity_at_{at:g}" for at in SPECIFICITIES))
WIDEST = 3.0


def _slope(y: Labels, _: Array, probability: Array) -> float:
    return fit_platt(log_odds_of(probability), y, np.ones(len(y)), penalty=0.0).slope


def _in_the_large(y: Labels, _: Array, probability: Array) -> float:
    return float(y.mean() - probability.mean())


def _sensitivity(specificity: float) -> Figure:
    return lambda y, score, _: sensitivity_at(y, score, specificity)


def _net_benefit(bound: float) -> Figure:
    return lambda y, _, probability: net_benefit_at(y, probability, bound)[0]


FIGURES: Mapping[str, Figure] = {
    "auc": lambda y, score, _: auc(y, score),
    "average_precision": lambda y, score, _: average_precision(y, score),
    **{f"sensitivity_at_{at:g}": _sensitivity(at) for at in SPECIFICITIES},
    "brier": lambda y, _, probability: float(((probability - y) ** 2).mean()),
    "calibration_slope": _slope,
    "observed_less_expected": _in_the_large,
    **{f"net_benefit_at_{bound:g}": _net_benefit(bound) for bound in THRESHOLDS},
}


def metric_intervals(
    predictions: pd.DataFrame, patients: pd.Series, *, auc_error: float, draws: int = DRAWS, seed: int = 0
) -> dict[str, Interval]:
    """Estimate figures from out-of-fold scores, with 95% intervals.

    Patients are drawn again within their class, with all their repeats; limits are the bootstrap's, their
    distance from the estimate multiplied by how much larger the corrected error of the AUC is than its
    bootstrap error (at least 1, at most 3): other training people widen every figure about alike. A share of
    positives is never narrower than Wilson's interval of that many positives.

    Parameters
    ----------
    predictions : DataFrame
        Labelled rows of one family: ``repeat, sample_id, label, score, probability``, the last from a
        calibration that had not seen the person.
    patients : Series
        Patient by sample id.
    auc_error : float
        Standard error of the AUC that carries the training people (`corrected_error`).
    draws, seed : int
        Bootstrap.

    Returns
    -------
    dict of str to (estimate, lower, upper)
        Keys of `FIGURES`.

    References
    ----------
    Efron & Tibshirani 1993, doi:10.1007/978-1-4899-4541-9 (bootstrap); Nadeau & Bengio, Mach Learn 2003,
    doi:10.1023/A:1024068626366 (the corrected error); Boyd et al., ECML 2013,
    doi:10.1007/978-3-642-40994-3_29 (average precision as a share of positives).
    """
    repeats = _repeats(predictions)
    labels = repeats[0][0]
    of_patient = patients.reindex(predictions.loc[_first(predictions), "sample_id"]).to_numpy()
    estimate = _means(repeats, np.arange(len(labels)))
    rng = np.random.default_rng([seed, 7])
    people = _rows_of_patients(labels, of_patient)
    drawn = np.array([_means(repeats, _draw(people, rng)) for _ in range(draws)])
    low, high = np.nanquantile(drawn, LEVEL, axis=0)
    widening = _widening(auc_error, drawn[:, 0])
    n_positive = len(people[1])
    found = {}
    for name, value, lower, upper in zip(FIGURES, estimate, low, high, strict=True):
        limits = (value - widening * (value - lower), value + widening * (upper - value))
        found[name] = (float(value), *_within(name, float(value), limits, n_positive))
    return found


def _first(predictions: pd.DataFrame) -> pd.Series:
    return predictions["repeat"] == predictions["repeat"].min()


def _repeats(predictions: pd.DataFrame) -> list[tuple[Labels, Array, Array]]:
    """Labels, scores and probabilities of each repeat, people in the order of the first."""
    order = predictions.loc[_first(predictions), "sample_id"]
    parts = [part.set_index("sample_id").loc[order] for _, part in predictions.groupby("repeat")]
    return [tuple(part[name].to_numpy() for name in ("label", "score", "probability")) for part in parts]


def _rows_of_patients(labels: Labels, patients: NDArray) -> tuple[list[Labels], list[Labels]]:
    """Rows of each patient, the negative patients first."""
    groups = pd.Series(range(len(labels))).groupby(patients, sort=False).indices.values()
    rows = [np.asarray(group, dtype=np.int64) for group in groups]
    return [r for r in rows if labels[r[0]] == 0], [r for r in rows if labels[r[0]] == 1]


def _draw(people: tuple[list[Labels], list[Labels]], rng: np.random.Generator) -> Labels:
    return np.concatenate([kind[i] for kind in people for i in rng.integers(0, len(kind), len(kind))])


def _means(repeats: list[tuple[Labels, Array, Array]], rows: Labels) -> Array:
    values = [[figure(y[rows], s[rows], p[rows]) for figure in FIGURES.values()] for y, s, p in repeats]
    return np.asarray(np.mean(values, axis=0))


def _widening(auc_error: float, areas: Array) -> float:
    spread = float(np.nanstd(areas, ddof=1))
    return 1.0 if spread <= 0 else float(np.clip(auc_error / spread, 1.0, WIDEST))


def _within(name: str, value: float, limits: tuple[float, float], n: int) -> tuple[float, float]:
    """Cut limits to what the figure can be, and widen those of a share of n positives to Wilson's."""
    low, high = limits
    if name in SHARES_OF_POSITIVES:
        least = binomtest(round(value * n), n).proportion_ci(method="wilson")
        low, high = min(low, float(least.low)), max(high, float(least.high))
    return (
        (low, high) if name not in {*SHARES_OF_POSITIVES, "auc", "brier"} else (max(low, 0.0), min(high, 1.0))
    )
