"""Ideas to beat the default family, tried on simulated studies of 108 people and mostly left out.

    python benchmarks/ideas.py                six studies in eight cells, resumed where it stopped
    python benchmarks/ideas.py --studies 1    a small version

The default is searched on a grid of thresholds here. `unlabelled` adds the residuals of the study's own
MDD to what the shared factors are estimated from; `best three` averages the three best settings; `and ridge`
averages the standardised scores of the default and of pathway-ridge. Boosted trees are at their pre-specified
settings, with and without what the pathways say. Efficiency is that of 500 new MDD patients.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.base import clone

from stratify.learning.boosting import Boosting
from stratify.learning.centroids import FactorCentroids, Moments, moments, stack_weights
from stratify.learning.classifier import Knowledge, SubtypeClassifier, family, knowledge
from stratify.learning.detectability import batch_of
from stratify.learning.metrics import auc
from stratify.learning.planned_study import PlannedStudy, planned_problem
from stratify.learning.problem import Problem
from stratify.learning.validation import fit_fold
from stratify.signatures.factors import decompose
from stratify.simulation.cohort import fresh_mdd
from stratify.simulation.design import design_preset
from stratify.subtyping.definition import read_definition

CELLS = tuple(f"{s}-{d}" for s in ("strong", "weak") for d in ("right", "half", "none", "along"))
GRID = [
    {"threshold": t, "prior_discount": d} for t in (0.5, 1.0, 1.5, 2.0, 2.5, 3.0) for d in (0.3, 0.65, 1.0)
]
RESULTS = Path(__file__).parent / "results" / "ideas.csv"


def with_others(summary: Moments, others: np.ndarray) -> Moments:
    """Let unlabelled people take part in the estimate of the shared factors."""
    residuals = np.vstack([summary.residuals, (others - others.mean(axis=0)) / summary.sd])
    residuals *= np.sqrt((summary.residuals**2).mean(axis=0) / (residuals**2).mean(axis=0))
    return replace(summary, spectrum=decompose(residuals, len(residuals) - 3))


def settings_by_loss(
    start: FactorCentroids, z: np.ndarray, y: np.ndarray, others: np.ndarray | None
) -> np.ndarray:
    """Weights (n_settings, n_proteins) of all settings of the grid, the least inner loss first."""
    whole, inner = moments(z, y), start.summaries(z, y)
    if others is not None:
        whole = with_others(whole, others)
        inner = [(held, with_others(summary, others)) for held, summary in inner]
    losses, weights = [], []
    for settings in GRID:
        trial = clone(start).set_params(**settings)
        scores = trial.out_of_fold(z, y, inner)
        stack, intercept = stack_weights(scores, y, trial.penalty)
        losses.append(np.logaddexp(0, -(2 * y - 1) * (scores @ stack + intercept)).mean())
        weights.append(trial._fit_summaries(z, y, whole, inner).coef_)
    return np.array(weights)[np.argsort(losses)]


def within_sd(scores: np.ndarray, y: np.ndarray) -> float:
    """Spread of a score within the classes."""
    return float(np.sqrt(scores[y == 1].var() + scores[y == 0].var()))


def linear_ideas(problem: Problem, known: Knowledge, seed: int) -> tuple[SubtypeClassifier, dict]:
    """Weights of the default and of what was tried in its place."""
    learned, target = problem.learned, np.flatnonzero(problem.target)
    path = SubtypeClassifier(family("factor-centroids").build(known))
    z, y = path.prepare(problem.profiles[learned], problem.reference[learned]), problem.y[learned]
    others = path.scaler_.transform(path.complete(problem.profiles[target]))
    plain, more = (settings_by_loss(path.estimator, z, y, who) for who in (None, others))
    ridge = fit_fold(problem, learned, "pathway-ridge", known, trials=20, seed=seed).estimator_.coef_
    parts = [one / within_sd((z * one).sum(axis=1), y) for one in (plain[0], ridge)]
    return path, {
        "default": plain[0],
        "best three": plain[:3].mean(axis=0),
        "unlabelled": more[0],
        "unlabelled, best three": more[:3].mean(axis=0),
        "and ridge": parts[0] + parts[1],
    }


def boosted_ideas(known: Knowledge) -> dict[str, Boosting]:
    """Boosted trees with more and more of what the pathways say."""
    prior = {"prior": known.prior}
    return {
        "boosting": Boosting(),
        "boosting, means": Boosting(pathways=known.pathways),
        "boosting, weights": Boosting(prior_weight=5.0, **prior),
        "boosting, constraints": Boosting(monotone=True, **prior),
        "boosting, all three": Boosting(prior_weight=5.0, monotone=True, pathways=known.pathways, **prior),
    }


def run_study(cell: str, seed: int, n_fresh: int = 500) -> pd.DataFrame:
    """One study; one row an idea."""
    problem, world, expected = planned_problem(design_preset(cell), seed)
    definition = read_definition("th2-v2")
    known = knowledge(definition.prior_sets, definition.axis_sets, problem.assays)
    people, truth = fresh_mdd(world, n_fresh, seed=seed, controls=True)
    profiles = batch_of(PlannedStudy(None, world, expected), people).profiles
    skewed = truth["skewed"].to_numpy(dtype=int)
    best = auc(skewed, truth["bayes_score"].to_numpy()) - 0.5
    path, linear = linear_ideas(problem, known, seed)
    fresh = path.scaler_.transform(path.complete(profiles))
    told = {name: (fresh * weights).sum(axis=1) for name, weights in linear.items()}
    z = path.scaler_.transform(path.complete(problem.profiles[problem.learned]))
    for name, trees in boosted_ideas(known).items():
        told[name] = trees.fit(z, problem.y[problem.learned]).decision_function(fresh)
    rows = [{"idea": name, "efficiency": (auc(skewed, s) - 0.5) / best} for name, s in told.items()]
    return pd.DataFrame(rows).assign(cell=cell, seed=seed)[["cell", "seed", "idea", "efficiency"]].round(6)


def resume(path: Path, studies: int) -> pd.DataFrame:
    """Run what is not in the file yet."""
    path.parent.mkdir(exist_ok=True)
    done = pd.read_csv(path) if path.exists() else pd.DataFrame(columns=["cell", "seed"])
    for seed in range(studies):
        for cell in CELLS:
            if not ((done["cell"] == cell) & (done["seed"] == seed)).any():
                run_study(cell, seed).to_csv(path, mode="a", header=not path.exists(), index=False)
                print(f"{cell} {seed}", file=sys.stderr, flush=True)
    table = pd.read_csv(path)
    return table[table["seed"] < studies]


def summarise(table: pd.DataFrame) -> pd.DataFrame:
    """Mean efficiency by cell, and the paired difference to the plain form over all studies."""
    means = table.pivot_table(index="idea", columns="cell", values="efficiency", sort=False)
    wide = table.pivot(index=["cell", "seed"], columns="idea", values="efficiency")
    for name in means.index:
        apart = wide[name] - wide["boosting" if name.startswith("boosting") else "default"]
        means.loc[name, ["less plain", "error"]] = apart.mean(), apart.sem()
    return means.round(3)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=6)
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    print(summarise(resume(arguments.results, arguments.studies)).to_string())


if __name__ == "__main__":
    main()
