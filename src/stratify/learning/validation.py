"""Repeated, stratified, patient-grouped cross-validation that keeps every out-of-fold score."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from stratify.errors import CohortError, listed
from stratify.learning.classifier import Knowledge, SubtypeClassifier
from stratify.learning.execution import Execution, FitTask
from stratify.learning.metrics import auc, corrected_error, interval, score_interval
from stratify.learning.problem import Problem
from stratify.learning.search import Course
from stratify.learning.tuned_fit import fit_and_score, search_table, tuned_fit


@dataclass(frozen=True)
class Fold:
    """One split of the learned people: row numbers ``train`` and ``test``.

    ``fewer`` are those of ``train`` who are not in the next fold of the repeat either; what is learned from
    them tells what the last fifth of the people was worth. Nobody where that leaves less than half.
    """

    repeat: int
    number: int
    train: NDArray[np.int64]
    test: NDArray[np.int64]
    fewer: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


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
        Columns ``family, repeat, fold, sample_id, label, reference, score`` and, where it was asked for,
        ``fewer`` (the score by a model that learned from `Fold.fewer`); one row a learned person, family
        and repeat.
    n_folds : int
        Outer folds of one repeat.
    searches : DataFrame
        Columns ``family, place, budget, trials, pruned, loss`` and one a setting; one row a search.
    """

    predictions: pd.DataFrame
    n_folds: int
    searches: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def families(self) -> list[str]:
        """Families in the order in which they were run."""
        return list(dict.fromkeys(self.predictions["family"]))

    def of(self, name: str) -> pd.DataFrame:
        """Out-of-fold scores of one family."""
        return self.predictions[self.predictions["family"] == name]

    def auc(self, name: str) -> float:
        """Mean AUC within the outer folds.

        People of different folds are never compared: each fold's model has its own origin and unit, and
        a comparison across folds is too low on average.

        Parameters
        ----------
        name : str
            Family.

        Returns
        -------
        float

        References
        ----------
        Airola et al., Comput Stat Data Anal 2011, doi:10.1016/j.csda.2010.11.023.
        """
        return float(np.mean(self.fold_aucs(name)))

    def fold_aucs(self, name: str) -> NDArray[np.float64]:
        """AUC (repeats x folds,) within each outer fold that has people of both classes."""
        values = self._within_folds(name, "score")
        return values[np.isfinite(values)]

    def grown_aucs(self, name: str) -> NDArray[np.float64]:
        """AUC (repeats x folds,) expected within each fold of a model that learned from all people.

        The model that is kept learned from a fold more than those of the folds. What the fold before that
        was worth is measured; the next one is taken to be worth (K - 1) / K of it for K folds, half way
        between a straight line in the number of people and one in its inverse. Where it was not measured,
        the values are `fold_aucs`.

        Parameters
        ----------
        name : str
            Family.

        Returns
        -------
        array of shape (repeats x folds,)

        References
        ----------
        Fukunaga & Hayes, IEEE Trans Pattern Anal Mach Intell 1989, doi:10.1109/34.31448 (the inverse).
        """
        if "fewer" not in self.predictions or self.of(name)["fewer"].isna().any():
            return self.fold_aucs(name)
        values, fewer = self._within_folds(name, "score"), self._within_folds(name, "fewer")
        grown = values + (self.n_folds - 1) / self.n_folds * (values - fewer)
        return grown[np.isfinite(grown)]

    def _within_folds(self, name: str, column: str) -> NDArray[np.float64]:
        folds = self.of(name).groupby(["repeat", "fold"])
        return np.array([auc(part["label"].to_numpy(), part[column].to_numpy()) for _, part in folds])

    def auc_interval(self, name: str) -> tuple[float, float]:
        """95% interval of the AUC that the model of all people has in new people.

        Its centre is the mean of `grown_aucs`, its width their corrected variance; it holds `auc`, and is no
        narrower than by the number of people alone, since where all folds reach 1 their variance is none.

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
        values, area = self.grown_aucs(name), self.auc(name)
        low, high = interval(float(values.mean()), corrected_error(values, self.n_folds), len(values))
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
        When a class has fewer patients than folds, or a patient is on both sides of one.
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
            refuse_shared_patients(problem, rows[train], rows[test])
            after = splits[(number + 1) % plan.folds][1]
            fewer = np.setdiff1d(train, after) if plan.folds > 3 else train[:0]
            yield Fold(repeat, number, rows[train], rows[test], rows[fewer])


def refuse_shared_patients(problem: Problem, train: NDArray[np.int64], test: NDArray[np.int64]) -> None:
    """Refuse a fold that learns from a patient whom it is judged on.

    Parameters
    ----------
    problem : Problem
        People, proteins and roles.
    train, test : integer arrays
        Row numbers.

    Raises
    ------
    CohortError
        Naming the patients.
    """
    both = np.intersect1d(problem.patients[train], problem.patients[test])
    if len(both):
        raise CohortError(
            "each patient on one side of a fold", f"on both: {listed(both)}", "correct the patient ids"
        )


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
    task = FitTask(name, "", train, train[:0], trials, seed)
    return tuned_fit(problem, known, task, Course())[0]


def cross_validate(
    problem: Problem,
    names: Sequence[str],
    known: Knowledge,
    plan: Plan,
    *,
    execution: Execution | None = None,
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
    execution : Execution, optional
        In how many processes, and where trials are kept; in this one and nowhere if left out.
    tell : callable
        Receives one line of progress a repeat, and lines of the searches.

    Returns
    -------
    evaluation : Evaluation
        Out-of-fold scores of all families on the same folds.
    fitted : dict
        Family to its fitted models, in the order of the folds.
    """
    execution = execution or Execution()
    folds = list(outer_folds(problem, plan))
    problems = {(fold.repeat, fold.number): problem.in_fold(fold.train) for fold in folds}
    places = [(fold, name) for fold in folds for name in names]
    tasks = [_task(fold, name, plan, first=name == names[0]) for fold, name in places]
    results = execution.carry_out(partial(fit_and_score, problem, known, execution.stop_at), tasks, tell)
    fitted: dict[str, list[SubtypeClassifier]] = {name: [] for name in names}
    tables: list[pd.DataFrame] = []
    for (fold, name), (model, scores, _, fewer) in zip(places, results, strict=True):
        fitted[name].append(model)
        tables.append(score_table(problems[fold.repeat, fold.number], fold, name, scores, fewer=fewer))
    table = pd.concat(tables, ignore_index=True)
    order = pd.Categorical(table["family"], categories=list(names), ordered=True)
    table = table.assign(_order=order).sort_values(["_order", "repeat", "fold"], kind="stable")
    table = table.drop(columns="_order").reset_index(drop=True)
    searches = search_table(tasks, [found for _, _, found, _ in results])
    return Evaluation(table, plan.folds, searches), fitted


def _task(fold: Fold, name: str, plan: Plan, *, first: bool) -> FitTask:
    begins = first and fold.number == 0
    return FitTask(
        name,
        f"repeat {fold.repeat + 1}, fold {fold.number + 1}",
        fold.train,
        fold.test,
        plan.budget(name),
        plan.seed + 1000 * fold.repeat + fold.number,
        f"cross-validation, repeat {fold.repeat + 1} of {plan.repeats}" if begins else "",
        fewer=fold.fewer,
    )


def score_table(
    problem: Problem,
    fold: Fold,
    name: str,
    scores: NDArray[np.float64],
    *,
    fewer: NDArray[np.float64] | None = None,
) -> pd.DataFrame:
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
    fewer : array of shape (n_test,), optional
        The same people's scores by a model of fewer people; a column only where it is given.

    Returns
    -------
    DataFrame
    """
    table = pd.DataFrame(
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
    return table if fewer is None else table.assign(fewer=fewer)


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
