"""How well each family did, derived from out-of-fold scores alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.learning.calibration import fit_platt
from stratify.learning.training import Training
from stratify.learning.validation import Evaluation
from stratify.reporting.facts import Facts

Array = NDArray[np.float64]


@dataclass(frozen=True)
class FamilyResult:
    """One family beside the chosen one.

    Parameters
    ----------
    name : str
        Of the family.
    auc, low, high : float
        With its 95% interval.
    difference, error : float
        Chosen less this family, and the paired standard error; NaN for the chosen family itself.
    """

    name: str
    auc: float
    low: float
    high: float
    difference: float
    error: float


@dataclass(frozen=True)
class Calibration:
    """How out-of-fold probabilities agree with diagnoses.

    Parameters
    ----------
    brier : float
        Mean squared error of the probability.
    brier_prevalence : float
        The same for a constant probability.
    slope, intercept : float
        Of the diagnosis on the log-odds; 1 and 0 are perfect.
    """

    brier: float
    brier_prevalence: float
    slope: float
    intercept: float


def everything(training: Training, facts: Facts) -> Evaluation:
    """Evaluate families and baselines in one table, the chosen family first.

    Parameters
    ----------
    training : Training
        A finished training.
    facts : Facts
        What is reported beside it.

    Returns
    -------
    Evaluation
    """
    parts = [training.evaluation.predictions]
    if facts.baselines is not None:
        own = facts.baselines.predictions
        parts.append(own[~own["family"].isin(training.evaluation.families)])
    table = pd.concat(parts, ignore_index=True)
    first = table["family"] == training.family
    ordered = pd.concat([table[first], table[~first]], ignore_index=True)
    return Evaluation(ordered, training.evaluation.n_folds)


def family_results(evaluation: Evaluation, chosen: str) -> list[FamilyResult]:
    """Summarise every family of an evaluation.

    Parameters
    ----------
    evaluation : Evaluation
        Out-of-fold scores of all families.
    chosen : str
        Family that the others are compared with.

    Returns
    -------
    list of FamilyResult

    References
    ----------
    Nadeau & Bengio, Mach Learn 2003, doi:10.1023/A:1024068626366 (the corrected variance).
    """
    results = []
    for name in evaluation.families:
        low, high = evaluation.auc_interval(name)
        same = name == chosen
        gap, error = (np.nan, np.nan) if same else evaluation.paired_difference(chosen, name)
        results.append(FamilyResult(name, evaluation.auc(name), low, high, gap, error))
    return results


def mean_roc(predictions: pd.DataFrame, grid: Array) -> Array:
    """Sensitivity (repeats, n_grid) at given false-positive rates, one curve a repeat.

    Parameters
    ----------
    predictions : DataFrame
        Out-of-fold scores of one family.
    grid : array of shape (n_grid,)
        False-positive rates between 0 and 1.

    Returns
    -------
    array of shape (n_repeats, n_grid)

    References
    ----------
    Fawcett, Pattern Recognit Lett 2006, doi:10.1016/j.patrec.2005.10.010 (vertical averaging).
    """
    return np.array([_roc(part, grid) for _, part in predictions.groupby("repeat")])


def _roc(part: pd.DataFrame, grid: Array) -> Array:
    positive = np.sort(part.loc[part["label"] == 1, "score"].to_numpy())
    negative = np.sort(part.loc[part["label"] == 0, "score"].to_numpy())
    cuts = np.unique(np.concatenate([positive, negative]))[::-1]
    hit = 1 - np.searchsorted(positive, cuts, side="left") / len(positive)
    false = 1 - np.searchsorted(negative, cuts, side="left") / len(negative)
    place = np.searchsorted(np.array([0.0, *false]), grid + 1e-12, side="right") - 1
    return np.array([0.0, *hit])[place]


def crossed_probability(predictions: pd.DataFrame) -> pd.DataFrame:
    """Probabilities of labelled people from a calibration that had not seen their fold.

    Parameters
    ----------
    predictions : DataFrame
        Out-of-fold scores of one family.

    Returns
    -------
    DataFrame
        The labelled rows with a column ``probability``.
    """
    parts = []
    labelled = predictions[predictions["label"] >= 0]
    for _, repeat in labelled.groupby("repeat"):
        for fold, held in repeat.groupby("fold"):
            rest = repeat[repeat["fold"] != fold]
            platt = fit_platt(rest["score"].to_numpy(), rest["label"].to_numpy(), np.ones(len(rest)))
            parts.append(held.assign(probability=platt.probability(held["score"].to_numpy())))
    return pd.concat(parts)


def calibration(predictions: pd.DataFrame) -> Calibration:
    """Calibration of one family's out-of-fold probabilities.

    Parameters
    ----------
    predictions : DataFrame
        Out-of-fold scores of one family.

    Returns
    -------
    Calibration

    References
    ----------
    Cox, Biometrika 1958, doi:10.1093/biomet/45.3-4.562 (slope and intercept);
    Brier, Mon Weather Rev 1950.
    """
    table = crossed_probability(predictions)
    y, p = table["label"].to_numpy(), table["probability"].to_numpy()
    inside = np.clip(p, 1e-6, 1 - 1e-6)
    line = fit_platt(np.log(inside / (1 - inside)), y, np.ones(len(y)))
    prevalence = y.mean()
    return Calibration(
        float(np.mean((p - y) ** 2)), float(prevalence * (1 - prevalence)), line.slope, line.intercept
    )


def reliability(predictions: pd.DataFrame, n_bins: int = 5) -> pd.DataFrame:
    """Mean probability and share of the reference disease in bins of equal size.

    Parameters
    ----------
    predictions : DataFrame
        Out-of-fold scores of one family.
    n_bins : int, default 5
        Fewer where there are fewer people.

    Returns
    -------
    DataFrame
        Columns ``expected``, ``observed``, ``low`` and ``high`` (95%, Wilson) and ``n`` (people).

    References
    ----------
    Wilson, J Am Stat Assoc 1927, doi:10.1080/01621459.1927.10502953.
    """
    table = crossed_probability(predictions)
    people = table.groupby("sample_id", sort=True)[["probability", "label"]].mean()
    people = people.sort_values("probability", kind="stable")
    rows = []
    for part in np.array_split(np.arange(len(people)), min(n_bins, len(people))):
        held = people.iloc[part]
        low, high = wilson(int(held["label"].sum()), len(held))
        rows.append((held["probability"].mean(), held["label"].mean(), low, high, len(held)))
    return pd.DataFrame(rows, columns=["expected", "observed", "low", "high", "n"])


def wilson(k: int, n: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """95% interval of a share.

    Parameters
    ----------
    k, n : int
        People with the property, and people in all.
    z : float
        Normal quantile of the level.

    Returns
    -------
    tuple of float

    Examples
    --------
    >>> [round(bound, 3) for bound in wilson(5, 10)]
    [0.237, 0.763]
    """
    share = k / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return max(float(centre - half), 0.0), min(float(centre + half), 1.0)
