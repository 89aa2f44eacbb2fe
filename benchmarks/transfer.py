"""From one real cohort to another: what is left of a model where disease, hospital or tube is another.

    STRATIFY_DATA_DIR=... python benchmarks/transfer.py             all pairs, resumed where it stopped
    STRATIFY_DATA_DIR=... python benchmarks/transfer.py --pairs 2   a small version

Each pair shares proteins and asks alike who is more inflamed. A family learns on the first cohort (search and
calibration inside, on the proteins that both measured) and scores one sample a person of the second, by the
levels as delivered, and after the mean of each cohort's own negative group is taken off (which a
laboratory can do only where it knows such people). Calibration intercept and slope are given before and
after an update of the intercept; the update is learned on a half of the second cohort and judged on the
other, over 50 random halves. One row a pair, family and kind of level goes to ``results/transfer.csv``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.clinical import join_clinical
from stratify.assays.proteins.matching import match_assays
from stratify.assays.reader import read_assays
from stratify.datasets import fetch
from stratify.errors import CohortError
from stratify.learning.calibration import Platt, fit_platt
from stratify.learning.classifier import Knowledge
from stratify.learning.performance import log_odds_of, performance
from stratify.learning.problem import make_problem
from stratify.learning.recalibration import fit_update
from stratify.learning.validation import Plan, cross_validate, fit_fold
from stratify.subtyping.labels import Labels, patient_ids

RESULTS = Path(__file__).parent / "results" / "transfer.csv"
FAMILIES = {"factor-centroids": "default", "pathway-ridge": "ridge", "xgboost": "xgboost"}
TRIALS, SEED, HALVES = 10, 1, 50
UNCHANGED = Platt(0.0, 1.0, 0.5)


@dataclass(frozen=True)
class Cohort:
    """People of two groups: profiles and who is positive."""

    people: AnnData
    y: np.ndarray


def _cohort(people: AnnData, column: str, positive: str | list[str], negative: str | list[str]) -> Cohort:
    group = people.obs[column].astype(str)
    is_in = [group.isin([names] if isinstance(names, str) else names) for names in (positive, negative)]
    rows = (is_in[0] | is_in[1]).to_numpy()
    return Cohort(people[rows].copy(), is_in[0].to_numpy()[rows].astype(int))


def _vasculitis(column: str, positive: str, negative: str, half: int | None = None) -> Cohort:
    people = read_assays(fetch("lvv_cohort1") / "Cohort 1 Post QC Data.csv")
    if half is not None:  # two models may not share their healthy people
        healthy = np.flatnonzero((people.obs["group"] == "HC").to_numpy())
        away = np.random.default_rng(SEED).permutation(healthy)[half::2]
        people = people[np.setdiff1d(np.arange(people.n_obs), away)].copy()
    return _cohort(people, column, positive, negative)


def _intensive_care() -> Cohort:
    people = read_assays(fetch("ciim_breda") / "ciim_breda_inf.csv.gz")
    order = people.obs.sort_values("visit", kind="stable").index
    return _cohort(people[order].copy(), "group", "ICU", "non-ICU")


def _dialysis() -> Cohort:
    folder = fetch("gisby_serum")
    people, _ = join_clinical(read_assays(folder / "serum_npx_level.csv"), folder / "serum_sample_level.csv")
    return _cohort(people, "group", "POSITIVE", "NEGATIVE")


def _convalescents() -> Cohort:
    people = read_assays(fetch("ciim_hannover") / "ciim_hannover_healthy_vs_convalescent.csv.gz")
    return _cohort(people, "group", "postcovid", "healthy")


COHORTS: dict[str, Callable[[], Cohort]] = {
    "TAK activity": lambda: _vasculitis("Subgroup", "TAK_Active", "TAK_Inactive"),
    "GCA activity": lambda: _vasculitis("Subgroup", "LV.GCA_Active", "LV.GCA_Inactive"),
    "TAK or healthy": lambda: _vasculitis("group", "TAK", "HC", 0),
    "GCA or healthy": lambda: _vasculitis("group", "LV.GCA", "HC", 1),
    "COVID-19, intensive care or ward": _intensive_care,
    "dialysis, COVID-19 or not": _dialysis,
    "convalescent or healthy": _convalescents,
}
PAIRS = (
    ("TAK activity", "GCA activity"),
    ("TAK or healthy", "GCA or healthy"),
    ("GCA or healthy", "TAK or healthy"),
    ("COVID-19, intensive care or ward", "dialysis, COVID-19 or not"),
    ("dialysis, COVID-19 or not", "COVID-19, intensive care or ward"),
    ("convalescent or healthy", "dialysis, COVID-19 or not"),
    ("TAK activity", "COVID-19, intensive care or ward"),
    ("COVID-19, intensive care or ward", "TAK activity"),
)


def shared(first: AnnData, second: AnnData) -> tuple[AnnData, np.ndarray]:
    """Cut the first cohort to the proteins of both, and give the levels of the second in that order."""
    place = match_assays(first.var, second.var)
    kept = place >= 0
    return first[:, kept].copy(), np.asarray(second.X)[:, place[kept]]


def run_pair(source: str, target: str) -> pd.DataFrame:
    """Learn on one cohort and judge on the other; one row a family and kind of level."""
    first, second = COHORTS[source](), COHORTS[target]()
    people, levels = shared(first.people, second.people)
    once = ~pd.Series(patient_ids(second.people.obs)).duplicated().to_numpy()
    levels, y = levels[once], second.y[once]
    rows = []
    for kind in ("as delivered", "negatives at zero"):
        here, there = np.asarray(people.X, dtype=float), levels
        if kind == "negatives at zero":
            here = here - np.nanmean(here[first.y == 0], axis=0)
            there = there - np.nanmean(there[y == 0], axis=0)
        moved = people.copy()
        moved.X = here
        for family, word in FAMILIES.items():
            told = judge(family, Cohort(moved, first.y), there, y)
            rows.append({"source": source, "target": target, "proteins": people.n_vars, "levels": kind,
                         "family": word, **told})  # fmt: skip
    return pd.DataFrame(rows)


def judge(family: str, source: Cohort, levels: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Figures of one family: within the first cohort, and in the second before and after the update."""
    nobody = np.zeros(len(source.y), dtype=bool)
    problem = make_problem(source.people, Labels(source.y, source.y == 0, nobody))
    known, plan = Knowledge(None, None), Plan(folds=5, repeats=1, trials=TRIALS, seed=SEED)
    evaluation, _ = cross_validate(problem, [family], known, plan)
    final = fit_fold(problem, problem.learned, family, known, trials=TRIALS, seed=SEED)
    told = evaluation.of(family)
    line = fit_platt(told["score"].to_numpy(), told["label"].to_numpy(), np.ones(len(told)))
    probability = line.probability(final.decision_function(levels))
    flags = np.zeros(len(y), dtype=bool)
    found = performance(y, probability, flags, flags)
    figures = {
        "auc_within": evaluation.auc(family),
        "positives": found.positives,
        "negatives": found.negatives,
    }
    for name in ("auc", "calibration_intercept", "calibration_slope"):
        figures |= dict(zip((name, f"{name}_low", f"{name}_high"), getattr(found, name), strict=True))
    return {
        **figures,
        "brier": found.brier,
        "brier_of_the_mix": found.brier_of_the_mix,
        **updated(y, probability),
    }


