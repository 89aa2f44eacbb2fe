"""From a problem to a frozen model: validate, test, fit on all, calibrate, freeze."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.learning.classifier import Knowledge, SubtypeClassifier, knowledge
from stratify.learning.decision import Rule
from stratify.learning.domain import BiologyState, HandlingState, fit_biology, fit_handling, judge_handling
from stratify.learning.execution import Execution, FitTask
from stratify.learning.family_choice import choice_frequencies
from stratify.learning.frozen import KEPT, FrozenModel
from stratify.learning.held_out import NOBODY, HeldOut
from stratify.learning.permutation import PermutationTest, permutation_test
from stratify.learning.problem import Problem
from stratify.learning.requirements import require_answerable
from stratify.learning.thresholds import Thresholds, fit_thresholds
from stratify.learning.tuned_fit import fit_and_score, search_table
from stratify.learning.validation import Evaluation, Plan, choose_family, cross_validate
from stratify.learning.workers import one_thread
from stratify.signatures.axis_lead import fit_axis_lead
from stratify.signatures.handling import handling_set, speaks_of_disease
from stratify.signatures.limits import LimitState, treat_below, without_model
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
    allow_label_proteins : tuple of str
        Axes whose proteins may be learned from although they made the label.
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
    keep_people: bool = True
    allow_label_proteins: tuple[str, ...] = ()


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

    Raises
    ------
    LeakageError
        Proteins that made the label are among the features, and are not allowed by name.
    CohortError
        Too few patients for the definition's bound, or an axis of which nothing was measured.
    """
    execution = execution or Execution()
    definition = recipe.definition
    require_answerable(problem, definition, allow=recipe.allow_label_proteins)
    known = knowledge(definition.prior_sets, definition.axis_sets, problem.assays)
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
    final, _, found, _ = execution.carry_out(work, [task], tell)[0]
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
    filled = final.complete(problem.profiles[everybody], problem.limits_of(everybody))
    z = scorer.standardise(scorer.adjusted(filled, problem.covariates_of(everybody)))
    healthy = z[problem.reference[everybody]]
    definition = recipe.definition
    as_measured = scorer.standardise(filled[problem.reference[everybody]])
    handling = _handling(problem, definition, as_measured)
    assays = problem.assays.assign(pathway=one_pathway_each(problem.assays, definition.axis_sets))
    axes = fit_axes(definition.axis_sets, problem.assays, healthy, problem.detectability)
    people, against = _measured_against(problem, scores, (final, fitted), handling)
    return FrozenModel(
        name=recipe.name,
        version=recipe.version,
        family=family,
        positive=recipe.positive,
        platform=recipe.platform,
        scale=recipe.scale,
        matrix=recipe.matrix,
        simulated=recipe.simulated,
        definition=definition.deciding(),
        assays=assays,
        rule=_rule(recipe, shown),
        gaps=gaps,
        scorer=scorer,
        members=against.members,
        background=z[problem.y[everybody] >= 0].mean(axis=0),
        detectability=problem.detectability,
        axes=axes,
        axis_lead=fit_axis_lead(axes, healthy),
        calibration=against.calibration,
        healthy=against.healthy,
        handling=handling,
        leak_effect=against.leak_effect,
        held_out=people if recipe.keep_people else NOBODY,
        biology=_biology(problem, everybody, z),
        expected=recipe.expected,
        offsets=np.random.default_rng(recipe.plan.seed).standard_normal((N_OFFSETS, len(assays))),
        limits=_limits(problem, final),
        adjustment=problem.adjustment,
    )


def _handling(problem: Problem, definition: Definition, healthy: Array) -> HandlingState:
    excluded = speaks_of_disease(problem.assays, definition.axis_sets)
    return fit_handling(handling_set(problem.assays, excluded), healthy)


def _biology(problem: Problem, rows: NDArray[np.int64], z: Array) -> BiologyState:
    groups, reference = _groups(problem, rows), problem.reference[rows]
    return fit_biology(z, groups, reference, patients=problem.patients[rows])


def _measured_against(
    problem: Problem,
    scores: pd.DataFrame,
    models: tuple[SubtypeClassifier, list[SubtypeClassifier]],
    handling: HandlingState,
) -> tuple[HeldOut, Thresholds]:
    """Keep the people of the out-of-fold scores, and summarise what was said of them."""
    final, fitted = models
    rows = pd.Index(problem.samples).get_indexer(pd.Index(scores["sample_id"].unique()))
    people = _held_out(problem, rows, scores, final)
    told = scores.pivot(index="repeat", columns="sample_id", values="score")[problem.samples[rows]]
    profiles = problem.profiles[rows]
    z = final.freeze()[1].standardise(final.complete(profiles, problem.limits_of(rows)))
    leak = judge_handling(handling, z, np.isfinite(profiles))[0]
    scorers = [one.freeze()[1] for one in fitted]
    return people, fit_thresholds(told.to_numpy(), people, scorers, leak=leak)


def _held_out(
    problem: Problem, rows: NDArray[np.intp], scores: pd.DataFrame, final: SubtypeClassifier
) -> HeldOut:
    folds = pd.MultiIndex.from_frame(scores[["repeat", "fold"]])
    place = pd.Series(folds.factorize(sort=True)[0], scores.index).astype(float)
    member = scores.assign(place=place).pivot(index="repeat", columns="sample_id", values="place")
    return HeldOut(
        treat_below(final.limits_, problem.profiles[rows], problem.limits_of(rows)),
        problem.y[rows].astype(float),
        problem.reference[rows].astype(float),
        pd.factorize(problem.patients[rows])[0].astype(float),
        member[problem.samples[rows]].to_numpy(),
        problem.covariates_of(rows),
    )


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
        lead_tail=(definition.lead_tail or 0.0) / max(len(definition.axes) - 1, 1),
    )
