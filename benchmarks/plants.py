"""Negative plants: what must not be taken for a skew, added to new patients who have none.

    python benchmarks/plants.py                15 studies a preset, resumed where it stopped
    python benchmarks/plants.py --studies 2    a small version

Each study is learned from once; 500 new patients, half of them skewed at relative size .5, are called as
they are and with one healthy SD more on each protein of a pathway, a unit of leak, or as if serum were EDTA
plasma. The same under the strict rule, in which Th2 must lead, and without a rule for the axes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from stratify.learning.detectability import batch_of
from stratify.learning.frozen import Batch, FrozenModel
from stratify.learning.planned_study import learn_planned_study
from stratify.learning.scores import score_batch
from stratify.learning.stress import plasma_to_serum
from stratify.signatures.pathways import members
from stratify.simulation.cohort import fresh_mdd
from stratify.simulation.design import design_preset

RESULTS = Path(__file__).parent / "results" / "plants.csv"
PRESETS, FIRST_SEED = ("study", "strong-right", "strong-none"), 100
PATHWAYS = ("Innate_general", "Th1", "Th17")


def plants(model: FrozenModel) -> Iterator[tuple[str, np.ndarray]]:
    """List what is added to each profile (n_proteins,)."""
    unit = model.scorer.scale
    yield "nothing", np.zeros(len(unit))
    for name in PATHWAYS:
        yield name, np.where(members(name, model.assays), unit, 0.0)
    yield "a unit of leak", np.where(model.handling.weights > 0, unit, 0.0)
    yield "EDTA plasma", -plasma_to_serum(model)


def variants(model: FrozenModel) -> Iterator[tuple[str, FrozenModel]]:
    """List the model by the present rule, by the strict one, and without a rule for the axes."""
    yield "present", model
    yield "Th2 must lead", replace(model, rule=replace(model.rule, lead_tail=0.0))
    yield "any axis", replace(model, rule=replace(model.rule, lead=""))


def run_study(preset: str, seed: int) -> list[dict]:
    """Learn from one study and call planted patients; one row a plant and rule."""
    study = learn_planned_study(design_preset(preset), seed)
    people, truth = fresh_mdd(study.world, 500, seed=seed, prevalence=0.5, relative_size=0.5, controls=True)
    batch, skewed = batch_of(study, people), truth["skewed"].to_numpy(dtype=bool)
    rows = []
    for plant, shift in plants(study.model):
        moved = replace(batch, profiles=batch.profiles + shift)
        for rule, model in variants(study.model):
            flagged = _flagged(model, moved)
            rows.append(
                {
                    "preset": preset,
                    "seed": seed,
                    "plant": plant,
                    "rule": rule,
                    "sensitivity": flagged[skewed].mean(),
                    "false_flags": flagged[~skewed].mean(),
                }
            )
    return rows


def _flagged(model: FrozenModel, batch: Batch) -> np.ndarray:
    return np.array([one.call == model.rule.positive_call for one in score_batch(model, batch).decisions])


def resume(path: Path, studies: int) -> pd.DataFrame:
    """Run what is not in the file yet."""
    path.parent.mkdir(exist_ok=True)
    done = pd.read_csv(path) if path.exists() else pd.DataFrame(columns=["preset", "seed"])
    for preset in PRESETS:
        for seed in range(FIRST_SEED, FIRST_SEED + studies):
            if not ((done["preset"] == preset) & (done["seed"] == seed)).any():
                rows = pd.DataFrame(run_study(preset, seed)).round(6)
                rows.to_csv(path, mode="a", header=not path.exists(), index=False)
                print(f"{preset} {seed}", file=sys.stderr, flush=True)
    table = pd.read_csv(path)
    return table[table["seed"] < FIRST_SEED + studies]


def main() -> None:
    """Run and print means and Monte Carlo errors."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=15)
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    table = resume(arguments.results, arguments.studies)
    cells = table.groupby(["preset", "plant", "rule"], sort=False)[["sensitivity", "false_flags"]]
    print(cells.mean().join(cells.sem().add_suffix("_error")).round(3).to_string())


if __name__ == "__main__":
    main()
