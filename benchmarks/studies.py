"""Simulated studies of 108 people, 500 fresh MDD each: how near to the best possible rule each family comes.

    python benchmarks/studies.py                 20 studies in two cells, resumed where it stopped
    python benchmarks/studies.py --studies 3     a small version

Each study is learned from once (search inside, one repeat of 5 folds for the out-of-fold scores), and
500 new MDD patients of the same world are scored, their batch anchored by the study's bridge samples.
Rows are appended to ``benchmarks/results/studies.csv``; the table goes to standard output.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from stratify.assays.harmonise.control_offsets import control_offsets
from stratify.assays.harmonise.plate_centring import plate_centre
from stratify.assays.harmonise.reference_rows import reference_values
from stratify.learning.classifier import knowledge
from stratify.learning.frozen import Batch, score_batch
from stratify.learning.metrics import auc
from stratify.learning.problem import make_problem
from stratify.learning.training import Recipe, freeze
from stratify.learning.validation import Plan, cross_validate, fit_fold
from stratify.simulation.cohort import fresh_mdd, simulate_study
from stratify.simulation.design import design_preset
from stratify.subtyping.definition import read_definition
from stratify.subtyping.labels import reference_disease

FAMILIES = ("composite", "pathway-ridge", "xgboost", "centroids", "factor-centroids")
DEFAULT = "factor-centroids"
CELLS = ("strong-right", "strong-none")
FIRST_SEED = 100
TRIALS = 20
RESULTS = Path(__file__).parent / "results" / "studies.csv"


def run_study(cell: str, seed: int, n_fresh: int = 500) -> pd.DataFrame:
    """Learn from one study and score fresh patients with every family; one row a family."""
    study = simulate_study(design_preset(cell), seed=seed)
    level = plate_centre(study.adata)
    people = level[level.obs["sample_type"] == "sample"].copy()
    labels = reference_disease(
        people.obs["group"], positive=["AD"], negative=["PSO", "HC"], reference=["HC"], target=["MDD"]
    )
    problem = make_problem(people, labels)
    definition = read_definition("th2-v2")
    plan = Plan(folds=5, repeats=1, trials=TRIALS, seed=seed)
    recipe = Recipe("study", 1, "AD", definition, FAMILIES, plan=plan, expected=reference_values(level))
    known = knowledge(definition.prior, definition.axes, problem.assays)
    evaluation, fitted = cross_validate(problem, FAMILIES, known, plan)
    fresh, truth = fresh_mdd(study.world, n_fresh, seed=seed, controls=True)
    offset, error, anchored = control_offsets(fresh, recipe.expected)
    patients = (fresh.obs["sample_type"] == "sample").to_numpy()
    profiles = np.asarray(fresh.X)[patients] - offset
    batch = Batch(profiles, np.zeros(profiles.shape, dtype=bool), ["ok"] * len(profiles), anchored, error)
    skewed = truth.loc[fresh.obs_names[patients], "skewed"].to_numpy()
    best = auc(skewed.astype(int), truth.loc[fresh.obs_names[patients], "bayes_score"].to_numpy())
    rows = []
    for name in FAMILIES:
        final = fit_fold(problem, problem.learned, name, known, trials=TRIALS, seed=seed)
        model = freeze(problem, recipe, known, final, (evaluation, name, fitted[name]), shown=True)
        rows.append(
            {"cell": cell, "seed": seed, "family": name, "bayes_auc": best} | _figures(model, batch, skewed)
        )
    return pd.DataFrame(rows)


def _figures(model, batch: Batch, skewed: np.ndarray) -> dict[str, float]:
    any_axis = replace(model, rule=replace(model.rule, lead=""))
    scores = score_batch(any_axis, batch)
    area = auc(skewed.astype(int), scores.score)
    figures = {"auc": area}
    for word, chosen in (("locked", model), ("any_axis", any_axis)):
        calls = np.array([decision.call for decision in score_batch(chosen, batch).decisions])
        flagged, cleared = calls == model.rule.positive_call, calls == model.rule.negative_call
        figures |= {
            f"sensitivity_{word}": flagged[skewed].mean(),
            f"false_flags_{word}": flagged[~skewed].mean(),
            f"cleared_skewed_{word}": cleared[skewed].mean(),
            f"cleared_others_{word}": cleared[~skewed].mean(),
        }
    return figures


def resume(path: Path, cells: tuple[str, ...], studies: int) -> pd.DataFrame:
    """Run what is not yet in the file, one study after the other."""
    path.parent.mkdir(exist_ok=True)
    done = pd.read_csv(path) if path.exists() else pd.DataFrame(columns=["cell", "seed"])
    for cell in cells:
        for seed in range(FIRST_SEED, FIRST_SEED + studies):
            if not ((done["cell"] == cell) & (done["seed"] == seed)).any():
                run_study(cell, seed).to_csv(path, mode="a", header=not path.exists(), index=False)
                print(f"{cell} {seed}", file=sys.stderr, flush=True)
    table = pd.read_csv(path)
    return table[table["cell"].isin(cells) & (table["seed"] < FIRST_SEED + studies)]


def summarise(table: pd.DataFrame) -> pd.DataFrame:
    """Mean over studies with Monte Carlo errors; differences to the default are paired by study."""
    table = table.assign(efficiency=(table["auc"] - 0.5) / (table["bayes_auc"] - 0.5))
    wide = table.pivot(index=["cell", "seed"], columns="family", values="efficiency")
    rows = []
    for (cell, name), part in table.groupby(["cell", "family"]):
        difference = (wide[name] - wide[DEFAULT]).loc[cell]
        rows.append(
            {
                "cell": cell,
                "family": name,
                "studies": len(part),
                "efficiency": _mean(part["efficiency"]),
                "worst tenth": f"{part['efficiency'].quantile(0.1):.2f}",
                "less default": _mean(difference) if name != DEFAULT else "",
                "sensitivity": _mean(part["sensitivity_locked"]),
                "false flags": _mean(part["false_flags_locked"], 3),
                "sensitivity, any axis": _mean(part["sensitivity_any_axis"]),
                "false flags, any axis": _mean(part["false_flags_any_axis"], 3),
                "not: skewed": _mean(part["cleared_skewed_locked"], 3),
                "not: others": _mean(part["cleared_others_locked"], 2),
            }
        )
    order = {name: place for place, name in enumerate(FAMILIES)}
    return pd.DataFrame(sorted(rows, key=lambda row: (CELLS.index(row["cell"]), order[row["family"]])))


def _mean(values: pd.Series, digits: int = 2) -> str:
    error = values.std(ddof=1) / np.sqrt(len(values))
    return f"{values.mean():.{digits}f} ({error:.{digits}f})"


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=20)
    parser.add_argument("--cells", nargs="+", default=list(CELLS))
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    table = resume(arguments.results, tuple(arguments.cells), arguments.studies)
    print(summarise(table).to_string(index=False))


if __name__ == "__main__":
    main()
