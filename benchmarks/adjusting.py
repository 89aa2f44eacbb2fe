"""Whether it helps to adjust for age and sex, or for handling, with effects learned from healthy people.

python benchmarks/adjusting.py                20 studies a preset, resumed where it stopped
python benchmarks/adjusting.py --studies 3    a small version
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from stratify.learning.detectability import batch_of
from stratify.learning.metrics import auc
from stratify.learning.planned_study import learn_planned_study
from stratify.learning.scores import score_batch
from stratify.simulation.cohort import fresh_mdd
from stratify.simulation.design import design_preset

PRESETS = ("strong-right", "study")
VARIANTS = {
    "nothing": (),
    "age, sex": ("age", "sex"),
    "handling": ("handling",),
    "age, sex, handling": ("age", "sex", "handling"),
}
LEAKS = (0.0, 0.5, 1.0)
FIRST_SEED = 900
RESULTS = Path(__file__).parent / "results" / "adjusting.csv"


def run_study(preset: str, seed: int, patients: int = 500) -> pd.DataFrame:
    """Learn from one study in each way and call the same new patients; one row a variant and leak."""
    rows = []
    for name, adjust in VARIANTS.items():
        study = learn_planned_study(design_preset(preset), seed, adjust=adjust)
        for leak in LEAKS:
            people, truth = fresh_mdd(
                study.world, patients, seed=seed, prevalence=0.5, relative_size=0.5, leak_offset=leak
            )
            skewed = truth["skewed"].to_numpy(dtype=bool)
            found = score_batch(study.model, batch_of(study, people))
            calls = np.array([decision.call for decision in found.decisions])
            flagged = calls == study.model.rule.positive_call
            rows.append(
                {
                    "preset": preset,
                    "seed": seed,
                    "adjusted for": name,
                    "leak": leak,
                    "auc": auc(skewed.astype(int), found.score),
                    "sensitivity": flagged[skewed].mean(),
                    "false_flags": flagged[~skewed].mean(),
                    "extrapolated": found.extrapolated.mean(),
                    "kept": study.model.scorer.effects.kept.mean() if adjust else np.nan,
                }
            )
    return pd.DataFrame(rows)


def resume(path: Path, presets: tuple[str, ...], studies: int) -> pd.DataFrame:
    """Run what is not yet in the file, one study after the other."""
    path.parent.mkdir(exist_ok=True)
    done = pd.read_csv(path) if path.exists() else pd.DataFrame(columns=["preset", "seed"])
    for preset in presets:
        for seed in range(FIRST_SEED, FIRST_SEED + studies):
            if not ((done["preset"] == preset) & (done["seed"] == seed)).any():
                run_study(preset, seed).to_csv(path, mode="a", header=not path.exists(), index=False)
                print(f"{preset} {seed}", file=sys.stderr, flush=True)
    table = pd.read_csv(path)
    return table[table["preset"].isin(presets) & (table["seed"] < FIRST_SEED + studies)]


def summarise(table: pd.DataFrame) -> pd.DataFrame:
    """Mean over studies; differences to no adjustment are paired by study, with their standard errors."""
    rates = ("auc", "sensitivity", "false_flags")
    rows = []
    for (preset, leak, name), part in table.groupby(["preset", "leak", "adjusted for"], sort=False):
        plain = table[(table["preset"] == preset) & (table["leak"] == leak)]
        plain = plain[plain["adjusted for"] == "nothing"].set_index("seed")
        row = {"preset": preset, "leak": leak, "adjusted for": name, "studies": len(part)}
        for rate in rates:
            more = part.set_index("seed")[rate] - plain[rate]
            error = more.std(ddof=1) / np.sqrt(len(more))
            row[rate] = f"{part[rate].mean():.3f}"
            row[f"{rate} less"] = f"{more.mean():+.3f} ({error:.3f})"
        row["kept"], row["extrapolated"] = part["kept"].mean(), part["extrapolated"].mean()
        rows.append(row)
    return pd.DataFrame(rows).sort_values(["preset", "leak"], kind="stable")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=20)
    parser.add_argument("--presets", nargs="+", default=list(PRESETS))
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    table = resume(arguments.results, tuple(arguments.presets), arguments.studies)
    print(summarise(table).to_string(index=False, float_format="{:.2f}".format))


if __name__ == "__main__":
    main()
