"""Reversal: how often a drug is said to reverse nothing, and whether the right drug comes first.

    python benchmarks/reversal.py                  1,000 null cohorts, 100 planted ones a cell, resumed
    python benchmarks/reversal.py --cohorts 10     a small version

Null cohorts are plain normals (25 MDD, 32 HC; 363 proteins, ten shared factors with .4 of the variance),
with three drugs a cohort that have nothing to do with the disease: scattered proteins up and down,
scattered proteins down, and proteins down that vary together. In one cell the disease moves nothing, in the
other it moves 24 proteins by one SD.

Planted cohorts are simulated studies (108 people, 363 assays, sites, plates, handling, detection limits)
whose MDD patients have 24 proteins shifted by what two groups of 25 and 32 tell apart with 80% power; the
drug moves 16 of them back, and four others. A second drug of its pathway shares 12 of its proteins; 20
decoys are as large, half of them of proteins that vary together.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy.optimize import brentq
from scipy.stats import binomtest, nct, t

from stratify.signatures.drug_signatures import drug_signatures
from stratify.signatures.reversal import SHOWN, reverse
from stratify.simulation.cohort import simulate_study
from stratify.simulation.design import StudyDesign
from stratify.simulation.levels import shift_reading

RESULTS = Path(__file__).parent / "results" / "reversal.csv"
PROTEINS, FACTORS, SHARED, MOVED = 363, 10, 0.4, 24
N_CASE, N_CONTROL = 25, 32
NULLS = {"nothing differs": 0.0, "disease differs": 1.0}
PLANTED = {"one test": 0.05, "Bonferroni": 0.05 / PROTEINS}
DECOYS, RELABELLINGS, MORE_RELABELLINGS = 20, 199, 999


def size_with_power(alpha: float, power: float = 0.8) -> float:
    """Standardised difference that a two-sided t-test of the two groups finds with that power."""
    df, root = N_CASE + N_CONTROL - 2, np.sqrt(1 / N_CASE + 1 / N_CONTROL)
    critical = t.isf(alpha / 2, df)
    return float(brentq(lambda d: nct.sf(critical, df, d / root) - power, 0.1, 4.0))


def draw_direction(rng: np.random.Generator, among: np.ndarray, count: int) -> pd.Series:
    """Draw which proteins move, 85% of them up."""
    return pd.Series(rng.choice([-1.0, 1.0], count, p=[0.15, 0.85]), rng.choice(among, count, replace=False))


def rows_of(drug: str, direction: pd.Series, pathway: str = "") -> list[dict[str, str]]:
    """One row a protein; the drug moves it as the direction says."""
    word = {-1.0: "down", 1.0: "up"}
    return [
        {"drug": drug, "gene": gene, "direction": word[sign], "pathway": pathway}
        for gene, sign in direction.items()
    ]


def together(rng: np.random.Generator, profiles: pd.DataFrame, count: int) -> pd.Series:
    """Draw proteins that vary together, all down."""
    mix = rng.standard_normal(len(profiles)) @ (profiles - profiles.mean()).to_numpy()
    return pd.Series(-1.0, profiles.columns[np.argsort(mix)[:count]])


def null_rows(cell: str, seed: int) -> list[dict[str, object]]:
    """One cohort with three drugs that have nothing to do with the disease."""
    rng = np.random.default_rng([seed, 3])
    loadings = rng.standard_normal((PROTEINS, FACTORS)) * np.arange(1, FACTORS + 1) ** -0.5
    shared = np.minimum(rng.beta(20 * SHARED, 20 * (1 - SHARED), PROTEINS), 0.95)
    loadings *= np.sqrt(shared / (loadings**2).sum(axis=1))[:, None]
    names = np.array([f"GENE{i}" for i in range(PROTEINS)])

    def draw(n: int) -> np.ndarray:
        own = rng.standard_normal((n, PROTEINS)) * np.sqrt(1 - shared)
        return rng.standard_normal((n, FACTORS)) @ loadings.T + own

    levels, elsewhere = draw(N_CASE + N_CONTROL), pd.DataFrame(draw(100), columns=names)
    moved = draw_direction(rng, names, MOVED)
    levels[:N_CASE] += NULLS[cell] * moved.reindex(names).fillna(0.0).to_numpy()
    count = int(rng.integers(8, 25))
    mixed = pd.Series(rng.choice([-1.0, 1.0], count), rng.choice(names, count, replace=False))
    down = pd.Series(-1.0, rng.choice(names, count, replace=False))
    drugs = {
        "scattered, both ways": mixed,
        "scattered, down": down,
        "together, down": together(rng, elsewhere, count),
    }
    obs = pd.DataFrame({"group": ["MDD"] * N_CASE + ["HC"] * N_CONTROL}, map(str, range(len(levels))))
    people = AnnData(levels, obs=obs, var=pd.DataFrame({"uniprot": "", "gene": names, "panel": ""}, names))
    table = pd.DataFrame([row for drug, direction in drugs.items() for row in rows_of(drug, direction)])
    found = reverse(
        people, case="MDD", control="HC", drugs=drug_signatures(table), relabellings=RELABELLINGS, seed=seed
    ).table
    z = pd.Series(levels[:N_CASE].mean(axis=0) - levels[N_CASE:].mean(axis=0), names)
    found["p_proteins"] = [_permuted_proteins(rng, z, drugs[drug]) for drug in found["drug"]]
    kept = found[["drug", "p_labels", "p_signatures", "p_value", "p_proteins", "call"]]
    return kept.assign(cell=cell, seed=seed).to_dict("records")


def _permuted_proteins(rng: np.random.Generator, z: pd.Series, direction: pd.Series) -> float:
    observed = -(z[direction.index] * direction).sum()
    picks = rng.permuted(np.tile(z.to_numpy(), (RELABELLINGS, 1)), axis=1)[:, : len(direction)]
    return float((1 + (-(picks * direction.to_numpy()).sum(axis=1) >= observed).sum()) / (1 + RELABELLINGS))


def planted_row(cell: str, seed: int) -> dict[str, object]:
    """One study with a planted signature, its drug and decoys."""
    rng = np.random.default_rng([seed, 4])
    study = simulate_study(StudyDesign(mdd_size=0.0, prevalence=0.0), seed=seed)
    people = study.adata[study.adata.obs["sample_type"] == "sample"].copy()
    once = ~people.var["gene"].duplicated(keep=False).to_numpy() & study.world.visible
    genes = people.var["gene"].to_numpy(dtype=str)
    planted = draw_direction(rng, genes[once], MOVED)
    size = size_with_power(PLANTED[cell]) * study.world.levels["sd"].to_numpy()
    shift = np.where(once, pd.Series(genes).map(planted).fillna(0.0).to_numpy(), 0.0) * size
    ill = (people.obs["group"] == "MDD").to_numpy()
    levels = np.asarray(people.X, dtype=float)
    levels[ill] = shift_reading(levels[ill], np.asarray(people.layers["lod"])[ill], shift)
    people.X = levels
    rows = _drugs(rng, planted, genes[once], study.world.covariance[np.ix_(once, once)])
    found = reverse(
        people,
        case="MDD",
        control="HC",
        drugs=drug_signatures(rows),
        relabellings=MORE_RELABELLINGS,
        seed=seed,
    ).table
    first = found.iloc[0]
    true = found.set_index("drug").loc["true"]
    return {
        "cell": cell,
        "seed": seed,
        "drug": "true",
        "first": first["drug"],
        "right": first["pathway"] == "planted",
        "rank": true["rank"],
        "share_first": true["share_first"],
        "p_value": true["p_value"],
        "call": true["call"],
        "decoys_shown": int((found.loc[found["pathway"] == "", "call"] == SHOWN).sum()),
    }


def _drugs(
    rng: np.random.Generator, planted: pd.Series, names: np.ndarray, covariance: np.ndarray
) -> pd.DataFrame:
    others = np.setdiff1d(names, planted.index)
    back = -planted.iloc[:16]
    extra = pd.Series(-1.0, rng.choice(others, 8, replace=False))
    rows = rows_of("true", pd.concat([back, extra.iloc[:4]]), "planted")
    rows += rows_of("twin", pd.concat([back.iloc[4:], extra.iloc[4:]]), "planted")
    profiles = pd.DataFrame(rng.multivariate_normal(np.zeros(len(names)), covariance, 60), columns=names)
    for i in range(DECOYS):
        scattered = pd.Series(-draw_direction(rng, names, 20))
        rows += rows_of(f"decoy {i}", scattered if i % 2 else together(rng, profiles, 20))
    return pd.DataFrame(rows)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cohorts", type=int, default=1000, help="null cohorts a cell; a tenth are planted")
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    path = arguments.results
    path.parent.mkdir(exist_ok=True)
    work = [(PLANTED, lambda c, s: [planted_row(c, s)], max(arguments.cohorts // 10, 1))]
    work.append((NULLS, null_rows, arguments.cohorts))
    for cells, run, count in work:
        for cell in cells:
            target = path.with_name(f"{path.stem}-{'planted' if cells is PLANTED else 'null'}.csv")
            done = set(pd.read_csv(target).query("cell == @cell")["seed"]) if target.exists() else set()
            for seed in sorted(set(range(count)) - done):
                pd.DataFrame(run(cell, seed)).to_csv(
                    target, mode="a", header=not target.exists(), index=False
                )
            print(f"{cell}: {count} cohorts", file=sys.stderr, flush=True)
    print(null_summary(pd.read_csv(path.with_name(f"{path.stem}-null.csv"))).round(3).to_string(index=False))
    planted = pd.read_csv(path.with_name(f"{path.stem}-planted.csv"))
    for cell, part in planted.groupby("cell", sort=False):
        print(
            f"planted at 80% power, {cell} (d = {size_with_power(PLANTED[cell]):.2f}): "
            f"right pathway first in {part['right'].sum()} of {len(part)}, "
            f"the drug itself in {(part['rank'] == 1).sum()}; "
            f"p <= .05 in {(part['p_value'] <= 0.05).sum()}; shown in {(part['call'] == SHOWN).sum()}; "
            f"decoys shown {part['decoys_shown'].sum()} of {DECOYS * len(part)}; "
            f"median share first {part['share_first'].median():.2f}"
        )


def null_summary(table: pd.DataFrame) -> pd.DataFrame:
    """Share of cohorts with p at most .05, a cell, drug and null, with its 95% interval."""
    rows = []
    for (cell, drug), part in table.groupby(["cell", "drug"], sort=False):
        for name in ("p_labels", "p_signatures", "p_value", "p_proteins"):
            test = binomtest(int((part[name] <= 0.05).sum()), len(part))
            low, high = test.proportion_ci(method="exact")
            rows.append((cell, drug, name, len(part), test.statistic, low, high))
    return pd.DataFrame(rows, columns=["cell", "drug", "p", "cohorts", "rejected", "low", "high"])


if __name__ == "__main__":
    main()
