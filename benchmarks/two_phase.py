"""Whom to measure next: a planned sample against one at random, in cohorts whose truth is known.

    python benchmarks/two_phase.py                  1,000 cohorts a cell
    python benchmarks/two_phase.py --cohorts 100    a small version

A quarter of the people are skewed by 1.3 SDs of the score; the flag is a high score. The outside label goes
with the skew (nine in ten skewed people have it, one in ten others), with nothing (a quarter of all), or is
rare. The plan expects it with the chance that a quarter-skewed world gives. Rows are written to
``benchmarks/results/two_phase.csv``.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from stratify.learning.performance import logistic_fit
from stratify.learning.two_phase import plan_measurements
from stratify.learning.two_phase_estimates import TwoPhase, estimate_two_phase

RESULTS = Path(__file__).parent / "results" / "two_phase.csv"
SKEWED, SIZE, BOUND = 0.25, 1.3, 1.6
LABELS = {"follows the skew": (0.9, 0.1), "follows nothing": (0.25, 0.25), "rare": (0.3, 0.02)}
SIZES = ((100, 40), (200, 50), (500, 100))
FIGURES = ("prevalence", "given_flag", "sensitivity", "intercept", "slope")
MANY = 1_000_000


def draw(rng: np.random.Generator, n: int, label: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw scores, flags and labels."""
    skewed = rng.random(n) < SKEWED
    score = rng.normal(size=n) + SIZE * skewed
    yes, no = LABELS[label]
    return score, score > BOUND, (rng.random(n) < np.where(skewed, yes, no)).astype(float)


def truth_of(label: str) -> np.ndarray:
    """Give the figures (5,) of a million people."""
    score, flagged, y = draw(np.random.default_rng(0), MANY, label)
    design = np.column_stack([np.ones(MANY), (score - score.mean()) / score.std()])
    line = logistic_fit(y.astype(int), design, np.zeros(MANY))[0]
    return np.array([y.mean(), y[flagged].mean(), flagged[y == 1].mean(), *line])


def at_random(n: int, budget: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Choose people with one chance for all; everybody is in one stratum."""
    chosen = np.zeros(n, dtype=bool)
    chosen[rng.permutation(n)[:budget]] = True
    return np.zeros(n, dtype=int), chosen


def run_cohort(label: str, n: int, budget: int, seed: int) -> dict[str, TwoPhase]:
    """Measure people of one cohort by plan and at random."""
    rng = np.random.default_rng([seed, n])
    score, flagged, y = draw(rng, n, label)
    expected = expit(SIZE * score - SIZE**2 / 2 + logit(SKEWED))
    plan = plan_measurements(score, flagged, expected, budget=budget, seed=seed)
    ways = {"planned": (plan.stratum, plan.chosen), "at random": at_random(n, budget, rng)}
    return {
        way: estimate_two_phase(score, flagged, np.where(chosen, y, np.nan), stratum)
        for way, (stratum, chosen) in ways.items()
    }


def run_cell(label: str, n: int, budget: int, cohorts: int) -> pd.DataFrame:
    """Bias, spread and coverage by figure, and the variance of the plan over that of a random sample."""
    truth = truth_of(label)
    found = [run_cohort(label, n, budget, seed) for seed in range(cohorts)]
    values = {
        way: np.array([[getattr(one[way], name) for name in FIGURES] for one in found])
        for way in ("planned", "at random")
    }
    rows = []
    for place, name in enumerate(FIGURES):
        for way, value in values.items():
            told = value[np.isfinite(value[:, place, 0]), place]
            inside = (told[:, 1] <= truth[place]) & (truth[place] <= told[:, 2])
            spread = told[:, 0].var(ddof=1)
            other = values["at random"][:, place, 0]
            rows.append(
                {
                    "label": label,
                    "people": n,
                    "measured": budget,
                    "figure": name,
                    "way": way,
                    "cohorts": len(told),
                    "truth": truth[place],
                    "bias": told[:, 0].mean() - truth[place],
                    "bias_error": np.sqrt(spread / len(told)),
                    "sd": np.sqrt(spread),
                    "covered": inside.mean(),
                    "design_effect": spread / np.nanvar(other, ddof=1),
                }
            )
    return pd.DataFrame(rows)


def run(cohorts: int) -> pd.DataFrame:
    """All cells."""
    tables = [run_cell(label, n, budget, cohorts) for label in LABELS for n, budget in SIZES]
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return pd.concat(tables).assign(commit=commit or "unknown", machine=platform.machine()).round(6)


def main() -> None:
    """Run, write and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cohorts", type=int, default=1000)
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    table = run(arguments.cohorts)
    arguments.results.parent.mkdir(exist_ok=True)
    table.to_csv(arguments.results, index=False)
    print(table.drop(columns=["commit", "machine"]).round(3).to_string(index=False))


if __name__ == "__main__":
    main()
