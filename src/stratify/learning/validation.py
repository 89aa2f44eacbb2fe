"""Repeated, stratified, patient-grouped cross-validation that keeps every out-of-fold score."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from stratify.errors import CohortError
from stratify.learning.classifier import Knowledge, SubtypeClassifier, family
from stratify.learning.metrics import auc, corrected_error, interval, score_interval
from stratify.learning.problem import Problem
from stratify.learning.search import tune


@dataclass(frozen=True)
class Fold:
    """One split of the learned people: row numbers ``train`` and ``test``."""

    repeat: int
    number: int
    train: NDArray[np.int64]
    test: NDArray[np.int64]


@dataclass(frozen=True)
class Plan:
    """How a family is validated.

    Parameters
    ----------
    folds, repeats : int
        Outer cross-validation.
    trials : int
        Budget of the search inside each outer fold; 0 keeps the pre-specified settings.
    seed : int
        Of folds and searches; repeat ``r`` uses ``seed + r`` for its folds.
    controls : tuple of str
        Families that run beside the others at their pre-specified settings and are never chosen.
    """

    folds: int = 5
    repeats: int = 5
    trials: int = 20
    seed: int = 0
    controls: tuple[str, ...] = ()

    def budget(self, name: str) -> int:
        """Trials that a family gets in each outer fold."""
        return 0 if name in self.controls else self.trials


@dataclass(frozen=True)
class Evaluation:
    """Raw out-of-fold scores; every figure derives from them.

    Parameters
    ----------
    predictions : DataFrame
        Columns ``family, repeat, fold, sample_id, label, reference, score``; one row a learned person,
        family and repeat.
    n_folds : int
        Outer folds of one repeat.
    """

    predictions: pd.DataFrame
    n_folds: int

    @property
    def families(self) -> list[str]:
        """Families in the order in which they were run."""
        return list(dict.fromkeys(self.predictions["family"]))

    def of(self, name: str) -> pd.DataFrame:
        """Out-of-fold scores of one family."""
        return self.predictions[self.predictions["family"] == name]

    def auc(self, name: str) -> float:
        """Mean over repeats of the AUC of all people's out-of-fold scores."""
        per_repeat = [
            auc(part["label"].to_numpy(), part["score"].to_numpy())
            for _, part in self.of(name).groupby("repeat")
        ]
        return float(np.mean(per_repeat))

    def fold_aucs(self, name: str) -> NDArray[np.float64]:
        """AUC (repeats x folds,) within each outer fold that has people of both classes."""
        values = [
            auc(part["label"].to_numpy(), part["score"].to_numpy())
            for _, part in self.of(name).groupby(["repeat", "fold"])
        ]
        return np.array([value for value in values if np.isfinite(value)])

    def auc_interval(self, name: str) -> tuple[float, float]:
        """95% interval of the AUC from the corrected variance over folds, no narrower than by people alone.

        Where all folds reach 1, their variance is none; the number of people still leaves doubt.

        Parameters
        ----------
        name : str
            Family.

        Returns
        -------
        tuple of float
            Lower and upper limit.

        References
        ----------
        Nadeau & Bengio, Mach Learn 2003, doi:10.1023/A:1024068626366 (see also `score_interval`).
        """
        values, area = self.fold_aucs(name), self.auc(name)
        low, high = interval(area, corrected_error(values, self.n_folds), len(values))
        once = self.of(name).query("repeat == repeat.min()")["label"]
        least_low, least_high = score_interval(area, int((once == 1).sum()), int((once == 0).sum()))
        return min(low, least_low), max(high, least_high)

    def paired_difference(self, first: str, second: str) -> tuple[float, float]:
        """Difference of two families' AUCs and its corrected standard error, fold by fold."""
        values = self.fold_aucs(first) - self.fold_aucs(second)
        return self.auc(first) - self.auc(second), corrected_error(values, self.n_folds)


def refuse_few_patients(problem: Problem, folds: int) -> None:
    """Refuse more folds than a class has patients.

    Parameters
    ----------
    problem : Problem
        People, proteins and roles.
    folds : int
        Outer folds.

    Raises
    ------
    CohortError
        When a class has fewer patients than folds.
    """
    for label, name in ((0, "negative"), (1, "positive")):
        count = len(np.unique(problem.patients[problem.y == label]))
        if count < folds:
            raise CohortError(
                f"at least {folds} patients in each class for {folds} folds",
                f"{count} in the {name} class",
                "lower folds or add patients",
            )


