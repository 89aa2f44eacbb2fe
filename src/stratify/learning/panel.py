"""Few proteins that a laboratory could run: chosen inside each fold, judged outside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from stratify.errors import ExperimentError
from stratify.learning.classifier import Knowledge, SubtypeClassifier
from stratify.learning.points import PointCard, make_card
from stratify.learning.problem import Problem
from stratify.learning.validation import Evaluation, Plan, fit_fold, outer_folds, score_table

Array = NDArray[np.float64]

SIZES = tuple(range(3, 11))
CANDIDATES = 40  # proteins with most weight in the full model of the fold
SHRINKAGE = 0.2  # of the pooled covariance towards its diagonal
FULL = "full model"


@dataclass(frozen=True, eq=False)
class Offer:
    """What each protein costs, and whether it can be seen.

    Parameters
    ----------
    cost : array of shape (n_proteins,)
        In any unit; infinite for a protein that cannot be had.
    detectability : array of shape (n_proteins,)
        Share of samples above the detection limit.
    least : float, default 0.75
        Proteins that are seen less often are not chosen.
    """

    cost: Array
    detectability: Array
    least: float = 0.75

    @property
    def allowed(self) -> NDArray[np.bool_]:
        """Which proteins (n_proteins,) may be chosen."""
        return np.isfinite(self.cost) & (self.detectability >= self.least)


@dataclass(frozen=True, eq=False)
class PanelStudy:
    """Panels of all sizes in the same folds as the full model.

    Parameters
    ----------
    evaluation : Evaluation
        Out-of-fold scores of ``full model``, ``panel of <k>`` and ``card of <k>``.
    chosen : DataFrame
        One row a fold: ``repeat``, ``fold``, and the columns of the proteins in the order of their choice.
    order : integer array of shape (10,)
        Columns chosen from all learned people.
    cards : mapping of int to PointCard
        Card of each size, from all learned people.
    """

    evaluation: Evaluation
    chosen: pd.DataFrame
    order: NDArray[np.int64]
    cards: dict[int, PointCard]

    def frequencies(self, size: int) -> dict[int, float]:
        """Share of the folds that chose each protein (by its column) among the first `size`."""
        picked = self.chosen.drop(columns=["repeat", "fold"]).to_numpy()[:, :size]
        columns, counts = np.unique(picked, return_counts=True)
        return {int(c): float(k / len(picked)) for c, k in zip(columns, counts, strict=True)}

    def table(self) -> pd.DataFrame:
        """Give the AUC of panels and cards, and what is lost against the full model.

        Returns
        -------
        DataFrame
            ``score, size, auc, auc_low, auc_high, difference, difference_low, difference_high``; one row for
            the full model, then two a size. Differences are paired by fold, with the corrected error.
        """
        values = len(self.evaluation.fold_aucs(FULL))
        q = float(student.ppf(0.975, values - 1))
        rows = []
        for name in self.evaluation.families:
            difference, error = self.evaluation.paired_difference(name, FULL)
            size = np.nan if name == FULL else int(name.split()[-1])
            limits = self.evaluation.auc_interval(name)
            lost = (difference, difference - q * error, difference + q * error)
            rows.append([name, size, self.evaluation.auc(name), *limits, *lost])
        names = ["score", "size", "auc", "auc_low", "auc_high"]
        return pd.DataFrame(rows, columns=[*names, "difference", "difference_low", "difference_high"])


def forward_order(z: Array, y: NDArray[np.int64], worth: Array, most: int) -> NDArray[np.int64]:
    r"""Choose proteins one by one, each for what it adds to the distance between the classes.

    The distance is Mahalanobis's, :math:`\delta^T S^{-1} \delta`, with the pooled within-class covariance
    drawn a fifth towards its diagonal; what a protein adds is multiplied by its worth.

    Parameters
    ----------
    z : array of shape (n, n_candidates)
        Standardised profiles of the training people.
    y : integer array of shape (n,)
        1 and 0.
    worth : array of shape (n_candidates,)
        0 or more; a protein of no worth is chosen last.
    most : int
        How many are chosen.

    Returns
    -------
    integer array of shape (most,)
        Columns of `z`, in the order of their choice.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> y = np.arange(80) % 2
    >>> z = rng.normal(size=(80, 6)) + y[:, None] * np.array([0, 2.0, 0, 1.2, 0, 0])
    >>> forward_order(z, y, np.ones(6), 2).tolist()
    [1, 3]
    """
    delta, covariance = _classes(z, y)
    picked: list[int] = []
    for _ in range(most):
        rest = [j for j in range(len(delta)) if j not in picked]
        base = _distance(delta, covariance, picked)
        gains = [worth[j] * (_distance(delta, covariance, [*picked, j]) - base) for j in rest]
        picked.append(rest[int(np.argmax(gains))])
    return np.array(picked)


def panel_weights(z: Array, y: NDArray[np.int64]) -> Array:
    """Weigh the proteins of a panel: linear discriminant with the covariance of `forward_order`.

    Parameters
    ----------
    z : array of shape (n, n_chosen)
        Standardised profiles of the training people.
    y : integer array of shape (n,)
        1 and 0.

    Returns
    -------
    array of shape (n_chosen,)
    """
    delta, covariance = _classes(z, y)
    return np.asarray(np.linalg.solve(covariance, delta))


def study_panels(
    problem: Problem,
    known: Knowledge,
    offer: Offer,
    plan: Plan,
    *,
    family: str = "factor-centroids",
    tell: Callable[[str], None] = lambda line: None,
) -> PanelStudy:
    """Choose, weigh and round panels inside each outer fold, and score the people outside it.

    Parameters
    ----------
    problem : Problem
        People, proteins and roles.
    known : Knowledge
        Prior proteins and pathways.
    offer : Offer
        What each protein costs.
    plan : Plan
        Outer folds; the full model runs at its pre-specified settings.
    family : str, default "factor-centroids"
        Full model, whose weights name the candidates.
    tell : callable
        Receives a line a repeat.

    Returns
    -------
    PanelStudy

    Raises
    ------
    ExperimentError
        Fewer than ten proteins that may be chosen.
    CohortError
        When a class has fewer patients than folds.
    """
    if (may := int(offer.allowed.sum())) < max(SIZES):
        raise ExperimentError(
            f"at least {max(SIZES)} proteins that can be had and are seen in {offer.least:.0%} of samples",
            f"{may}",
            "lower --detectable, or add costs",
        )
    tables, chosen = [], []
    for fold in outer_folds(problem, plan):
        if fold.number == 0:
            tell(f"panels, repeat {fold.repeat + 1} of {plan.repeats}")
        panels = _panels(problem, fold.train, known, offer, family)
        scores = panels.scores(problem.profiles[fold.test], problem.limits_of(fold.test))
        tables += [score_table(problem, fold, name, score) for name, score in scores.items()]
        picks = {f"choice {i + 1}": column for i, column in enumerate(panels.order)}
        chosen.append({"repeat": fold.repeat, "fold": fold.number, **picks})
    final = _panels(problem, problem.learned, known, offer, family)
    evaluation = Evaluation(pd.concat(tables, ignore_index=True), plan.folds)
    return PanelStudy(evaluation, pd.DataFrame(chosen), final.order, final.cards)


@dataclass(frozen=True, eq=False)
class _Panels:
    """Panels of all sizes from one training set, and the full model that named their candidates."""

    order: NDArray[np.int64]
    cards: dict[int, PointCard]
    weights: dict[int, Array]
    path: SubtypeClassifier

    def scores(self, profiles: Array, limits: Array | None) -> dict[str, Array]:
        levels = self.path.complete(profiles, limits)
        z = self.path.scaler_.transform(levels)
        scores = {FULL: np.asarray(self.path.estimator_.decision_function(z))}
        for size in SIZES:
            own = self.order[:size]
            scores[f"panel of {size}"] = (z[:, own] * self.weights[size]).sum(axis=1)
            scores[f"card of {size}"] = self.cards[size].totals(levels[:, own])
        return scores


def _panels(
    problem: Problem, rows: NDArray[np.int64], known: Knowledge, offer: Offer, family: str
) -> _Panels:
    path = fit_fold(problem, rows, family, known, trials=0, seed=0)
    y = problem.y[rows]
    levels = path.complete(problem.profiles[rows], problem.limits_of(rows))
    z = path.scaler_.transform(levels)
    importance = np.where(offer.allowed, path.freeze()[1].importance(), -1.0)
    candidates = np.sort(np.argsort(-importance, kind="stable")[: min(CANDIDATES, offer.allowed.sum())])
    worth = offer.detectability[candidates] / offer.cost[candidates]
    labelled = y >= 0
    order = candidates[forward_order(z[labelled][:, candidates], y[labelled], worth, max(SIZES))]
    center, scale = path.scaler_.center_, path.scaler_.scale_
    weights = {size: panel_weights(z[labelled][:, order[:size]], y[labelled]) for size in SIZES}
    cards = {
        size: make_card(order[:size], weights[size], center[order[:size]], scale[order[:size]])
        for size in SIZES
    }
    return _Panels(order, cards, weights, path)


def _classes(z: Array, y: NDArray[np.int64]) -> tuple[Array, Array]:
    means = np.array([z[y == 0].mean(axis=0), z[y == 1].mean(axis=0)])
    off = z - means[y]
    covariance = off.T @ off / max(len(y) - 2, 1)
    variance = np.maximum(np.diag(covariance), 1e-9)
    return means[1] - means[0], (1 - SHRINKAGE) * covariance + SHRINKAGE * np.diag(variance)


def _distance(delta: Array, covariance: Array, picked: list[int]) -> float:
    if not picked:
        return 0.0
    own = delta[picked]
    return float(own @ np.linalg.solve(covariance[np.ix_(picked, picked)], own))
