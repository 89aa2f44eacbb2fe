"""The nested run: 108 people x 363 assays, 5 x 5 outer folds, 40 trials in each; time and memory.

    python benchmarks/nested.py              the default family, then all of them, beside plain ridge fits
    python benchmarks/nested.py --memory     peak of one worker, by the size of the cohort
    python benchmarks/nested.py --profile    where one fold of each family spends its time

Rows are appended to ``benchmarks/results/nested.csv`` with commit and machine; the table goes to standard
output.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import platform
import pstats
import resource
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from stratify.learning.classifier import FAMILIES, Knowledge, knowledge
from stratify.learning.execution import Execution, FitTask
from stratify.learning.inner_loss import INNER_FOLDS
from stratify.learning.memory import worker_bound
from stratify.learning.problem import Problem, make_problem
from stratify.learning.search import Course
from stratify.learning.trial_store import open_trials
from stratify.learning.tuned_fit import fit_and_score, tuned_fit
from stratify.learning.validation import Plan, cross_validate, outer_folds
from stratify.learning.workers import spread
from stratify.simulation.cohort import simulate_study
from stratify.simulation.design import design_preset
from stratify.subtyping.definition import read_definition
from stratify.subtyping.labels import reference_disease

RESULTS = Path(__file__).parent / "results" / "nested.csv"
DEFAULT = "factor-centroids"
PLAN = Plan(folds=5, repeats=5, trials=40, seed=0)
ROLES = {"positive": ["AD"], "negative": ["PSO", "HC"], "reference": ["HC"], "target": ["MDD"]}


def read_problem() -> tuple[Problem, Knowledge]:
    """Simulate a study of 108 people and 363 assays."""
    people = simulate_study(design_preset("study"), seed=1).adata
    people = people[people.obs["sample_type"] == "sample"].copy()
    problem = make_problem(people, reference_disease(people.obs["group"], **ROLES))
    definition = read_definition("th2-v1")
    return problem, knowledge(definition.prior, definition.axes, problem.assays)


def enlarge(people: int, assays: int) -> tuple[Problem, Knowledge]:
    """Draw a problem of any size; only its memory matters."""
    rng = np.random.default_rng(0)
    y = np.arange(people) % 2
    names = [f"A{j}" for j in range(assays)]
    problem = Problem(
        profiles=rng.normal(size=(people, assays)) + y[:, None] * (np.arange(assays) < 20),
        y=y,
        reference=y == 0,
        target=np.zeros(people, dtype=bool),
        patients=np.arange(people).astype(str),
        samples=np.arange(people).astype(str),
        assays=pd.DataFrame({"uniprot": "", "gene": names, "panel": ""}, index=names),
        detectability=np.ones(assays),
    )
    return problem, Knowledge(np.arange(assays) < 20, np.ones((1, assays)) / assays)


def run(families: tuple[str, ...], plan: Plan, workers: int) -> tuple[float, pd.DataFrame]:
    """Seconds of a nested run whose trials are kept in a file, and its searches."""
    problem, known = read_problem()
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        store = open_trials(f"sqlite:///{folder}/search.db", "nested-1", "0" * 64)
        evaluation, _ = cross_validate(
            problem, families, known, plan, execution=Execution(workers, store), tell=_say
        )
        return time.perf_counter() - begun, evaluation.searches


def plain_ridge(problem: Problem, task: tuple[np.ndarray, int], send) -> int:
    """Fit scikit-learn's logistic ridge as often as one search of one fold does."""
    rows, fits = task
    z = np.nan_to_num(problem.profiles[rows] - np.nanmean(problem.profiles[rows], axis=0))
    y = problem.y[rows]
    part = np.arange(len(y)) % INNER_FOLDS != 0  # a fit sees four of five inner folds
    for _ in range(fits):
        LogisticRegression(C=0.003, max_iter=2000).fit(z[part], y[part])
    return fits


