"""The sites of an experiment, held out one after the other."""

from __future__ import annotations

from collections.abc import Callable

from stratify.assays.clinical import require_columns
from stratify.experiment.cohort import Cohort
from stratify.experiment.config import ExperimentConfig
from stratify.experiment.origin import site_column
from stratify.learning.classifier import knowledge
from stratify.learning.execution import Execution
from stratify.learning.sites import SiteValidation, leave_one_site_out
from stratify.learning.training import Recipe, Training


def validate_sites(
    config: ExperimentConfig,
    cohort: Cohort,
    training: Training,
    recipe: Recipe,
    *,
    execution: Execution,
    tell: Callable[[str], None] = lambda line: None,
) -> SiteValidation:
    """Hold out the sites that ``[data] site`` names, for the family that was chosen.

    Parameters
    ----------
    config : ExperimentConfig
        The experiment.
    cohort : Cohort
        Its people.
    training : Training
        What was learned.
    recipe : Recipe
        How it was learned.
    execution : Execution
        In how many processes, and where trials are kept.
    tell : callable
        Receives lines of progress.

    Returns
    -------
    SiteValidation
    """
    people = cohort.people.obs
    column = people[require_columns(people, [site_column(config.data.site)])[0]]
    sites = column.astype(object).where(column.notna(), "").astype(str).to_numpy(dtype=str)
    known = knowledge(recipe.definition.prior, recipe.definition.axes, training.problem.assays)
    problem, plan = training.problem, recipe.plan
    tell(f"leaving one site out: {len(set(sites[problem.learned]))} sites")
    return leave_one_site_out(problem, sites, training.family, known, plan, execution=execution, tell=tell)