def updated(y: np.ndarray, probability: np.ndarray) -> dict[str, float]:
    """Calibration on halves of the cohort after the intercept was learned on the other halves."""
    rng, told = np.random.default_rng(SEED), []
    for _ in range(HALVES):
        half = _half(y, rng)
        try:
            update = fit_update(y[half], probability[half], "intercept")
            new = update.applied(UNCHANGED).probability(log_odds_of(probability))
            flags = np.zeros((~half).sum(), dtype=bool)
            found = performance(y[~half], new[~half], flags, flags)
        except CohortError:
            continue
        told.append((found.calibration_intercept[0], found.calibration_slope[0], found.brier))
    if not told:
        return dict.fromkeys(("intercept_after", "slope_after", "brier_after", "halves"), float("nan"))
    mean = np.nanmean(told, axis=0)
    return dict(
        zip(("intercept_after", "slope_after", "brier_after", "halves"), (*mean, len(told)), strict=True)
    )


def _half(y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    half = np.zeros(len(y), dtype=bool)
    for label in (0, 1):
        rows = rng.permutation(np.flatnonzero(y == label))
        half[rows[: len(rows) // 2]] = True
    return half


def resume(path: Path, pairs: int = len(PAIRS)) -> pd.DataFrame:
    """Run what is not in the file yet."""
    path.parent.mkdir(exist_ok=True)
    done = pd.read_csv(path) if path.exists() else pd.DataFrame(columns=["source", "target"])
    for source, target in PAIRS[:pairs]:
        if not ((done["source"] == source) & (done["target"] == target)).any():
            run_pair(source, target).round(6).to_csv(path, mode="a", header=not path.exists(), index=False)
            print(f"{source} -> {target}", file=sys.stderr, flush=True)
    return pd.read_csv(path)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=len(PAIRS))
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    print(resume(arguments.results, arguments.pairs).round(2).to_string(index=False))


if __name__ == "__main__":
    main()
