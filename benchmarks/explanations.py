"""What an explanation costs beside XGBoost's own contributions and beside the package shap.

    python benchmarks/explanations.py                  1,000 people, 363 proteins, best of 25
    python benchmarks/explanations.py --people 50      a small version

One model a family, learned from 83 people; processor times of the values of all people in one call,
from levels in the laboratory's unit. All use one thread, and the booster is in memory before the
clock runs.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from stratify.learning.classifier import Knowledge, SubtypeClassifier, family
from stratify.learning.scorers import Scorer
from stratify.learning.used_features import read_booster

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


def native(scorer: Scorer, booster: Any, profiles: np.ndarray) -> np.ndarray:
    """XGBoost's contributions of its own features."""
    import xgboost

    z = scorer.standardise(profiles)
    means = [(z * row).sum(axis=1) for row in scorer.pathways]
    return booster.predict(xgboost.DMatrix(np.column_stack([z, *means])), pred_contribs=True)


def of_shap(scorer: Scorer, profiles: np.ndarray) -> np.ndarray:
    """Values of the package shap."""
    import shap

    z = scorer.standardise(profiles)
    if scorer.linear:
        return shap.LinearExplainer((scorer.weights, scorer.intercept), z[:LEARNED]).shap_values(z)
    means = [(z * row).sum(axis=1) for row in scorer.pathways]
    return shap.TreeExplainer(scorer._load()).shap_values(np.column_stack([z, *means]))


def shortest(calls: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Shortest processor time of each call, s; they take turns, so that a busy moment meets all of them."""
    times = dict.fromkeys(calls, np.inf)
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.process_time()
            call()
            times[name] = min(times[name], time.process_time() - start)
    return times


def run(name: str, people: int, rounds: int = 25) -> dict[str, object]:
    """Time one family."""
    scorer = learn(name)
    profiles = 5 + np.random.default_rng(1).normal(size=(people, PROTEINS))
    background = np.zeros(PROTEINS)
    calls: dict[str, Callable[[], Any]] = {
        "ours": lambda: scorer.contributions(profiles, background),
        "shap": lambda: of_shap(scorer, profiles),
    }
    if not scorer.linear:
        booster = read_booster(scorer.booster)
        calls["native"] = lambda: native(scorer, booster, profiles)
    found = shortest(calls, rounds)
    theirs = found.get("native", np.nan)
    return {
        "family": name,
        "people": people,
        "seconds": found["ours"],
        "native_seconds": theirs,
        "shap_seconds": found["shap"],
        "ratio_to_native": found["ours"] / theirs,
        "ratio_to_shap": found["ours"] / found["shap"],
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
