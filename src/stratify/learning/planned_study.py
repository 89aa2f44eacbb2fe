"""A study that is only planned: simulated, and learned from as a real one would be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from stratify.assays.harmonise.plate_centring import plate_centre
from stratify.assays.harmonise.reference_rows import reference_values
from stratify.assays.sample_names import patient_rows
from stratify.learning.classifier import knowledge
from stratify.learning.frozen import FrozenModel
from stratify.learning.problem import Problem, adjusting_for, make_problem
from stratify.learning.training import Recipe, freeze
from stratify.learning.validation import Plan, cross_validate, fit_fold
from stratify.simulation.cohort import simulate_study
from stratify.simulation.design import StudyDesign
from stratify.simulation.world import World
from stratify.subtyping.definition import read_definition
from stratify.subtyping.labels import reference_disease


@dataclass(frozen=True, eq=False)
class PlannedStudy:
    """What a simulated study left behind.

    Parameters
    ----------
    model : FrozenModel
        Learned from its people; calls are allowed without a permutation test.
    world : World
        From which more patients can be drawn.
    expected : DataFrame
        Expected levels of its bridge samples and controls.
    """

    model: FrozenModel
    world: World
    expected: pd.DataFrame


def planned_problem(
    design: StudyDesign, seed: int, *, adjust: Sequence[str] = ()
) -> tuple[Problem, World, pd.DataFrame]:
    """Simulate a study and put its plates on one level; AD against PSO and HC, MDD as the target.

    Parameters
    ----------
    design : StudyDesign
        The dials.
    seed : int
        Of the world and its people.
    adjust : sequence of str
        Covariates that whoever learns from the problem adjusts for.

    Returns
    -------
    problem : Problem
    world : World
        From which more patients can be drawn.
    expected : DataFrame
        Expected levels of its bridge samples and controls.
    """
    study = simulate_study(design, seed=seed)
    level = plate_centre(study.adata)
    people = level[patient_rows(level)].copy()
    labels = reference_disease(
        people.obs["group"], positive=["AD"], negative=["PSO", "HC"], reference=["HC"], target=["MDD"]
    )
    problem = adjusting_for(make_problem(people, labels), people.obs, adjust)
    return problem, study.world, reference_values(level)


def learn_planned_study(
    design: StudyDesign,
    seed: int,
    *,
    definition: str = "th2-v2",
    family: str = "factor-centroids",
    trials: int = 0,
    adjust: Sequence[str] = (),
) -> PlannedStudy:
    """Simulate a study and learn a model from it, by the path of `train`.

    Parameters
    ----------
    design : StudyDesign
        The dials.
    seed : int
        Of the world, its people and the folds.
    definition : str, default "th2-v2"
        Definition of the subtype.
    family : str, default "factor-centroids"
        Family that is learned.
    trials : int, default 0
        Settings tried inside each fold.
    adjust : sequence of str
        Covariates that the model adjusts for.

    Returns
    -------
    PlannedStudy

    Raises
    ------
    ExperimentError
        A design that leaves too few people to learn from, an unknown family or definition.
    """
    problem, world, expected = planned_problem(design, seed, adjust=adjust)
    rule = read_definition(definition)
    plan = Plan(folds=5, repeats=1, trials=trials, seed=seed)
    recipe = Recipe(
        "planned", 1, "AD", rule, [family], default=family, plan=plan, simulated=True, expected=expected
    )
    known = knowledge(rule.prior_sets, rule.axis_sets, problem.assays)
    evaluation, fitted = cross_validate(problem, [family], known, plan)
    final = fit_fold(problem, problem.learned, family, known, trials=trials, seed=seed)
    model = freeze(problem, recipe, known, final, (evaluation, family, fitted[family]), shown=True)
    return PlannedStudy(model, world, expected)
