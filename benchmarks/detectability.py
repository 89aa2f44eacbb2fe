"""The detectability map of studies of 108 people: what the present calls find, and what they cost.

    python benchmarks/detectability.py                50 studies a preset, resumed where it stopped
    python benchmarks/detectability.py --studies 3    a small version
    python benchmarks/detectability.py --planted      models' own maps beside new patients, 20 studies each

`stratify detect` prints the same for any planned study; here each study has rows of its own, and the rival
truth is there too: every patient shifted by an eighth of the AD direction and nobody skewed.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pandas as pd

from stratify.learning.detectability import (
    CIRCUMSTANCES,
    RATES,
    Circumstance,
    circumstances,
    detectability_map,
    study_rates,
    with_bridges,
)
from stratify.learning.planned_study import learn_planned_study
from stratify.learning.planted import planted_rows
from stratify.simulation.design import design_preset

RESULTS = Path(__file__).parent / "results" / "detectability.csv"
PRESETS = ("study", "strong-right", "strong-none")
SIZES = circumstances([0.3, 0.5, 0.8])
FIRST_SEED, EVERYONE = 100, 0.125
ASKED = [
    *circumstances([0.3, 0.5, 0.8], handling=[0.0, 0.5, 1.0]),
    *circumstances([0.5], batch=[0.5], bridges=[0, 4, 8]),
]


def run_study(preset: str, seed: int, patients: int = 500) -> list[dict]:
    """Learn from one study and call new patients under each circumstance; one row each."""
    study = learn_planned_study(with_bridges(design_preset(preset), ASKED), seed)
    first = {"preset": preset, "seed": seed}
    rows = [
        {**first, "truth": "subgroup", **asdict(one), **study_rates(study, one, patients=patients, seed=seed)}
        for one in ASKED
    ]
    rival = replace(study.world.design, truth="everyone_shifts", everyone_size=EVERYONE)
    shifted = replace(study, world=replace(study.world, design=rival))
    one = Circumstance(0.0)
    rates = study_rates(shifted, one, patients=patients, seed=seed)
    return [*rows, {**first, "truth": "everyone shifts", **asdict(one), **rates}]


def resume(path: Path, studies: int, patients: int = 500) -> pd.DataFrame:
    """Run what is not in the file yet."""
    path.parent.mkdir(exist_ok=True)
    done = pd.read_csv(path) if path.exists() else pd.DataFrame(columns=["preset", "seed"])
    for preset in PRESETS:
        for seed in range(FIRST_SEED, FIRST_SEED + studies):
            if not ((done["preset"] == preset) & (done["seed"] == seed)).any():
                rows = pd.DataFrame(run_study(preset, seed, patients)).round(6)
                rows.to_csv(path, mode="a", header=not path.exists(), index=False)
                print(f"{preset} {seed}", file=sys.stderr, flush=True)
    table = pd.read_csv(path)
    return table[table["seed"] < FIRST_SEED + studies]


def report(table: pd.DataFrame) -> None:
    """Print the maps."""
    shown = [*CIRCUMSTANCES, "studies", *(name for rate in RATES for name in (rate, f"{rate}_error"))]
    for preset in PRESETS:
        rows = table[(table["preset"] == preset) & (table["truth"] == "subgroup")]
        print(f"\n{preset}")
        told = detectability_map(rows, [0.25])
        print(told[[*shown, "ppv", "ppv_error"]].round(3).to_string(index=False))
        rival = table[(table["preset"] == preset) & (table["truth"] == "everyone shifts")]["false_flags"]
        print(f"everyone shifts by {EVERYONE}: flags {rival.mean():.3f} ({rival.sem():.3f}) of all")


def compare_planted(preset: str, seed: int, patients: int = 500) -> list[dict]:
    """Rates of one model by its own map, planted in its healthy people, and in new patients of its world."""
    study = learn_planned_study(design_preset(preset), seed)
    told = planted_rows(study.model, SIZES).groupby("relative_size")[list(RATES)].mean()
    rows = []
    for one in SIZES:
        fresh = study_rates(study, one, patients=patients, seed=seed)
        planted = {f"{rate}_planted": told.loc[one.relative_size, rate] for rate in RATES}
        rows.append({"preset": preset, "seed": seed, "relative_size": one.relative_size, **fresh, **planted})
    return rows


def planted(path: Path, studies: int) -> None:
    """Run what is not in the file yet, and print means and the spread of the difference."""
    path.parent.mkdir(exist_ok=True)
    done = pd.read_csv(path) if path.exists() else pd.DataFrame(columns=["preset", "seed"])
    for preset in PRESETS:
        for seed in range(FIRST_SEED, FIRST_SEED + studies):
            if not ((done["preset"] == preset) & (done["seed"] == seed)).any():
                rows = pd.DataFrame(compare_planted(preset, seed)).round(6)
                rows.to_csv(path, mode="a", header=not path.exists(), index=False)
                print(f"{preset} {seed}", file=sys.stderr, flush=True)
    table = pd.read_csv(path)
    for rate in ("sensitivity", "false_flags"):
        table[f"{rate}_gap"] = table[f"{rate}_planted"] - table[rate]
    columns = [f"{rate}{end}" for rate in ("sensitivity", "false_flags") for end in ("", "_planted", "_gap")]
    cells = table.groupby(["preset", "relative_size"], sort=False)[columns]
    spread = cells.std()[["sensitivity_gap", "false_flags_gap"]].add_suffix("_sd")
    print(cells.mean().join(spread).round(3).to_string())


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=50)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--planted", action="store_true")
    arguments = parser.parse_args()
    if arguments.planted:
        planted(arguments.results.with_name("planted.csv"), min(arguments.studies, 20))
        return
    report(resume(arguments.results, arguments.studies))


if __name__ == "__main__":
    main()
