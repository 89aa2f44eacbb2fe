"""Null cohorts: how often the path shows something where there is nothing.

    python benchmarks/null.py                  200 cohorts with permuted labels, resumed where it stopped
    python benchmarks/null.py --cohorts 10     a small version

For each simulated study the labels are given to other people; the permutation test runs at the
pre-specified settings. Whether intervals of the AUC hold .5 is in `new_people.py`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd
from scipy.stats import binomtest

from stratify.learning.classifier import Knowledge, knowledge
from stratify.learning.permutation import permutation_test
from stratify.learning.problem import Problem, make_problem
from stratify.simulation.cohort import simulate_study
from stratify.simulation.design import design_preset
from stratify.subtyping.labels import reference_disease

DEFAULT = "factor-centroids"
FIRST_SEED = 1000
RESULTS = Path(__file__).parent / "results" / "null.csv"


def null_cohort(seed: int) -> tuple[Problem, Knowledge]:
    """Give the labels of a simulated study to other people."""
    adata = simulate_study(design_preset("study"), seed=seed).adata
    people = adata[adata.obs["sample_type"] == "sample"].copy()
    labels = reference_disease(people.obs["group"], positive=["AD"], negative=["PSO", "HC"], reference=["HC"])
    problem = make_problem(people, labels).permuted(seed)
    return problem, knowledge(["Th2"], ["Th2", "Th1", "Th17"], problem.assays)


def run_null(seed: int) -> pd.DataFrame:
    """One cohort whose labels mean nothing."""
    problem, known = null_cohort(seed)
    test = permutation_test(problem, DEFAULT, known, seed=seed)
    return pd.DataFrame([{"seed": seed, "p": test.p_value, "permutations": test.n_permutations}])


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cohorts", type=int, default=200)
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    path = arguments.results
    path.parent.mkdir(exist_ok=True)
    for seed in range(FIRST_SEED, FIRST_SEED + arguments.cohorts):
        if not path.exists() or seed not in set(pd.read_csv(path)["seed"]):
            run_null(seed).to_csv(path, mode="a", header=not path.exists(), index=False)
            print(f"null cohort {seed}", file=sys.stderr, flush=True)
    table = pd.read_csv(path).head(arguments.cohorts)
    small = int((table["p"] <= 0.05).sum())
    test = binomtest(small, len(table), 0.05)
    print(f"null cohorts: {len(table)}")
    print(f"P(p <= .05): {small / len(table):.3f} (binomial p against .05: {test.pvalue:.2f})")


if __name__ == "__main__":
    main()
