"""Does what is printed about new people of the training population hold: intervals, p-values, probabilities.

    python benchmarks/new_people.py               300 cohorts at either AUC, 50 studies; resumes
    python benchmarks/new_people.py --cohorts 10  a small version

Each cohort is learned from at the pre-specified settings (5 x 5 folds), and the model is judged on 3,000 new
people with the diagnoses and the mix of those it learned from. `nothing` gives the labels to other people, so
that the model's true AUC is .5; in `faint` it is about .7. The other cells are worlds of the simulator.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from stratify.learning.classifier import knowledge
from stratify.learning.frozen import Batch, FrozenModel
from stratify.learning.metric_intervals import FIGURES, metric_intervals
from stratify.learning.metrics import auc
from stratify.learning.planned_study import planned_problem
from stratify.learning.problem import Problem
from stratify.learning.scores import Scores, score_batch
from stratify.learning.training import Recipe, freeze
from stratify.learning.validation import Evaluation, Plan, cross_validate, fit_fold
from stratify.reporting.performance import crossed_probability
from stratify.simulation.design import StudyDesign, design_preset
from stratify.simulation.people import draw_people, measure
from stratify.simulation.world import World, stream
from stratify.subtyping.definition import read_definition

DEFAULT = "factor-centroids"
DEFINITION = "th2-v2"
FAINT = (
    0.77  # Bayes AUC of skewed MDD at half size; the model then tells new AD from the others with about .7
)
CELLS = ("nothing", "faint", "study", "strong-right")
STUDIES = ("study", "strong-right")
FIRST_SEED, NEW = 2000, 3000
RESULTS = Path(__file__).parent / "results" / "new_people.csv"


def design_of(cell: str) -> StudyDesign:
    """Give a cell its world; plates have no offset, so that new people lie on the level of the old ones."""
    design = design_preset(cell if cell in STUDIES else "study")
    faint = {"separability": FAINT} if cell == "faint" else {}
    return replace(design, plate_sd=0.0, **faint)


def validate(problem: Problem, seed: int) -> tuple[Evaluation, Callable[[], FrozenModel]]:
    """Validate at the pre-specified settings; the model of all people is fitted and frozen when asked for."""
    definition, plan = read_definition(DEFINITION), Plan(trials=0, seed=seed)
    known = knowledge(definition.prior_sets, definition.axis_sets, problem.assays)
    evaluation, fitted = cross_validate(problem, [DEFAULT], known, plan)

    def learn() -> FrozenModel:
        final = fit_fold(problem, problem.learned, DEFAULT, known, trials=0, seed=seed)
        recipe = Recipe("coverage", 1, "AD", definition, [DEFAULT], plan=plan, simulated=True)
        return freeze(problem, recipe, known, final, (evaluation, DEFAULT, fitted[DEFAULT]), shown=True)

    return evaluation, learn


def new_people(world: World, seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw people with the diagnoses and the mix of the study: profiles, and who has AD."""
    design = world.design
    mix = np.array([design.n_hc, design.n_ad, design.n_pso])
    groups = np.repeat(["HC", "AD", "PSO"], np.round(n * mix / mix.sum()).astype(int))
    rng = stream("new people", world.seed, seed)
    people = draw_people(world, groups, rng, prevalence=0.0, relative_size=0.0)
    return measure(world, people.profile, np.zeros(people.profile.shape), rng)[0], groups == "AD"


def run_cohort(cell: str, seed: int) -> dict:
    """One cohort and what its model says of new people."""
    problem, world, _ = planned_problem(design_of(cell), seed)
    if cell == "nothing":
        problem = problem.permuted(seed)
    evaluation, learn = validate(problem, seed)
    low, high = evaluation.auc_interval(DEFAULT)
    row = {"cell": cell, "seed": seed, "auc": evaluation.auc(DEFAULT), "low": low, "high": high, "true": 0.5}
    if cell != "nothing":
        profiles, diseased = new_people(world, seed, NEW)
        model = learn()
        row |= judge(model, profiles, diseased) | others_held(model, evaluation, profiles, diseased)
    return row


