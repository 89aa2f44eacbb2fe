"""A small panel from an experiment file: chosen, judged and written on a card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from stratify.assays.files.tables import read_cells
from stratify.assays.proteins.matching import display_names
from stratify.assays.schema import as_text, parse_numbers
from stratify.errors import ExperimentError, listed
from stratify.experiment.cohort import load_cohort, make_experiment_problem
from stratify.experiment.config import ExperimentConfig, read_experiment
from stratify.experiment.run import make_recipe
from stratify.learning.card_reading import CardReading, read_totals
from stratify.learning.classifier import knowledge
from stratify.learning.panel import FULL, SIZES, Offer, PanelStudy, study_panels
from stratify.learning.permutation import permutation_test
from stratify.learning.problem import Problem
from stratify.learning.training import Recipe
from stratify.reporting.score_card import CardFacts, score_card


@dataclass(frozen=True, eq=False)
class Panel:
    """A small panel and what it is worth.

    Parameters
    ----------
    table : DataFrame
        As from `PanelStudy.table`.
    proteins : DataFrame
        One row a protein that a fold or the final choice took: ``protein, assay_id, chosen, in_panel, cost,
        detectability``.
    card : str
        The score card in Markdown.
    reading : CardReading
        What totals say.
    """

    table: pd.DataFrame
    proteins: pd.DataFrame
    card: str
    reading: CardReading


def make_panel(
    path: str | Path,
    *,
    size: int = 5,
    costs: str | Path | None = None,
    detectable: float = 0.75,
    tell: Callable[[str], None] = lambda line: None,
) -> Panel:
    """Choose a few proteins for the question of an experiment, and write a score card.

    Parameters
    ----------
    path : str or Path
        Experiment file.
    size : int, default 5
        Proteins on the card, 3 to 10.
    costs : str or Path, optional
        Table with columns ``protein`` (symbol or assay id) and ``cost``; proteins that it does not name can
        not be had. Without it all cost the same.
    detectable : float, default 0.75
        Least share of samples above the detection limit.
    tell : callable
        Receives lines of progress.

    Returns
    -------
    Panel

    Raises
    ------
    ExperimentError
        A size out of range, costs that can not be read, or too few proteins that may be chosen.
    """
    if size not in SIZES:
        raise ExperimentError(f"a size from {min(SIZES)} to {max(SIZES)}", f"{size}", "change --size")
    config = read_experiment(path)
    _refuse_adjusting(config)
    cohort = load_cohort(config, Path(path).parent)
    problem, recipe = make_experiment_problem(config, cohort.people), make_recipe(config, cohort)
    cost = np.ones(len(problem.assays))
    if costs is not None:
        cost = read_costs(Path(costs), problem.assays, tell)
    offer = Offer(cost, problem.detectability, detectable)
    known = knowledge(recipe.definition.prior, recipe.definition.axes, problem.assays)
    study = study_panels(problem, known, offer, recipe.plan, family=recipe.default, tell=tell)
    tell("permutation test of the full model")
    test = permutation_test(
        problem,
        recipe.default,
        known,
        folds=recipe.plan.folds,
        seed=recipe.plan.seed,
        most=recipe.permutations,
    )
    reading = _reading(study, problem, recipe, size)
    facts = replace(_facts(study, problem, recipe, size), question=config.question, shown=test.shown)
    text = score_card(study.cards[size], reading, facts)
    return Panel(study.table(), _proteins(study, problem, offer, size), text, reading)


def _refuse_adjusting(config: ExperimentConfig) -> None:
    if config.learning.adjust:
        raise ExperimentError(
            "an experiment that adjusts for nothing: a card to be computed by hand knows proteins only",
            f"adjust = {listed(config.learning.adjust)}",
            "leave out adjust in [learning]",
        )


def read_costs(
    path: Path, assays: pd.DataFrame, tell: Callable[[str], None] = lambda line: None
) -> np.ndarray:
    """Read what each protein costs.

    Parameters
    ----------
    path : Path
        Table with columns ``protein`` and ``cost``.
    assays : DataFrame
        Of the problem.
    tell : callable
        Receives a line where the table names proteins that were not measured.

    Returns
    -------
    array of shape (n_proteins,)
        Infinite where the table does not name the protein.

    Raises
    ------
    ExperimentError
        A column that is absent, a protein that is named twice, or a cost that is no number above 0.
    """
    table = read_cells(path)
    if absent := [name for name in ("protein", "cost") if name not in table]:
        raise _wrong_costs(path, f"no column {listed(absent)}")
    names = table["protein"].map(as_text)
    values, wrong = parse_numbers(table["cost"])
    if wrong.any() or not (values > 0).all() or names.duplicated().any():
        raise _wrong_costs(path, "a cost that is no number above 0, or a protein twice")
    of = dict(zip(names, values, strict=True))
    spelled = [list(map(str, assays.index)), list(map(str, assays["gene"])), display_names(assays)]
    if strange := sorted(set(of).difference(*spelled)):
        tell(f"{path.name} names {len(strange)} proteins that were not measured here: {listed(strange)}")
    return np.array(
        [min((of[n] for n in set(one) & set(of)), default=np.inf) for one in zip(*spelled, strict=True)]
    )


def _wrong_costs(path: Path, found: str) -> ExperimentError:
    return ExperimentError(
        "a table of costs with columns protein and cost", f"{path.name}: {found}", "correct the table"
    )


def _reading(study: PanelStudy, problem: Problem, recipe: Recipe, size: int) -> CardReading:
    definition = recipe.definition
    return read_totals(
        study.evaluation.of(f"card of {size}"),
        dict(zip(problem.samples, problem.patients, strict=True)),
        study.cards[size].most,
        alpha=definition.alpha,
        healthy_tail=definition.healthy_tail,
        smallest_size=definition.smallest_relevant_size,
    )


def _facts(study: PanelStudy, problem: Problem, recipe: Recipe, size: int) -> CardFacts:
    names, often, order = display_names(problem.assays), study.frequencies(size), study.order[:size]
    table = study.table().set_index("score")
    rows = {"card": f"card of {size}", "panel": f"panel of {size}", "full": FULL}
    figures = {key: _limits(table.loc[name], "auc") for key, name in rows.items()}
    counts = [len(np.unique(problem.patients[problem.y == label])) for label in (1, 0)]
    return CardFacts(
        title=f"{recipe.name}, {size} proteins",
        positive=recipe.positive,
        unit=recipe.scale,
        names=tuple(names[j] for j in order),
        chosen=tuple(often.get(int(j), 0.0) for j in order),
        figures=figures | {"lost": _limits(table.loc[rows["card"]], "difference")},
        counts=(counts[0], counts[1]),
        simulated=recipe.simulated,
    )


def _limits(row: Any, name: str) -> tuple[float, float, float]:
    return float(row[name]), float(row[f"{name}_low"]), float(row[f"{name}_high"])


def _proteins(study: PanelStudy, problem: Problem, offer: Offer, size: int) -> pd.DataFrame:
    often, order = study.frequencies(size), study.order[:size].tolist()
    columns = sorted({*often, *order}, key=lambda j: (j not in order, -often.get(j, 0.0), j))
    names = display_names(problem.assays)
    return pd.DataFrame(
        {
            "protein": [names[j] for j in columns],
            "assay_id": [str(problem.assays.index[j]) for j in columns],
            "chosen": [often.get(j, 0.0) for j in columns],
            "in_panel": ["yes" if j in order else "no" for j in columns],
            "cost": offer.cost[columns],
            "detectability": offer.detectability[columns],
        }
    )
