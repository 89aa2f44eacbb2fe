"""Prevalence as a curve over relative size, in simulated studies whose truth is known.

    python benchmarks/prevalence.py                50 studies a preset, resumed where it stopped
    python benchmarks/prevalence.py --studies 3    a small version

Each study of 108 people is learned from once; 100 new MDD patients of the same world are scored, their batch
tied by four bridge samples. A quarter of them are skewed at relative size .8, .5 or .3, or nobody is, or all
are shifted by .15. Rows are appended to ``benchmarks/results/prevalence.csv``; the table goes to standard
output.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.harmonise.control_offsets import control_offsets
from stratify.assays.sample_names import patient_rows
from stratify.learning.frozen import Batch
from stratify.learning.planned_study import PlannedStudy, learn_planned_study
from stratify.learning.prevalence import Target, prevalence_curve, target_people
from stratify.learning.scores import score_batch
from stratify.learning.subgroup_test import subgroup_test
from stratify.simulation.cohort import fresh_mdd
from stratify.simulation.design import design_preset

RESULTS = Path(__file__).parent / "results" / "prevalence.csv"
PRESETS = ("study", "strong-right")
FIRST_SEED, PATIENTS, SHARE, EVERYONE, DRAWS = 300, 100, 0.25, 0.15, 39
TRUTHS = {"skew .8": 0.8, "skew .5": 0.5, "skew .3": 0.3, "nobody": None, "everyone shifts": None}
TESTED = ("skew .8", "skew .5", "nobody", "everyone shifts")
SIZES = (0.3, 0.5, 0.8)


def target_of(study: PlannedStudy, truth: str, seed: int) -> tuple[Target, float]:
    """Score new patients of a study; with the share who are skewed."""
    size, world = TRUTHS[truth], study.world
    if truth == "everyone shifts":
        world = replace(world, design=replace(world.design, truth="everyone_shifts", everyone_size=EVERYONE))
    people, known = fresh_mdd(
        world,
        PATIENTS,
        seed=seed,
        prevalence=SHARE if size else 0.0,
        relative_size=size or 0.5,
        controls=True,
    )
    found = score_batch(study.model, batch_of(study, people))
    by_member = np.array([member.scorer.score(found.filled) for member in study.model.members])
    healthy, wanted = study.model.healthy, study.model.rule.smallest_relevant_size
    target = target_people(by_member, found.leak, healthy, study.model.leak_effect, shift_sd=wanted)
    return target, float(known["skewed"].mean())


def batch_of(study: PlannedStudy, people: AnnData) -> Batch:
    """Take the offset of the new plate off its patients, by the study's bridge samples."""
    offset, error, anchored = control_offsets(people, study.expected)
    profiles = np.asarray(people.X)[patient_rows(people)] - offset
    return Batch(profiles, np.zeros(profiles.shape, dtype=bool), ["ok"] * len(profiles), anchored, error)


def run_study(preset: str, seed: int) -> pd.DataFrame:
    """Learn from one study and ask about each truth; one row a truth and assumed size."""
    study = learn_planned_study(design_preset(preset), seed)
    tables = []
    for truth, size in TRUTHS.items():
        target, share = target_of(study, truth, seed)
        table = prevalence_curve(target, [size] if size else SIZES)
        test = subgroup_test(target, draws=DRAWS, seed=seed) if truth in TESTED else None
        told = {"p": test.p_value, "power": test.power, "preferred": test.preferred} if test else {}
        first = {"preset": preset, "seed": seed, "truth": truth, "share": share}
        tables.append(table.assign(**first, left_out=target.beyond, **told))
    made = {"commit": _commit(), "machine": platform.machine()}
    return pd.concat(tables).assign(**made).round(6)


@cache
def _commit() -> str:
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


def resume(path: Path, studies: int) -> pd.DataFrame:
    """Run what is not in the file yet."""
    path.parent.mkdir(exist_ok=True)
    done = pd.read_csv(path) if path.exists() else pd.DataFrame(columns=["preset", "seed"])
    for preset in PRESETS:
        for seed in range(FIRST_SEED, FIRST_SEED + studies):
            if not ((done["preset"] == preset) & (done["seed"] == seed)).any():
                columns = {"p": np.nan, "power": np.nan, "preferred": ""}
                rows = run_study(preset, seed)
                rows = rows.assign(**{name: columns[name] for name in columns if name not in rows})
                rows.to_csv(path, mode="a", header=not path.exists(), index=False)
                print(f"{preset} {seed}", file=sys.stderr, flush=True)
    table = pd.read_csv(path)
    return table[table["seed"] < FIRST_SEED + studies]


def summarise(table: pd.DataFrame) -> pd.DataFrame:
    """How often the truth lies inside, how wide that is, and how often the rival is excluded."""
    inside = {
        name: (table[low] <= table["share"]) & (table["share"] <= table[high])
        for name, low, high in (("interval holds", "low", "high"), ("band holds", "band_low", "band_high"))
    }
    table = table.assign(
        **inside,
        told_apart=np.where(table["p"].notna(), table["p"] <= 0.05, np.nan),
        prefers_subgroup=np.where(table["p"].notna(), table["preferred"] == "subgroup", np.nan),
    )
    shown = [*inside, "low", "high", "band_low", "band_high", "told_apart", "prefers_subgroup", "power"]
    groups = table.groupby(["preset", "truth", "relative_size"], sort=False)
    return groups[shown].mean().assign(studies=groups.size()).reset_index()


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=50)
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    print(summarise(resume(arguments.results, arguments.studies)).round(2).to_string(index=False))


if __name__ == "__main__":
    main()