def judge(model: FrozenModel, profiles: np.ndarray, diseased: np.ndarray) -> dict[str, float]:
    """AUC in new people, how often the conformal p-value spares those without the disease, and the slope."""
    scores = scored(model, profiles)
    probability = np.clip(model.calibration.probability(scores.score), 1e-9, 1 - 1e-9)
    log_odds = np.log(probability / (1 - probability))[:, None]
    line = LogisticRegression(C=1e6, max_iter=1000).fit(log_odds, diseased)
    return {
        "true": auc(diseased.astype(int), scores.score),
        "conformal": float((scores.conformal_p[~diseased] > model.rule.alpha).mean()),
        "slope": float(line.coef_[0, 0]),
        "intercept": float(line.intercept_[0]),
    }


def others_held(
    model: FrozenModel, evaluation: Evaluation, profiles: np.ndarray, diseased: np.ndarray
) -> dict[str, bool]:
    """Whether the printed interval of each figure beside the AUC holds its value in new people."""
    scores = evaluation.of(DEFAULT)
    fewer = crossed_probability(scores.assign(score=scores["fewer"]))
    limits = metric_intervals(crossed_probability(scores), fewer, evaluation.n_folds)
    score = scored(model, profiles).score
    chance, label = model.calibration.probability(score), diseased.astype(np.int64)
    true = {name: figure(label, score, chance) for name, figure in FIGURES.items()}
    return {name: low <= true[name] <= high for name, (low, high) in limits.items()}


def scored(model: FrozenModel, profiles: np.ndarray) -> Scores:
    """Score people whose batch is that of the study."""
    below = np.zeros(profiles.shape, dtype=bool)
    batch = Batch(profiles, below, ["ok"] * len(profiles), "bridge", np.zeros(profiles.shape[1]))
    return score_batch(model, batch)


def resume(path: Path, cohorts: int) -> pd.DataFrame:
    """Run what is not in the file yet, all cells of a seed before the next one."""
    path.parent.mkdir(exist_ok=True)
    done = pd.read_csv(path) if path.exists() else pd.DataFrame(columns=["cell", "seed"])
    columns = ["cell", "seed", "auc", "low", "high", "true", "conformal", "slope", "intercept"]
    columns += FIGURES
    for seed in range(FIRST_SEED, FIRST_SEED + cohorts):
        for cell in CELLS if seed < FIRST_SEED + 50 else CELLS[:2]:
            if not ((done["cell"] == cell) & (done["seed"] == seed)).any():
                row = pd.DataFrame([run_cohort(cell, seed)]).reindex(columns=columns).round(6)
                row.to_csv(path, mode="a", header=not path.exists(), index=False)
                print(f"{cell} {seed}", file=sys.stderr, flush=True)
    table = pd.read_csv(path)
    return table[table["seed"] < FIRST_SEED + cohorts]


def summarise(table: pd.DataFrame) -> pd.DataFrame:
    """Print-ready figures of each cell; conformal coverage is also told for the worst tenth of cohorts."""
    held = (table["low"] <= table["true"]) & (table["true"] <= table["high"])
    table = table.assign(covered=held, width=table["high"] - table["low"])
    cells = table.groupby("cell", sort=False)
    told = cells[["auc", "true", "covered", "width", "conformal", "slope", "intercept"]].mean()
    told.insert(0, "cohorts", cells.size())
    told["covered_error"] = np.sqrt(told["covered"] * (1 - told["covered"]) / told["cohorts"])
    told["conformal_10th"] = cells["conformal"].quantile(0.1)
    told["slope_error"] = cells["slope"].sem()
    for name in FIGURES:
        told[f"{name} held"] = cells[name].mean()
    return told.reset_index()


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cohorts", type=int, default=300)
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    told = summarise(resume(arguments.results, arguments.cohorts)).set_index("cell")
    print(told.round(3).T.to_string())


if __name__ == "__main__":
    main()
