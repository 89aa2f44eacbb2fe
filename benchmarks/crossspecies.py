"""Mouse and human: level and power of the two by two test, and of the agreement of two signatures.

    python benchmarks/crossspecies.py                   500 runs a cell, resumed where it stopped
    python benchmarks/crossspecies.py --runs 20         a small version

Animals are simulated; no public data of such an experiment were at hand. Cells vary how animals are kept:
cages of three, no cage effect, few and small cages, one animal a cage, treatment within cages, unequal cages.
"varying" lets the interaction differ between cohorts around zero, which no test on cages can know. One
experiment of twenty also gets the mixed model. Agreement (half as many runs): the mouse contrast is that of
AD against psoriasis patients of a simulated study under mouse symbols, the human one that of its healthy
people against each other, so that nothing agrees though proteins move together in both alike ("disease");
the same the other way round ("reverse"); a mouse contrast of noise; "same" takes other AD and psoriasis
patients.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import binomtest, nct, t

from stratify.assays.sample_names import patient_rows
from stratify.signatures.animal_table import read_animals
from stratify.signatures.crossspecies import compare_species
from stratify.signatures.factorial_experiment import analyse_factorial
from stratify.signatures.orthologues import to_mouse
from stratify.simulation.animals import simulate_animals
from stratify.simulation.cohort import simulate_study

RESULTS = Path(__file__).parent / "results" / "crossspecies.csv"
FIRST_SEED = 7000
KEPT = {
    "cages of three": {},
    "no cage effect": {"spread": (0.3, 0.0, 0.4)},
    "few small cages": {"cohorts": 2, "cages": 2, "per_cage": 2},
    "alone": {"per_cage": 1, "cages": 5},
    "within cages": {"per_cage": 4},
    "unequal cages": {},
    "varying": {"cohorts": 4},
    "planted": {"interaction": 0.5},
}
SPREAD = (0.3, 0.2, 0.4)
AGREEMENT = ("agreement, disease", "agreement, reverse", "agreement, noise", "agreement, same")


def run_animals(cell: str, seed: int) -> dict[str, float]:
    """One experiment."""
    dials = {"interaction": 0.0, "spread": SPREAD, **KEPT[cell]}
    frame = simulate_animals(seed, **dials).drop(columns="time_in_zone")
    rng = np.random.default_rng([seed, 5])
    if cell == "within cages":
        frame["treatment"] = np.tile(["isotype", "anti-IL-4R"], len(frame) // 2)
    if cell == "unequal cages":
        frame = frame[rng.random(len(frame)) < np.where(frame["treatment"] == "isotype", 0.9, 0.6)]
    if cell == "varying":
        own = rng.normal(0.0, 0.4, 4)[frame["cohort"].str[-1].astype(int) - 1]
        both = (frame["stress"] == "defeat") & (frame["treatment"] == "anti-IL-4R")
        frame["interaction_ratio"] *= np.exp(np.where(both, own, 0.0))
    table = analyse_factorial(read_animals(frame), mixed=seed % 20 == 0).table()
    rows = table[table["scale"] == "ratio"].set_index("effect")
    raw = table[table["scale"] == "difference"].set_index("effect")
    mixed, over = "interaction, mixed model", "interaction over cohorts"
    return {
        "p": rows.loc["interaction", "p_value"],
        "p_difference": raw.loc["interaction", "p_value"],
        "p_mixed": rows["p_value"].get(mixed, np.nan),
        "p_cohorts": rows["p_value"].get(over, np.nan),
        "failed": float(np.isnan(rows.loc[mixed, "p_value"])) if mixed in rows.index else np.nan,
    }


def run_agreement(cell: str, seed: int) -> dict[str, float]:
    """One pair of signatures, with and without the people behind the human one."""
    study = simulate_study(seed=seed).adata
    people = study[patient_rows(study)].copy()
    people = people[:, ~people.var["gene"].duplicated()].copy()
    rng = np.random.default_rng([seed, 9])
    group = people.obs["group"].to_numpy()
    half = rng.permutation(len(group)) % 2 == 0
    if cell == "agreement, same":
        sides = [contrast(people, (group == "AD") & part, (group == "PSO") & part) for part in (half, ~half)]
    else:
        healthy = [(group == "HC") & part for part in (half, ~half)]
        sides = [contrast(people, group == "AD", group == "PSO"), contrast(people, *healthy)]
    if cell == "agreement, noise":
        sides[0]["logFC"] = rng.normal(size=len(sides[0]))
    mouse, human = sides[::-1] if cell == "agreement, reverse" else sides
    mouse["gene"] = to_mouse(human["gene"])["mouse_gene"]
    one, two = (compare_species(mouse, human, people=p).concordance for p in (None, people))
    return {
        "p": two.p_value,
        "p_direction": two.p_direction,
        "p_alone": one.p_value,
        "p_direction_alone": one.p_direction,
        "inflation": two.inflation,
        "correlation": two.correlation,
    }


def contrast(people: object, case: np.ndarray, control: np.ndarray) -> pd.DataFrame:
    """Mean difference of two groups with its standard error, one row a gene."""
    levels = np.asarray(people.X, dtype=float)  # type: ignore[attr-defined]
    a, b = levels[case], levels[control]
    error = np.sqrt(a.var(axis=0, ddof=1) / len(a) + b.var(axis=0, ddof=1) / len(b))
    genes = people.var["gene"].to_numpy()  # type: ignore[attr-defined]
    return pd.DataFrame({"gene": genes, "logFC": a.mean(axis=0) - b.mean(axis=0), "SE": error})


def resume(path: Path, runs: int) -> pd.DataFrame:
    """Run what is missing, write after every fifty runs."""
    path.parent.mkdir(exist_ok=True)
    done = pd.read_csv(path) if path.exists() else pd.DataFrame(columns=["cell", "seed"])
    for cell in (*KEPT, *AGREEMENT):
        act = run_animals if cell in KEPT else run_agreement
        there = set(done.loc[done["cell"] == cell, "seed"])
        wanted = runs if cell in KEPT else -(-runs // 2)
        todo = [s for s in range(FIRST_SEED, FIRST_SEED + wanted) if s not in there]
        for start in range(0, len(todo), 50):
            rows = [{"cell": cell, "seed": s, **act(cell, s)} for s in todo[start : start + 50]]
            done = pd.concat([done, pd.DataFrame(rows)]) if len(done) else pd.DataFrame(rows)
            done.round(6).to_csv(path, index=False)
            print(f"{cell}: {start + len(rows)} of {len(todo)}", file=sys.stderr, flush=True)
    return done[done["seed"] < FIRST_SEED + runs]


def stated_power(cohorts: int = 3, cages: int = 2, per_cage: int = 3, effect: float = 0.5) -> float:
    """Power of the interaction by the noncentral t on cages."""
    error = np.sqrt(4.0 / (cohorts * cages) * (SPREAD[1] ** 2 + SPREAD[2] ** 2 / per_cage))
    df = 4 * cohorts * cages - 3 - cohorts
    bound = t.ppf(0.975, df)
    return float(nct.sf(bound, df, effect / error) + nct.cdf(-bound, df, effect / error))


def report(table: pd.DataFrame) -> None:
    """Print the figures."""
    for cell, rows in table.groupby("cell", sort=False):
        parts = []
        for name in [c for c in rows if c.startswith("p") and rows[c].notna().any()]:
            p = rows[name].dropna()
            k = int((p <= 0.05).sum())
            parts.append(f"{name} {k / len(p):.3f} ({binomtest(k, len(p), 0.05).pvalue:.2f}; {len(p)})")
        means = [c for c in ("failed", "inflation", "correlation") if c in rows and rows[c].notna().any()]
        print(f"{cell}: {'; '.join(parts)}; {rows[means].mean().round(3).to_dict()}")
    print(f"planted: power stated by the noncentral t on cages {stated_power():.3f}")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    report(resume(arguments.results, arguments.runs))


if __name__ == "__main__":
    main()