def time_ridge(searches: int, plan: Plan, workers: int) -> tuple[int, float]:
    """Count and time plain fits, in as many processes as the nested run had."""
    problem, _ = read_problem()
    fits = plan.trials * INNER_FOLDS + 1
    tasks = [(fold.train, fits) for fold in outer_folds(problem, plan)] * searches
    begun = time.perf_counter()
    done = spread(partial(plain_ridge, problem), tasks, workers=workers, receive=_say)
    return sum(done), time.perf_counter() - begun


def record(name: str, families: tuple[str, ...], workers: int, plan: Plan) -> dict:
    """One row: a nested run beside plain fits."""
    load, before = os.getloadavg()[0], _processor()
    seconds, searches = run(families, plan, workers)
    tuned, between = sum(bool(FAMILIES[family].space) for family in families), _processor()
    fits, plain = time_ridge(tuned, plan, workers)
    ours, theirs = between - before, _processor() - between
    return {
        "run": name,
        "families": len(families),
        "workers": workers,
        "searches": len(searches),
        "trials": int(searches["trials"].sum()),
        "pruned": int(searches["pruned"].sum()),
        "seconds": round(seconds, 1),
        "ridge_fits": fits,
        "ridge_seconds": round(plain, 1),
        "ratio": round(seconds / plain, 2),
        "cpu_seconds": round(ours, 1),
        "ridge_cpu_seconds": round(theirs, 1),
        "cpu_ratio": round(ours / theirs, 2),
        "load_before": round(load, 1),
        "commit": _commit(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
    }


def peak(problem: Problem, known: Knowledge, task: FitTask, send) -> float:
    """Peak of this process in MiB after a fit of each kind of family, searched where that takes more."""
    for name, trials in (("factor-centroids", 2), ("pathway-ridge", 0), ("pathway-xgboost", 0)):
        fit_and_score(problem, known, float("inf"), FitTask(name, "", task.train, task.test, trials, 0), send)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def memory() -> pd.DataFrame:
    """Peak of a worker beside the bound that decides how many may run."""
    rows = []
    for people, assays in ((108, 363), (500, 363), (500, 2923)):
        problem, known = enlarge(people, assays)
        train = np.arange(people * 4 // 5)
        tasks = [FitTask(DEFAULT, "", train, np.arange(len(train), people), 6, 0)] * 2
        peaks = spread(partial(peak, problem, known), tasks, workers=2, receive=lambda message: None)
        bound = worker_bound(problem) / 2**20
        size = problem.profiles.nbytes / 2**20
        rows.append(
            {"people": people, "assays": assays, "profiles": size, "peak": max(peaks), "bound": bound}
        )
        _say(str(rows[-1]))
    return pd.DataFrame(rows).round(1)


def profile() -> None:
    """Print the costliest functions of one fold of each family."""
    problem, known = read_problem()
    fold = next(outer_folds(problem, PLAN))
    for name in FAMILIES:
        watch = cProfile.Profile()
        task = FitTask(name, "", fold.train, fold.test, PLAN.trials, 0)
        watch.runcall(tuned_fit, problem, known, task, Course())
        print(name)
        pstats.Stats(watch).sort_stats("tottime").print_stats(6)


def _processor() -> float:
    """Seconds of the processor that this process and its finished workers took."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, kinds))


def _commit() -> str:
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _say(line) -> None:
    if isinstance(line, str):
        print(line, file=sys.stderr, flush=True)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--trials", type=int, default=PLAN.trials)
    parser.add_argument("--repeats", type=int, default=PLAN.repeats)
    parser.add_argument("--only", choices=["default", "all"])
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    if arguments.memory:
        print(memory().to_string(index=False))
    elif arguments.profile:
        profile()
    else:
        plan = Plan(PLAN.folds, arguments.repeats, arguments.trials, PLAN.seed)
        for name, families in (("default", (DEFAULT,)), ("all", tuple(FAMILIES))):
            if arguments.only in (None, name):
                row = pd.DataFrame([record(name, families, arguments.workers, plan)])
                row.to_csv(arguments.results, mode="a", header=not arguments.results.exists(), index=False)
                print(row.to_string(index=False), flush=True)


if __name__ == "__main__":
    main()
