"""Real cohorts: the default family beside plain and informed rivals, in the same folds by patient.

    STRATIFY_DATA_DIR=... python benchmarks/real.py                5 repeats of 5 folds, resumed
    STRATIFY_DATA_DIR=... python benchmarks/real.py --repeats 1    a small version

Active against inactive Takayasu arteritis, large-vessel vasculitis against health, and COVID-19 in intensive
care against the ward, as ``experiments/tak.toml``, ``lvv.toml`` and ``breda.toml`` ask them. The prior of
the informed ways, proteins of general inflammation, was named before anything was run. One row a
question, repeat, way and fold is appended to ``benchmarks/results/real.csv``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from stratify.experiment.cohort import load_cohort, make_experiment_problem
from stratify.experiment.config import read_experiment
from stratify.learning.classifier import Knowledge, knowledge
from stratify.learning.metrics import corrected_error
from stratify.learning.problem import Problem
from stratify.learning.validation import Plan, cross_validate

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results" / "real.csv"
QUESTIONS = ("tak", "lvv", "breda")
PRIOR, AXES = ("Innate_general",), ("Th2", "Th1", "Th17", "Innate_general")
FOLDS, TRIALS, FIRST_SEED = 5, 10, 100
DEFAULT = "default"
# Name of a way: its family, whether it knows the prior and the pathways, and the settings tried in each fold.
WAYS = {
    DEFAULT: ("factor-centroids", False, TRIALS),
    "default with a prior": ("factor-centroids", True, TRIALS),
    "plain stack": ("factor-centroids", False, 0),
    "composite": ("composite", True, 0),
    "pathway-ridge": ("pathway-ridge", True, TRIALS),
    "pathway-xgboost": ("pathway-xgboost", True, TRIALS),
    "ridge": ("pathway-ridge", False, TRIALS),
    "elastic-net": ("elastic-net", False, 0),
    "xgboost": ("xgboost", False, 0),
    "xgboost, searched": ("xgboost", False, TRIALS),
}
RIVALS = ("plain stack", "ridge", "elastic-net", "xgboost", "xgboost, searched")


def question(name: str) -> Problem:
    """Read the people of an experiment and label them."""
    path = ROOT / "experiments" / f"{name}.toml"
    config = read_experiment(path)
    return make_experiment_problem(config, load_cohort(config, path.parent).people)


def run_repeat(problem: Problem, repeat: int, ways: Sequence[str] = tuple(WAYS)) -> pd.DataFrame:
    """Run all ways through one repeat of the same folds; one row a way and fold."""
    informed = knowledge(PRIOR, AXES, problem.assays)
    rows = []
    for way in ways:
        family, knows, trials = WAYS[way]
        plan = Plan(FOLDS, 1, trials, FIRST_SEED + repeat)
        known = informed if knows else Knowledge(None, None)
        told = cross_validate(problem, [family], known, plan)[0]
        for fold, area in enumerate(told.fold_aucs(family)):
            rows.append({"repeat": repeat, "way": way, "fold": fold, "auc": area})
    return pd.DataFrame(rows)


def resume(path: Path, repeats: int, questions: Sequence[str] = QUESTIONS) -> pd.DataFrame:
    """Run what is not in the file yet."""
    path.parent.mkdir(exist_ok=True)
    done = pd.read_csv(path) if path.exists() else pd.DataFrame(columns=["question", "repeat"])
    for name in questions:
        left = [r for r in range(repeats) if not ((done["question"] == name) & (done["repeat"] == r)).any()]
        problem = question(name) if left else None
        for repeat in left:
            rows = run_repeat(problem, repeat)
            rows.insert(0, "question", name)
            rows.round(6).to_csv(path, mode="a", header=not path.exists(), index=False)
            print(f"{name} {repeat}", file=sys.stderr, flush=True)
    table = pd.read_csv(path)
    return table[table["question"].isin(questions) & (table["repeat"] < repeats)]


def summarise(table: pd.DataFrame) -> pd.DataFrame:
    """Mean over repeats of the AUC within folds; default less rival with the corrected error over folds."""
    rows = []
    for name, part in table.groupby("question", sort=False):
        fold = part.pivot(index=["repeat", "fold"], columns="way", values="auc")
        area = part.groupby(["way", "repeat"])["auc"].mean().unstack("way")
        for way in WAYS:
            rows.append(
                {
                    "question": name,
                    "way": way,
                    "auc": area[way].mean(),
                    "sd_over_repeats": area[way].std(ddof=1),
                    "default_less": (area[DEFAULT] - area[way]).mean(),
                    "error": corrected_error((fold[DEFAULT] - fold[way]).to_numpy(), FOLDS),
                }
            )
    return pd.DataFrame(rows)


def verdicts(summary: pd.DataFrame) -> list[str]:
    """Say for each question how far the default lies from the best plain rival."""
    lines = []
    for name, part in summary.groupby("question", sort=False):
        best = part.set_index("way").loc[list(RIVALS)].sort_values("auc").iloc[-1]
        word = "below by more than" if best["default_less"] < -best["error"] else "not below by more than"
        gap = f"{best['default_less']:+.3f} ({best['error']:.3f})"
        lines.append(
            f"{name}: best plain rival {best.name} {best['auc']:.3f}; default {gap}: {word} the error"
        )
    return lines


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    summary = summarise(resume(arguments.results, arguments.repeats))
    print(summary.round(3).to_string(index=False))
    print("\n".join(verdicts(summary)))


if __name__ == "__main__":
    main()
