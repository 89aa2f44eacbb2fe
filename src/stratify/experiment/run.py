"""One experiment, from its file to a kept, explained and tracked model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from stratify.assays.cleaning import removal_counts
from stratify.assays.clinical import require_columns
from stratify.errors import listed
from stratify.experiment.cohort import Cohort, load_cohort, make_experiment_problem, not_separable
from stratify.experiment.config import ExperimentConfig, read_experiment
from stratify.experiment.execution import forget_searches, make_execution
from stratify.experiment.label_settings import REFERENCE_DISEASE
from stratify.experiment.origin import site_column, tube_of
from stratify.experiment.sites import validate_sites
from stratify.experiment.target_shares import target_shares
from stratify.learning.classifier import knowledge
from stratify.learning.covariates import design_matrix, validate_covariates
from stratify.learning.execution import Execution
from stratify.learning.learning_curve import LearningCurve, learning_curve
from stratify.learning.negative_controls import NegativeControls, judge_negative_controls
from stratify.learning.planted import model_map
from stratify.learning.problem import Problem
from stratify.learning.requirements import label_proteins_among, require_answerable
from stratify.learning.subgroups import memberships, subgroups_of
from stratify.learning.training import Recipe, Training, train
from stratify.learning.validation import Evaluation, Plan, refuse_few_patients
from stratify.reporting.facts import BOOSTED, Facts, Flow, LabelAccount, count_target_calls
from stratify.reporting.folder import refuse_foreign_folder, write_model_folder
from stratify.reporting.plots import draw_figures
from stratify.reporting.raw_facts import raw_facts
from stratify.reporting.store import open_store
from stratify.reporting.tracking import started_run, track
from stratify.subtyping.definition import read_definition

# Where and in how many processes a run was carried out; an address may hold a password.
WITHOUT_EFFECT: dict[str, Any] = {"learning": {"storage", "workers"}}


@dataclass(frozen=True)
class Result:
    """What an experiment left behind.

    Parameters
    ----------
    training : Training
        What was learned.
    facts : Facts
        What the card says beside the training.
    folder : Path
        The model folder.
    run_id : str
        Of the MLflow run; empty when it was not tracked.
    """

    training: Training
    facts: Facts
    folder: Path
    run_id: str

    def summary(self) -> dict[str, Any]:
        """Headline figures in the shape of ``train --json``."""
        evaluation, family = self.training.evaluation, self.training.family
        low, high = evaluation.auc_interval(family)
        composite = "composite" if "composite" in evaluation.families else None
        return {
            "model": str(self.folder),
            "run_id": self.run_id,
            "auc": evaluation.auc(family),
            "auc_low": low,
            "auc_high": high,
            "baseline_auc": evaluation.auc(composite) if composite else None,
            "family": family,
            "permutation_p": self.training.test.p_value,
            "shown": self.training.test.shown,
        }


def run_experiment(
    path: str | Path,
    *,
    models: str | Path = "models",
    tracked: bool = True,
    tell: Callable[[str], None] = lambda line: None,
) -> Result:
    """Run an experiment from its file to a kept model.

    Parameters
    ----------
    path : str or Path
        Experiment file.
    models : str or Path, default "models"
        Folder that receives ``<name>-<version>/``.
    tracked : bool, default True
        Whether an MLflow run records it.
    tell : callable
        Receives lines of progress.

    Returns
    -------
    Result
    """
    return run_config(read_experiment(path), Path(path), models=models, tracked=tracked, tell=tell)


def run_config(
    config: ExperimentConfig,
    path: Path,
    *,
    models: str | Path,
    tracked: bool,
    tell: Callable[[str], None] = lambda line: None,
) -> Result:
    """Run an experiment whose settings are known.

    Parameters
    ----------
    config : ExperimentConfig
        The settings.
    path : Path
        Of the experiment file: its folder is where relative paths start, its name names the runs.
    models : str or Path
        Folder that receives ``<name>-<version>/``.
    tracked : bool
        Whether an MLflow run records it.
    tell : callable
        Receives lines of progress.

    Returns
    -------
    Result
    """
    folder = Path(models) / f"{config.name}-{config.version}"
    refuse_foreign_folder(folder)
    cohort = load_cohort(config, path.parent)
    problem = make_experiment_problem(config, cohort.people)
    recipe = make_recipe(config, cohort)
    require_answerable(problem, recipe.definition, allow=recipe.allow_label_proteins)
    refuse_few_patients(problem, recipe.plan.folds)
    folder.parent.mkdir(parents=True, exist_ok=True)
    if tracked:
        open_store()
    with started_run(path.stem, folder.name) if tracked else nullcontext("") as run_id:
        tell(f"{config.name}: {cohort.people.n_obs} samples, {cohort.people.n_vars} assays")
        for line in cohort.unmatched.lines():
            tell(line)
        execution = make_execution(config, problem, recipe, folder, tell=tell)
        training = train(problem, recipe, execution=execution, tell=tell)
        facts = gather_facts(config, cohort, training, path.name)
        if config.learning.leave_one_site_out:
            sites = validate_sites(config, cohort, training, recipe, execution=execution, tell=tell)
            facts = replace(facts, sites=sites)
        if config.learning.learning_curve:
            facts = replace(facts, curve=_curve(problem, recipe, execution, tell))
        tell("explaining and drawing")
        figures = draw_figures(raw_facts(training, facts))
        write_model_folder(training, facts, figures, folder)
        forget_searches(folder)
        if tracked:
            track(training, facts, figures, folder, run_id=run_id)
    return Result(training, facts, folder, run_id)


def make_recipe(config: ExperimentConfig, cohort: Cohort) -> Recipe:
    """Say what is trained.

    Parameters
    ----------
    config : ExperimentConfig
        The experiment.
    cohort : Cohort
        Its people.

    Returns
    -------
    Recipe
    """
    measured = cohort.people.uns.get("stratify", {})
    return Recipe(
        name=config.name,
        version=config.version,
        positive=config.data.positive_name or _positive_name(config),
        definition=read_definition(config.definition),
        families=config.learning.families,
        default=config.learning.default,
        plan=_plan(config),
        permutations=config.learning.permutations,
        platform=config.data.platform or str(measured.get("platform", "")),
        scale=str(measured.get("scale", "NPX")),
        matrix=tube_of(config.data.matrix, _learned_from(config, cohort.people.obs)),
        simulated=cohort.simulated,
        expected=cohort.expected,
        keep_people=config.learning.keep_people,
        allow_label_proteins=config.labels.allow_label_proteins,
    )


def _learned_from(config: ExperimentConfig, people: pd.DataFrame) -> pd.DataFrame:
    groups = people[require_columns(people, [config.data.group])[0]].astype(str)
    return people[~groups.isin(config.data.target).to_numpy()]


def _positive_name(config: ExperimentConfig) -> str:
    """Name the positive class after its groups, or after what made it."""
    labels, names = config.labels, listed(config.data.positive)
    rule = read_definition(labels.definition or config.definition)
    high = f"{rule.lead}-high" + (" cluster" if labels.source == "clusters" else "")
    sought = {"axis-rule": high, "clusters": high, "outside": labels.column}
    return sought.get(labels.source, names)


def gather_facts(config: ExperimentConfig, cohort: Cohort, training: Training, file: str) -> Facts:
    """Collect what the card says beside the training.

    Parameters
    ----------
    config : ExperimentConfig
        The experiment.
    cohort : Cohort
        Its people.
    training : Training
        What was learned.
    file : str
        Name of the experiment file.

    Returns
    -------
    Facts
    """
    members = _memberships(config, cohort, training)
    return Facts(
        question=config.question,
        experiment=file,
        sources=cohort.sources,
        flow=_flow(config, cohort, training.problem),
        settings=config.model_dump(mode="json", exclude=WITHOUT_EFFECT),
        seed=config.seed,
        simulated=cohort.simulated,
        permuted=config.data.permute,
        baselines=_covariates_only(config, cohort, training.problem),
        covariates=config.data.covariates,
        target_calls=count_target_calls(training),
        found=model_map(training.model),
        label=_label_account(config, cohort, training.problem),
        memberships=members,
        subgroups=tuple(subgroups_of(training.evaluation.of(training.family), members)),
        shares=target_shares(config, cohort, training),
        negative_controls=_negative_controls(config, training.problem),
    )


def _negative_controls(config: ExperimentConfig, problem: Problem) -> NegativeControls | None:
    names, folds = config.learning.negative_controls, config.learning.folds
    return judge_negative_controls(problem, names, folds=folds, seed=config.seed) if names else None


def _label_account(config: ExperimentConfig, cohort: Cohort, problem: Problem) -> LabelAccount | None:
    """Say what made the labels; nothing where they are diagnoses that can be told from the site."""
    source, reason = problem.source, not_separable(config, cohort.people, problem)
    if source is None or (source.name == REFERENCE_DISEASE and not reason):
        return None
    symbols = cohort.people.var["gene"]
    made = _genes(symbols, label_proteins_among(cohort.people.var, source.made_from))
    inside = _genes(symbols, label_proteins_among(problem.assays, source.made_from))
    return LabelAccount(source.name, source.statement, made, inside, reason)


def _genes(symbols: pd.Series, made_from: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    ids = [assay for assays in made_from.values() for assay in assays]
    return tuple(dict.fromkeys(symbols.loc[ids].astype(str)))


def _plan(config: ExperimentConfig) -> Plan:
    learning = config.learning
    return Plan(learning.folds, learning.repeats, learning.trials, config.seed, learning.controls)


def _flow(config: ExperimentConfig, cohort: Cohort, problem: Problem) -> Flow:
    removed = removal_counts(cohort.people.uns.get("stratify", {}).get("removed", []))
    removed.pop("control-rows", None)
    people = cohort.people.obs
    groups = people[require_columns(people, [config.data.group])[0]].astype(str)
    return Flow(
        read=cohort.n_read,
        controls=cohort.n_controls,
        removed=removed,
        learned=dict(sorted(Counter(groups.iloc[problem.learned]).items())),
        reference=int(problem.reference.sum()),
        target=int(problem.target.sum()),
    )


def _memberships(config: ExperimentConfig, cohort: Cohort, training: Training) -> pd.DataFrame:
    asked = dict.fromkeys([*config.data.covariates, *filter(None, [site_column(config.data.site)])])
    people = cohort.people.obs
    columns = people[require_columns(people, list(asked))] if asked else people[[]]
    return memberships(training.evaluation.of(training.family), columns)


def _curve(
    problem: Problem, recipe: Recipe, execution: Execution, tell: Callable[[str], None]
) -> LearningCurve:
    known = knowledge(recipe.definition.prior, recipe.definition.axes, problem.assays)
    names = list(dict.fromkeys([recipe.default, BOOSTED]))
    return learning_curve(problem, names, known, recipe.plan, execution=execution, tell=tell)


def _covariates_only(config: ExperimentConfig, cohort: Cohort, problem: Problem) -> Evaluation | None:
    if not config.data.covariates:
        return None
    columns = require_columns(cohort.people.obs, config.data.covariates)
    design = design_matrix(cohort.people.obs, columns)
    return Evaluation(validate_covariates(problem, design, _plan(config)), config.learning.folds)
