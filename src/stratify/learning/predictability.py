"""How well a column is predicted from features: ridge in closed form, so that permutations are cheap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata, t

from stratify.learning.exchange import Exchange, sequential_p
from stratify.learning.metrics import corrected_error, score_interval

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

FOLDS, REPEATS = 5, 3
_PENALTIES = np.array([0.03, 0.3, 3.0, 30.0, 300.0])  # the features' kernel has a mean diagonal of 1


@dataclass(frozen=True)
class Predictability:
    """How well a column is predicted in people whom the prediction has not seen.

    Parameters
    ----------
    measure : {"AUC", "rank correlation"}
        For classes (one against the rest, mean over the classes) and for numbers.
    value, low, high : float
        Cross-validated, with its 95% interval.
    p_value : float
        One-sided, from a sequential permutation test.
    n_permutations : int
        Permutations that were run.
    n_samples : int
        Rows that took part.
    r2 : float
        Share of the variance of the ranks that is predicted; NaN for classes.
    classes : dict of str to int
        Samples of each class; empty for numbers.
    """

    measure: str
    value: float
    low: float
    high: float
    p_value: float
    n_permutations: int
    n_samples: int
    r2: float = float("nan")
    classes: dict[str, int] | None = None

    @property
    def chance(self) -> float:
        """Value when nothing is predicted."""
        return 0.5 if self.measure == "AUC" else 0.0


@dataclass(frozen=True)
class _Fold:
    train: Integers
    test: Integers
    values: Array  # eigenvalues of the training rows' kernel
    vectors: Array
    projected: Array  # kernel of test and training rows, times the vectors

    def predict(self, y: Array, strata: Integers) -> Array:
        """Predict test rows for each column of ``y``, each with its penalty of least GCV error."""
        rotated = self.vectors.T @ (y[self.train] - _stratum_means(y[self.train], strata[self.train]))
        kept = self.values / (self.values + _PENALTIES[:, None])
        freedom = 1 - (1 + kept.sum(axis=1)) / len(self.train)
        error = ((1 - kept) ** 2 @ rotated**2) / freedom[:, None] ** 2
        best = _PENALTIES[error.argmin(axis=0)]
        return np.asarray(self.projected @ (rotated / (self.values[:, None] + best)))


_Statistic = Callable[[Sequence[_Fold], Integers, Array], Array]


class Predictor:
    """Folds of patients, each decomposed once for any number of targets and permutations.

    Medians fill gaps and each feature is standardised, both from a fold's training rows only. The folds do
    not depend on what is predicted, which makes the permutation test exact; only samples of one fold are
    compared with each other, so that chance is an AUC of .5.

    Parameters
    ----------
    features : array of shape (n, n_features)
        Levels or other numbers, NaN where missing.
    patients : array of shape (n,)
        Patient of each row; a patient is never on both sides of a split.
    seed : int, default 0
        Of the folds and the permutations.

    References
    ----------
    Golub, Heath & Wahba, Technometrics 1979, doi:10.1080/00401706.1979.10489751 (the penalty).

    Examples
    --------
    >>> plate = np.repeat(["P1", "P2"], 20)
    >>> levels = np.random.default_rng(0).normal(size=(40, 10)) + 2.0 * (plate == "P2")[:, None]
    >>> found = Predictor(levels, np.arange(40)).classes(plate)
    >>> round(found.value, 2), found.p_value < 0.002
    (1.0, True)
    """

    def __init__(self, features: Array, patients: NDArray[Any], *, seed: int = 0) -> None:
        self._patients = pd.factorize(np.asarray(patients), sort=True)[0].astype(np.int64)
        self._seed = seed
        n, rng = int(self._patients.max()) + 1, np.random.default_rng(seed)
        parts = [(rng.permutation(n) % min(FOLDS, n))[self._patients] for _ in range(REPEATS)]
        self._folds = [
            _decompose(features, np.flatnonzero(part != held), np.flatnonzero(part == held))
            for part in parts
            for held in np.unique(part)
        ]

    def classes(self, target: NDArray[Any], strata: NDArray[Any] | None = None) -> Predictability:
        """Predict classes.

        Parameters
        ----------
        target : array of shape (n,)
            Class of each row; at least two.
        strata : array of shape (n,), optional
            Rows are compared, and permuted, only within their stratum.

        Returns
        -------
        Predictability
        """
        codes, names = pd.factorize(np.asarray(target), sort=True)
        counts, groups = np.bincount(codes), _groups(strata, len(codes))
        shown = range(1 if len(names) == 2 else 0, len(names))

        def areas(folds: Sequence[_Fold], strata: Integers, labels: Array) -> Array:
            """Mean AUC of the classes, for each column of labels."""
            return _mean([_area(folds, strata, (labels == code) * 1.0) for code in shown])

        value, low, high, p, n = self._test(areas, codes.astype(float), groups)
        by_size = [score_interval(value, counts[code], len(codes) - counts[code]) for code in shown]
        low, high = min(low, *(x[0] for x in by_size)), max(high, *(x[1] for x in by_size))
        sizes = {str(name): int(count) for name, count in zip(names, counts, strict=True)}
        return Predictability("AUC", value, max(low, 0.0), min(high, 1.0), p, n, len(codes), classes=sizes)

    def numbers(self, target: Array, strata: NDArray[Any] | None = None) -> Predictability:
        """Predict the ranks of numbers.

        Parameters
        ----------
        target : array of shape (n,)
            Finite numbers, not all the same.
        strata : array of shape (n,), optional
            Rows are compared, and permuted, only within their stratum.

        Returns
        -------
        Predictability
        """
        y, groups = rankdata(target) / len(target), _groups(strata, len(target))
        value, low, high, p, n = self._test(_rank_correlation, y, groups, in_order=True)
        r2 = float("nan") if strata is not None else self._explained(y)
        return Predictability("rank correlation", value, max(low, -1.0), min(high, 1.0), p, n, len(y), r2)

    def _explained(self, y: Array) -> float:
        """Share of the variance that the predictions explain, out of fold."""
        none, error, total = np.zeros(len(y), dtype=np.int64), 0.0, 0.0
        for fold in self._folds:
            deviation = y[fold.test] - y[fold.train].mean()
            error += float(((deviation - fold.predict(y[:, None], none)[:, 0]) ** 2).sum())
            total += float((deviation**2).sum())
        return 1 - error / total

    def _test(
        self, statistic: _Statistic, y: Array, strata: Integers, *, in_order: bool = False
    ) -> tuple[float, float, float, float, int]:
        value = float(statistic(self._folds, strata, y[:, None])[0])
        single = np.array([statistic([fold], strata, y[:, None])[0] for fold in self._folds])
        known = single[np.isfinite(single)]
        half = np.inf
        if len(known) > FOLDS:
            half = float(t.ppf(0.975, len(known) - 1)) * corrected_error(known, FOLDS)
        exchange = Exchange(y, self._patients, strata, in_order=in_order)
        rng = np.random.default_rng([self._seed, 1])
        p, n = sequential_p(value, lambda n: statistic(self._folds, strata, exchange.draw(rng, n)))
        return value, value - half, value + half, p, n


def _decompose(features: Array, train: Integers, test: Integers) -> _Fold:
    known = np.isfinite(features[train]).any(axis=0)
    middle = np.nanmedian(features[train][:, known], axis=0)
    filled = np.where(np.isfinite(features[:, known]), features[:, known], middle)
    sd = filled[train].std(axis=0)
    z = (filled - filled[train].mean(axis=0))[:, sd > 1e-9] / sd[sd > 1e-9]
    z /= np.sqrt(max(z.shape[1], 1))
    values, vectors = np.linalg.eigh(z[train] @ z[train].T)
    return _Fold(train, test, np.maximum(values, 0.0), vectors, z[test] @ (z[train].T @ vectors))


def _groups(strata: NDArray[Any] | None, n: int) -> Integers:
    return np.zeros(n, dtype=np.int64) if strata is None else pd.factorize(strata)[0].astype(np.int64)


def _stratum_means(y: Array, strata: Integers) -> Array:
    member = (strata[:, None] == np.unique(strata)).astype(float)
    return np.asarray(member @ ((member.T @ y) / member.sum(axis=0)[:, None]))


def _compared(fold: _Fold, strata: Integers) -> list[Integers]:
    """Positions among the test rows that are compared with each other."""
    inside = strata[fold.test]
    return [np.flatnonzero(inside == stratum) for stratum in np.unique(inside)]


def _area(folds: Sequence[_Fold], strata: Integers, y: Array) -> Array:
    """AUC of each column of 0 and 1: the share of pairs within folds and strata in the right order."""
    right, pairs = np.zeros(y.shape[1]), np.zeros(y.shape[1])
    for fold in folds:
        scores, truth = fold.predict(y, strata), y[fold.test]
        for rows in _compared(fold, strata):
            positive = truth[rows].sum(axis=0)
            ranks = (rankdata(scores[rows], axis=0) * truth[rows]).sum(axis=0)
            right += ranks - positive * (positive + 1) / 2
            pairs += positive * (len(rows) - positive)
    return np.divide(right, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)


def _rank_correlation(folds: Sequence[_Fold], strata: Integers, y: Array) -> Array:
    """Rank correlation of each column within folds and strata."""
    both, predicted, true = np.zeros(y.shape[1]), np.zeros(y.shape[1]), np.zeros(y.shape[1])
    for fold in folds:
        scores, truth = fold.predict(y, strata), y[fold.test]
        for rows in _compared(fold, strata):
            a, b = (rankdata(x[rows], axis=0) - (len(rows) + 1) / 2 for x in (scores, truth))
            both, predicted, true = (
                both + (a * b).sum(axis=0),
                predicted + (a**2).sum(axis=0),
                true + (b**2).sum(axis=0),
            )
    scale = np.sqrt(predicted * true)
    return np.divide(both, scale, out=np.full(len(scale), np.nan), where=scale > 0)


def _mean(values: Sequence[Array]) -> Array:
    """Mean over the first axis of what is known."""
    stack = np.array(values)
    known = np.isfinite(stack)
    total = np.where(known, stack, 0.0).sum(axis=0)
    return np.divide(total, known.sum(axis=0), out=np.full(total.shape, np.nan), where=known.any(axis=0))
