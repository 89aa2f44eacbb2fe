"""Two contrasts that share their controls: how often an overlap is shown where there is none.

    python benchmarks/overlap.py                  1,000 cohorts a cell, resumed where it stopped
    python benchmarks/overlap.py --cohorts 20     a small version

Cohorts of the study's size (25 MDD, 30 AD, 32 HC; 363 proteins) as plain normals with ten shared factors that
carry .4 of the variance; MDD-HC is laid over AD-HC. Diseases move 24 random proteins, 85% of them up.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy.stats import binomtest, hypergeom, pearsonr

from stratify.signatures.overlap import overlap

RESULTS = Path(__file__).parent / "results" / "overlap.csv"
GROUPS = {"MDD": 25, "AD": 30, "HC": 32}
PROTEINS, FACTORS, SHARED, MOVED = 363, 10, 0.4, 24
# Size of AD and of MDD (SDs a moved protein, on average), and share of AD's direction in that of MDD.
CELLS = {
    "nothing differs": (0.0, 0.0, 0.0),
    "AD differs": (1.0, 0.0, 0.0),
    "AD differs strongly": (2.0, 0.0, 0.0),
    "both differ, unrelated": (1.0, 1.0, 0.0),
    "MDD is half of AD": (1.0, 0.5, 1.0),
}
NULLS = tuple(CELLS)[:4]
RELABELLINGS = 199


def draw_profiles(rng: np.random.Generator, n: int, proteins: int = PROTEINS) -> np.ndarray:
    """Draw profiles with shared factors; each protein has variance one."""
    loadings = rng.standard_normal((proteins, FACTORS)) * np.arange(1, FACTORS + 1) ** -0.5
    shared = np.minimum(rng.beta(20 * SHARED, 20 * (1 - SHARED), proteins), 0.95)
    loadings *= np.sqrt(shared / (loadings**2).sum(axis=1))[:, None]
    own = rng.standard_normal((n, proteins)) * np.sqrt(1 - shared)
    return rng.standard_normal((n, FACTORS)) @ loadings.T + own


def draw_direction(rng: np.random.Generator, proteins: int = PROTEINS) -> np.ndarray:
    """Draw which proteins a disease moves and how far; mean absolute size one."""
    direction = np.zeros(proteins)
    moved = rng.choice(proteins, MOVED, replace=False)
    direction[moved] = rng.choice([-1, 1], MOVED, p=[0.15, 0.85]) * rng.gamma(6, 1 / 6, MOVED)
    return direction


def run(cell: str, seed: int) -> dict[str, object]:
    """One cohort."""
    rng = np.random.default_rng([seed, 1])
    ad_size, mdd_size, along = CELLS[cell]
    ad, other = draw_direction(rng), draw_direction(rng)
    mdd = mdd_size * (along * ad + (1 - along) * other)
    group = np.repeat(list(GROUPS), list(GROUPS.values()))
    levels = draw_profiles(rng, len(group))
    levels[group == "AD"] += ad_size * ad
    levels[group == "MDD"] += mdd
    names = [f"P{i}" for i in range(PROTEINS)]
    obs = pd.DataFrame({"group": group}, index=[f"S{i}" for i in range(len(group))])
    people = AnnData(
        levels, obs=obs, var=pd.DataFrame({"uniprot": "", "gene": names, "panel": ""}, index=names)
    )
    found = overlap(people, ("MDD", "HC"), ("AD", "HC"), relabellings=RELABELLINGS, seed=seed)
    effects = [found.table[f"{side}_log2_fold_change"] for side in ("first", "second")]
    row: dict[str, object] = {"cell": cell, "seed": seed}
    for test in found.tests.itertuples():
        row |= {
            f"{test.statistic} {kind}": getattr(test, kind) for kind in ("p_first", "p_second", "p_value")
        }
    norm = np.linalg.norm(mdd) * np.linalg.norm(ad)
    both = (found.table[["first_p_value", "second_p_value"]] <= 0.05).to_numpy()
    one, two = both.sum(axis=0)
    row["naive correlation p"] = pearsonr(*effects, alternative="greater").pvalue
    row["naive hypergeometric p"] = _hypergeometric(both.all(axis=1).sum(), one, two)
    row["truth"] = mdd @ ad / norm if norm > 0 else np.nan
    row |= {name: getattr(found.correlation, name) for name in ("estimate", "low", "high", "plain")}
    return row


def _hypergeometric(both: int, one: int, two: int) -> float:
    return float(hypergeom.sf(both - 1, PROTEINS, one, two))


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Share of cohorts with p at most .05, a cell and a test, with its 95% interval."""
    rows = []
    for cell, part in table.groupby("cell", sort=False):
        for column in (name for name in part if name.endswith((" p", "p_first", "p_second", "p_value"))):
            test = binomtest(int((part[column] <= 0.05).sum()), len(part))
            low, high = test.proportion_ci(method="exact")
            rows.append((cell, column, len(part), test.statistic, low, high))
    return pd.DataFrame(rows, columns=["cell", "test", "cohorts", "rejected", "low", "high"])


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cohorts", type=int, default=1000)
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    path = arguments.results
    path.parent.mkdir(exist_ok=True)
    for cell in CELLS:
        done = set(pd.read_csv(path).query("cell == @cell")["seed"]) if path.exists() else set()
        for seed in sorted(set(range(arguments.cohorts)) - done):
            rows = pd.DataFrame([run(cell, seed)])
            rows.to_csv(path, mode="a", header=not path.exists(), index=False, float_format="%.4g")
        print(f"{cell}: {arguments.cohorts} cohorts", file=sys.stderr, flush=True)
    table = pd.read_csv(path)
    print(summary(table).round(3).to_string(index=False))
    known = table.dropna(subset=["truth"])
    for cell, part in known.groupby("cell", sort=False):
        told = part.dropna(subset=["estimate"])
        truth = told["truth"].round(9)
        covered = ((told["low"] <= truth) & (truth <= told["high"])).mean()
        print(
            f"{cell}: true correlation {part['truth'].mean():.2f}; "
            f"median estimate {told['estimate'].median():.2f} "
            f"(errors and all {told['plain'].median():.2f}); interval covers {covered:.1%}; "
            f"not estimable {1 - len(told) / len(part):.1%}"
        )


if __name__ == "__main__":
    main()
