"""What an explanation costs beside XGBoost's own contributions and beside the package shap.

    python benchmarks/explanations.py                  1,000 people, 363 proteins, best of five
    python benchmarks/explanations.py --people 50      a small version

One model a family, learned from 83 people; times are of the values of all people in one call.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from stratify.learning.classifier import Knowledge, SubtypeClassifier, family
from stratify.learning.scorers import Scorer

RESULTS = Path(__file__).parent / "results" / "explanations.csv"
NAMES = ("factor-centroids", "xgboost", "pathway-xgboost")
LEARNED, POSITIVE, PROTEINS = 83, 30, 363


def learn(name: str, seed: int = 0) -> Scorer:
    """Learn a model from people whose first proteins differ."""
    rng = np.random.default_rng(seed)
    y = (np.arange(LEARNED) < POSITIVE).astype(int)
    profiles = 5 + rng.normal(size=(LEARNED, PROTEINS))
    profiles[:, :24] += y[:, None]
    prior = np.arange(PROTEINS) < 24
    pathways = np.array([np.roll(prior, 24 * i) / 24 for i in range(4)])
    built = family(name).build(Knowledge(prior, pathways))
    return SubtypeClassifier(built).fit(profiles, y, reference=y == 0).freeze()[1]


def native(scorer: Scorer, profiles: np.ndarray) -> np.ndarray:
    """XGBoost's contributions of its own features."""
    import xgboost

    z = scorer.standardise(profiles)
    means = [(z * row).sum(axis=1) for row in scorer.pathways]
    return scorer._load().predict(xgboost.DMatrix(np.column_stack([z, *means])), pred_contribs=True)


def of_shap(scorer: Scorer, profiles: np.ndarray) -> np.ndarray:
    """Values of the package shap."""
    import shap

    z = scorer.standardise(profiles)
    if scorer.linear:
        return shap.LinearExplainer((scorer.weights, scorer.intercept), z[:LEARNED]).shap_values(z)
    means = [(z * row).sum(axis=1) for row in scorer.pathways]
    return shap.TreeExplainer(scorer._load()).shap_values(np.column_stack([z, *means]))


def best(call: Callable[[], Any], rounds: int) -> float:
    """Shortest of some times, s."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def run(name: str, people: int, rounds: int = 5) -> dict[str, object]:
    """Time one family."""
    scorer = learn(name)
    profiles = 5 + np.random.default_rng(1).normal(size=(people, PROTEINS))
    background = np.zeros(PROTEINS)
    ours = best(lambda: scorer.contributions(profiles, background), rounds)
    theirs = np.nan if scorer.linear else best(lambda: native(scorer, profiles), rounds)
    shap = best(lambda: of_shap(scorer, profiles), rounds)
    return {
        "family": name,
        "people": people,
        "seconds": ours,
        "native_seconds": theirs,
        "shap_seconds": shap,
        "ratio_to_native": ours / theirs,
        "ratio_to_shap": ours / shap,
    }


def main() -> None:
    """Print and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, default=1000)
    people = parser.parse_args().people
    table = pd.DataFrame([run(name, people) for name in NAMES])
    RESULTS.parent.mkdir(exist_ok=True)
    table.to_csv(RESULTS, index=False, float_format="%.4g")
    sys.stdout.write(table.round(4).to_string(index=False) + "\n")


if __name__ == "__main__":
    main()