def outer_folds(problem: Problem, plan: Plan) -> Iterator[Fold]:
    """Split the learned people; a patient's samples stay together.

    Parameters
    ----------
    problem : Problem
        People, proteins and roles.
    plan : Plan
        Folds, repeats and seed.

    Yields
    ------
    Fold

    Raises
    ------
    CohortError
        When a class has fewer patients than folds.
    """
    refuse_few_patients(problem, plan.folds)
    rows = problem.learned
    roles = problem.y[rows] * 2 + problem.reference[rows]
    patients = problem.patients[rows]
    for repeat in range(plan.repeats):
        splitter = StratifiedGroupKFold(plan.folds, shuffle=True, random_state=plan.seed + repeat)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # there may be fewer reference people than folds
            splits = list(splitter.split(rows, roles, patients))
        for number, (train, test) in enumerate(splits):
            yield Fold(repeat, number, rows[train], rows[test])


def fit_fold(
    problem: Problem, train: NDArray[np.int64], name: str, known: Knowledge, *, trials: int, seed: int
) -> SubtypeClassifier:
    """Prepare, tune and fit a family on some of the people.

    Parameters
    ----------
    problem : Problem
        People, proteins and roles.
    train : integer array
        Row numbers.
    name : str
        Family.
    known : Knowledge
        Prior proteins and pathways.
    trials : int
        Budget of the search; 0 keeps the pre-specified settings.
    seed : int
        Of the search.

    Returns
    -------
    SubtypeClassifier
    """
    chosen = family(name)
    path = SubtypeClassifier(chosen.build(known))
    z = path.prepare(problem.profiles[train], problem.reference[train], problem.limits_of(train))
    y, patients = problem.y[train], problem.patients[train]
    rows = y >= 0
    settings = tune(chosen, known, z[rows], y[rows], trials=trials, seed=seed, patients=patients[rows])
    path.estimator.set_params(**settings)
    return path.fit_prepared(z, y, patients)


def cross_validate(
    problem: Problem,
    names: Sequence[str],
    known: Knowledge,
    plan: Plan,
    *,
    tell: Callable[[str], None] = lambda line: None,
) -> tuple[Evaluation, dict[str, list[SubtypeClassifier]]]:
    """Run families through the same outer folds.

    Parameters
    ----------
    problem : Problem
        People, proteins and roles.
    names : sequence of str
        Families.
    known : Knowledge
        Prior proteins and pathways.
    plan : Plan
        Folds, repeats, budget and seed.
    tell : callable
        Receives one line of progress a repeat.

    Returns
    -------
    evaluation : Evaluation
        Out-of-fold scores of all families on the same folds.
    fitted : dict
        Family to its fitted models, in the order of the folds.
    """
    tables: list[pd.DataFrame] = []
    fitted: dict[str, list[SubtypeClassifier]] = {name: [] for name in names}
    for fold in outer_folds(problem, plan):
        if fold.number == 0:
            tell(f"cross-validation, repeat {fold.repeat + 1} of {plan.repeats}")
        here = problem.in_fold(fold.train)
        for name in names:
            seed = plan.seed + 1000 * fold.repeat + fold.number
            model = fit_fold(here, fold.train, name, known, trials=plan.budget(name), seed=seed)
            fitted[name].append(model)
            scores = model.decision_function(problem.profiles[fold.test], problem.limits_of(fold.test))
            tables.append(score_table(here, fold, name, scores))
    table = pd.concat(tables, ignore_index=True)
    order = pd.Categorical(table["family"], categories=list(names), ordered=True)
    table = table.assign(_order=order).sort_values(["_order", "repeat", "fold"], kind="stable")
    return Evaluation(table.drop(columns="_order").reset_index(drop=True), plan.folds), fitted


def score_table(problem: Problem, fold: Fold, name: str, scores: NDArray[np.float64]) -> pd.DataFrame:
    """Out-of-fold scores of one fold in the shape of ``Evaluation.predictions``.

    Parameters
    ----------
    problem : Problem
        People, proteins and roles.
    fold : Fold
        Its test rows are described.
    name : str
        Family.
    scores : array of shape (n_test,)
        In the order of the fold's test rows.

    Returns
    -------
    DataFrame
    """
    return pd.DataFrame(
        {
            "family": name,
            "repeat": fold.repeat,
            "fold": fold.number,
            "sample_id": problem.samples[fold.test],
            "label": problem.y[fold.test],
            "reference": problem.reference[fold.test],
            "score": scores,
        }
    )


def choose_family(evaluation: Evaluation, default: str, *, never: Sequence[str] = ()) -> str:
    """Keep the pre-specified family unless another beats it by more than one standard error.

    Parameters
    ----------
    evaluation : Evaluation
        Out-of-fold scores of all families on the same folds.
    default : str
        The pre-specified family.
    never : sequence of str
        Families that may not be chosen.

    Returns
    -------
    str

    References
    ----------
    Breiman et al., Classification and Regression Trees, 1984 (the one-standard-error rule).
    """
    chosen, gain = default, 0.0
    for name in evaluation.families:
        if name == default or name in never:
            continue
        difference, error = evaluation.paired_difference(name, default)
        if difference > max(error, gain):
            chosen, gain = name, difference
    return chosen
