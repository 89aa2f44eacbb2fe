"""From a problem to a frozen model: validate, test, fit on all, calibrate, freeze."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.learning.calibration import Platt, fit_platt
from stratify.learning.classifier import Knowledge, SubtypeClassifier, knowledge
from stratify.learning.conformal import Member
from stratify.learning.decision import Healthy, Rule
from stratify.learning.domain import HandlingState, fit_biology, fit_handling, judge_handling
from stratify.learning.execution import Execution, FitTask
from stratify.learning.family_choice import choice_frequencies
from stratify.learning.frozen import KEPT, FrozenModel
from stratify.learning.leak_effect import LeakEffect, fit_leak_effect
from stratify.learning.permutation import PermutationTest, permutation_test
from stratify.learning.problem import Problem
from stratify.learning.tuned_fit import fit_and_score, search_table
from stratify.learning.validation import Evaluation, Plan, choose_family, cross_validate
from stratify.learning.workers import one_thread
from stratify.signatures.handling import handling_set, speaks_of_disease
from stratify.signatures.limits import LimitState, without_model
from stratify.signatures.pathways import fit_axes, one_pathway_each
from stratify.subtyping.definition import Definition

Array = NDArray[np.float64]

N_OFFSETS = 16


@dataclass(frozen=True)
class Recipe:
    """What is trained, and how.

    Parameters
    ----------
    name : str
        Of the model.
    version : int
        Of the model.
    positive : str
        Name of the reference disease.
    definition : Definition
        What the subtype is.
    families : sequence of str
        Families that compete with the pre-specified one.
    default : str
        Pre-specified family.
    plan : Plan
        Outer cross-validation.
    permutations : int
        Most permutations of the test; 0 leaves it out, and then no call may be made.
    platform, scale, matrix : str
        Assay platform, unit of the levels, and kind of tube; kept with the model.
    simulated : bool
        Whether the people were simulated; every page then says so.
    expected : DataFrame
        Expected values of reference samples (names by assay ids); may be empty.
    """

    name: str
    version: int
    positive: str
    definition: Definition
    families: Sequence[str]
    default: str = "factor-centroids"
    plan: Plan = field(default_factory=Plan)
    permutations: int = 199
    platform: str = ""
    scale: str = "NPX"
    matrix: str = ""
    simulated: bool = False
    expected: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(frozen=True)
class Training:
    """What came out.

    Parameters
    ----------
    problem : Problem
        What was learned from.
    evaluation : Evaluation
        Out-of-fold scores of all families.
    test : PermutationTest
        Of the pre-specified family.
    family : str
        The chosen family.
    model : FrozenModel
        Of the chosen family, fitted on all learned people.
    searches : DataFrame
        Those of the evaluation, and that of the final fit.
    choices : mapping of str to float
        How often each family would have been chosen over folds that are drawn again.
    """

    problem: Problem
    evaluation: Evaluation
    test: PermutationTest
    family: str
    model: FrozenModel
    searches: pd.DataFrame = field(default_factory=pd.DataFrame)
    choices: Mapping[str, float] = field(default_factory=dict)


def train(
    problem: Problem,
    recipe: Recipe,
    *,
    execution: Execution | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> Training:
    """Train a model.

    Parameters
    ----------
    problem : Problem
        People, proteins and roles.
    recipe : Recipe
        What is trained, and how.
    execution : Execution, optional
        In how many processes, and where trials are kept; in this one and nowhere if left out.
    tell : callable
        Receives lines of progress.

    Returns
    -------
    Training
    """
    execution = execution or Execution()
    definition = recipe.definition
    known = knowledge(definition.prior, definition.axes, problem.assays)
    names = list(dict.fromkeys([recipe.default, *recipe.families, *recipe.plan.controls]))
    evaluation, fitted = cross_validate(problem, names, known, recipe.plan, execution=execution, tell=tell)
    with one_thread():
        test = permutation_test(
            problem,
            recipe.default,
            known,
            folds=recipe.plan.folds,
            seed=recipe.plan.seed,
            most=recipe.permutations,
            tell=tell,
        )
    chosen = recipe.default
    if test.shown:  # where nothing is shown, the best family is the luckiest
        chosen = choose_family(evaluation, recipe.default, never=recipe.plan.controls)
    tell(f"final fit of {chosen} on all {len(problem.learned)} people")
    learned, plan = problem.learned, recipe.plan
    task = FitTask(chosen, "final fit", learned, learned[:0], plan.trials, plan.seed)
    work = partial(fit_and_score, problem, known, execution.stop_at)
    final, _, found = execution.carry_out(work, [task], tell)[0]
    model = freeze(problem, recipe, known, final, (evaluation, chosen, fitted[chosen]), shown=test.shown)
    searches = pd.concat([evaluation.searches, search_table([task], [found])], ignore_index=True)
    choices = choice_frequencies(evaluation, recipe.default, never=plan.controls)
    return Training(problem, evaluation, test, chosen, model, searches, choices)


def freeze(
    problem: Problem,
    recipe: Recipe,
    known: Knowledge,
    final: SubtypeClassifier,
    validated: tuple[Evaluation, str, list[SubtypeClassifier]],
    *,
    shown: bool,
) -> FrozenModel:
    """Turn a fitted path and its out-of-fold scores into arrays.

    Parameters
    ----------
    problem : Problem
        What the path was fitted to.
    recipe : Recipe
        What was trained, and how.
    known : Knowledge
        Prior proteins and pathways.
    final : SubtypeClassifier
        Fitted on all learned people.
    validated : tuple
        The evaluation, the family's name, and its fitted models in the order of the folds.
    shown : bool
        Whether the permutation test allows calls.

    Returns
    -------
    FrozenModel
    """
    evaluation, family, fitted = validated
    scores = evaluation.of(family)
    gaps, scorer = final.freeze()
    everybody = (
        problem.learned
        if not problem.target.any()
        else np.flatnonzero((problem.y >= 0) | problem.reference | problem.target)
    )
    z = scorer.standardise(final.complete(problem.profiles[everybody], problem.limits_of(everybody)))
    healthy = z[problem.reference[everybody]]
    definition = recipe.definition
    no_handling = speaks_of_disease(problem.assays, definition.axes)
    handling = fit_handling(handling_set(problem.assays, no_handling), healthy)
    assays = problem.assays.assign(pathway=one_pathway_each(problem.assays, definition.axes))
    return FrozenModel(
        name=recipe.name,
        version=recipe.version,
        family=family,
        positive=recipe.positive,
        platform=recipe.platform,
        scale=recipe.scale,
        matrix=recipe.matrix,
        simulated=recipe.simulated,
        definition=definition.model_dump(mode="json"),
        assays=assays,
        rule=_rule(recipe, shown),
        gaps=gaps,
        scorer=scorer,
        members=_members(scores, fitted),
        background=z[problem.y[everybody] >= 0].mean(axis=0),
        detectability=problem.detectability,
        axes=fit_axes(definition.axes, problem.assays, healthy, problem.detectability),
        calibration=_calibrate(scores),
        healthy=healthy_reference(scores, dict(zip(problem.samples, problem.patients, strict=True))),
        handling=handling,
        leak_effect=_leak_effect(problem, scores, final, handling),
        biology=fit_biology(
            z,
            _groups(problem, everybody),
            problem.reference[everybody],
            patients=problem.patients[everybody],
        ),
        expected=recipe.expected,
        offsets=np.random.default_rng(recipe.plan.seed).standard_normal((N_OFFSETS, len(assays))),
        limits=_limits(problem, final),
    )


def _leak_effect(
    problem: Problem, scores: pd.DataFrame, final: SubtypeClassifier, handling: HandlingState
) -> LeakEffect:
    each = scores.groupby("sample_id", sort=False)["score"].mean()
    rows = pd.Index(problem.samples).get_indexer(each.index)
    profiles = problem.profiles[rows]
    z = final.freeze()[1].standardise(final.complete(profiles, problem.limits_of(rows)))
    leak = judge_handling(handling, z, np.isfinite(profiles))[0]
    return fit_leak_effect(each.to_numpy(), leak, _groups(problem, rows), problem.patients[rows])


def _limits(problem: Problem, final: SubtypeClassifier) -> LimitState:
    if problem.below_lod == "lod/sqrt2":
        return without_model(problem.below_lod)
    return KEPT if problem.limits is None else final.limits_


def _groups(problem: Problem, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    return problem.y[rows] * 4 + problem.reference[rows] * 2 + problem.target[rows]


def _rule(recipe: Recipe, shown: bool) -> Rule:
    definition = recipe.definition
    return Rule(
        positive_call=definition.positive_call(recipe.positive),
        lead=definition.lead,
        alpha=definition.alpha,
        healthy_tail=definition.healthy_tail,
        smallest_relevant_size=definition.smallest_relevant_size,
        least_weight_covered=definition.least_weight_covered,
        shown=shown,
    )


def _members(scores: pd.DataFrame, fitted: list[SubtypeClassifier]) -> tuple[Member, ...]:
    folds = scores.groupby(["repeat", "fold"], sort=True)
    return tuple(
        Member(
            model.freeze()[1],
            np.sort(part.loc[part["label"] == 0, "score"].to_numpy()),
            int(part["repeat"].iloc[0]),
        )
        for (_, part), model in zip(folds, fitted, strict=True)
    )


def _calibrate(scores: pd.DataFrame) -> Platt:
    labelled = scores[scores["label"] >= 0]
    weights = np.full(len(labelled), 1.0 / scores["repeat"].nunique())
    return fit_platt(labelled["score"].to_numpy(), labelled["label"].to_numpy(), weights)


def healthy_reference(scores: pd.DataFrame, patient_of: Mapping[str, str]) -> Healthy:
    """Summarise the healthy people's out-of-fold scores.

    Mean and SD are taken within each repeat and then averaged, so that averaging a person's repeats
    does not make the healthy look more alike than they are. Several samples of one patient count as one
    person, in the number that the bound leans on and in the percentiles.

    Parameters
    ----------
    scores : DataFrame
        Out-of-fold scores of one family.
    patient_of : mapping of str to str
        Patient of each sample.

    Returns
    -------
    Healthy
    """
    rows = scores[scores["reference"]]
    if rows.empty:
        return Healthy(0.0, 1.0, 0, 1.0, np.zeros(0))
    repeats = rows.groupby("repeat")["score"]
    mean, sd = float(repeats.mean().mean()), float(np.sqrt(repeats.var(ddof=1).mean()))
    diseased = float(scores.loc[scores["label"] == 1, "score"].mean())
    persons = np.sort(rows.groupby(rows["sample_id"].map(patient_of))["score"].mean().to_numpy())
    return Healthy(mean, max(sd, 1e-9), len(persons), diseased - mean, persons)
