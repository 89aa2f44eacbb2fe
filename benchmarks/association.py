"""Association: how often nothing is called something, and is what was planted found as often as stated.

    python benchmarks/association.py                   1,000 cohorts a cell, resumed where it stopped
    python benchmarks/association.py --cohorts 20      a small version

25 patients with depression of a simulated study (32 healthy people standardise the pathways). The outcome is
drawn anew: "plain" a MADRS that nothing goes with, "tied" four ordinal steps, "covariates" a MADRS that
follows age, sex and BMI (adjusted for), "visits" one to three visits a patient with a stable part and an
autoregressive rest in scores and outcome, "proteins" 363 proteins against a MADRS. What follows has
a fifth of the cohorts. In the "planted" cells the MADRS follows Th2 with a correlation of power .8 (formula);
in "planted, one of 60" what Th2 does not share with Th1 and Th17, in 60 patients; in "alike" Th2 and Th1
alike, so that a call of "specific" is false. "pooled" draws correlated scores with known correlations.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy.stats import binomtest

from stratify.assays.sample_names import patient_rows
from stratify.signatures.association import associate_scores
from stratify.signatures.cohort_association import associate
from stratify.signatures.correlation_power import detectable_correlation
from stratify.signatures.frozen_scores import pathway_scores
from stratify.simulation.cohort import simulate_study
from stratify.simulation.design import design_preset

RESULTS = Path(__file__).parent / "results" / "association.csv"
FIRST_SEED, N_MDD = 5000, 25
NULL = ("plain", "tied", "covariates", "visits", "proteins")
PLANTED = ("planted", "planted, covariates", "planted, visits", "planted, one of 60", "alike", "pooled")
ADJUSTED = ["age", "sex", "bmi"]
STEPS = np.array(["none", "mild", "moderate", "severe"])


def patients(seed: int, n: int = N_MDD) -> AnnData:
    """Simulate a study with n patients with depression."""
    design = design_preset("study")
    study = simulate_study(design if n == N_MDD else design.scaled(round(108 * n / N_MDD)), seed=seed).adata
    return study[patient_rows(study)].copy()


def standard(values: np.ndarray) -> np.ndarray:
    """Mean 0, SD 1."""
    return (values - values.mean()) / values.std()


def as_madrs(latent: np.ndarray) -> np.ndarray:
    """Whole points of a scale, around 30 with SD 6."""
    return np.clip(np.round(30.0 + 6.0 * latent), 0, 60)


def visits_of(columns: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """One to three visits a patient: half of the variance moves from visit to visit, with memory."""
    count = rng.integers(1, 4, len(columns))
    person = np.repeat(np.arange(len(columns)), count)
    moving = rng.normal(size=(len(person), columns.shape[1]))
    for i in range(1, len(person)):
        if person[i] == person[i - 1]:
            moving[i] = 0.5 * moving[i - 1] + np.sqrt(0.75) * moving[i]
    return columns[person] + moving, person


def run(cell: str, seed: int) -> dict[str, float]:
    """One cohort."""
    rng = np.random.default_rng([seed, 31])
    if cell == "pooled":
        return run_pooled(rng)
    people = patients(seed, 60 if cell == "planted, one of 60" else N_MDD)
    mdd = (people.obs["group"] == "MDD").to_numpy()
    scores = pathway_scores(people)[0]
    outcome, visits = np.full(people.n_obs, np.nan), "visits" in cell
    latent = rng.normal(size=mdd.sum())
    if "covariates" in cell:
        latent = latent + age_sex_bmi(people[mdd])
    if cell == "planted, one of 60":
        latent = 0.8 * alone(scores[mdd]) + 0.6 * latent
    elif cell.startswith("planted") and not visits:
        latent = planted(people[mdd], scores.loc[mdd, "Th2"].to_numpy(), rng, covariates="covariates" in cell)
    elif cell == "alike":
        both = standard(scores.loc[mdd, "Th2"].to_numpy()) + standard(scores.loc[mdd, "Th1"].to_numpy())
        latent = 0.8 * standard(both) + 0.6 * latent
    if visits:
        return run_visits(scores[mdd], latent, rng, planted=cell.startswith("planted"))
    outcome[mdd] = as_madrs(standard(latent))
    people.obs["madrs"] = outcome
    if cell == "tied":
        people.obs["madrs"] = "" if not mdd.any() else steps(outcome)
    found = associate(
        people,
        "madrs",
        group=["MDD"],
        covariates=ADJUSTED if "covariates" in cell else [],
        proteins=cell == "proteins",
    )
    return summary(found.table(), first="Th2" if cell != "proteins" else found.association.scores[0])


def steps(outcome: np.ndarray) -> np.ndarray:
    """Four words in place of numbers."""
    place = np.digitize(np.nan_to_num(outcome), [23, 30, 37])
    return np.where(np.isnan(outcome), "", STEPS[place])


def age_sex_bmi(people: AnnData) -> np.ndarray:
    """Let age, sex and BMI raise severity."""
    age, bmi = (standard(people.obs[name].to_numpy(dtype=float)) for name in ("age", "bmi"))
    return age + 0.7 * (people.obs["sex"] == "F").to_numpy() * 2 + 0.7 * bmi


def planted(people: AnnData, score: np.ndarray, rng: np.random.Generator, *, covariates: bool) -> np.ndarray:
    """Severity with the partial correlation that has a power of .8 by formula."""
    size = detectable_correlation(len(score), covariates=3 if covariates else 0)
    if not covariates:
        return size * standard(score) + np.sqrt(1 - size**2) * rng.normal(size=len(score))
    obs = people.obs
    design = np.column_stack(
        [np.ones(len(obs)), obs["age"], obs["bmi"], (obs["sex"] == "F").astype(float)]
    ).astype(float)
    rest = score - design @ np.linalg.lstsq(design, score, rcond=None)[0]
    spread = rest / np.sqrt((rest**2).sum() / (len(rest) - 4))
    return size * spread + np.sqrt(1 - size**2) * rng.normal(size=len(score)) + age_sex_bmi(people)


def alone(scores: pd.DataFrame) -> np.ndarray:
    """Take Th1 and Th17 out of Th2."""
    design = np.column_stack([np.ones(len(scores)), scores[["Th1", "Th17"]]])
    th2 = scores["Th2"].to_numpy()
    return standard(th2 - design @ np.linalg.lstsq(design, th2, rcond=None)[0])


def run_visits(scores: pd.DataFrame, latent: np.ndarray, rng: np.random.Generator, *, planted: bool) -> dict:
    """Give patients several visits, with an effect of .45 SD of the outcome an SD of the score or none."""
    scale = scores.to_numpy() / scores.to_numpy().std(axis=0)
    moved, person = visits_of(np.column_stack([scale, latent]), rng)
    columns = pd.DataFrame(moved[:, :-1], columns=scores.columns)
    severity = moved[:, -1] + (0.45 * columns["Th2"].to_numpy() if planted else 0.0)
    y = pd.Series(as_madrs(standard(severity)), name="madrs")
    return summary(associate_scores(columns, y, persons=[f"P{i}" for i in person]).table(), first="Th2")


def run_pooled(rng: np.random.Generator) -> dict[str, float]:
    """Ten scores with known correlations, 25 people: coverage and error before and after pooling."""
    near = 0.4 * np.ones((10, 10)) + 0.6 * np.eye(10)
    weights = rng.normal(0.05, 0.1, 10)
    spread = np.sqrt(weights @ near @ weights + 1.0)
    truth = near @ weights / spread
    x = rng.multivariate_normal(np.zeros(10), near, N_MDD)
    y = pd.Series(x @ weights + rng.normal(size=N_MDD), name="madrs")
    table = associate_scores(pd.DataFrame(x, columns=[f"s{i}" for i in range(10)]), y).table()
    true = 6.0 / np.pi * np.arcsin(truth / 2.0)[table["score"].str[1:].astype(int)]  # Spearman's
    return {
        "covered": ((table["low"] <= true) & (true <= table["high"])).mean(),
        "covered_pooled": ((table["shrunken_low"] <= true) & (true <= table["shrunken_high"])).mean(),
        "squares": ((table["estimate"] - true) ** 2).mean(),
        "squares_pooled": ((table["shrunken"] - true) ** 2).mean(),
    }


def summary(table: pd.DataFrame, first: str) -> dict[str, float]:
    """Keep what a cohort said of one named score, of all, and of specificity."""
    row = table.set_index("score").loc[first]
    return {
        "p_rank": row["p_value"],
        "p_linear": row["p_linear"],
        "p_nonlinear": row["p_nonlinear"],
        "p_within": row.get("p_within", np.nan),
        "p_between": row.get("p_between", np.nan),
        "share_rank": (table["p_value"] <= 0.05).mean(),
        "share_linear": (table["p_linear"] <= 0.05).mean(),
        "any_q": float((table["q_value"] <= 0.05).any()),
        "specific": float((table["specific"] == "yes").any()),
        "specific_first": float(row["specific"] == "yes"),
    }


def resume(path: Path, cells: tuple[str, ...], cohorts: int) -> pd.DataFrame:
    """Run what is missing, write after every fifty cohorts."""
    path.parent.mkdir(exist_ok=True)
    done = pd.read_csv(path) if path.exists() else pd.DataFrame(columns=["cell", "seed"])
    for cell in cells:
        there = set(done.loc[done["cell"] == cell, "seed"])
        wanted = cohorts if cell in NULL else -(-cohorts // 5)
        todo = [s for s in range(FIRST_SEED, FIRST_SEED + wanted) if s not in there]
        for start in range(0, len(todo), 50):
            rows = [{"cell": cell, "seed": s, **run(cell, s)} for s in todo[start : start + 50]]
            done = pd.concat([done, pd.DataFrame(rows)]) if len(done) else pd.DataFrame(rows)
            done.round(6).to_csv(path, index=False)
            print(f"{cell}: {start + len(rows)} of {len(todo)}", file=sys.stderr, flush=True)
    return done[done["seed"] < FIRST_SEED + cohorts]


def rate(p: pd.Series) -> str:
    """Share of p <= .05 with the binomial p against .05."""
    p = p.dropna()
    k = int((p <= 0.05).sum())
    return f"{k / len(p):.3f} ({binomtest(k, len(p), 0.05).pvalue:.2f})" if len(p) else "-"


def report(table: pd.DataFrame) -> None:
    """Print the figures."""
    print("share of p <= .05 for the first score (binomial p against .05); all scores; any q <= .05")
    for cell in NULL:
        rows = table[table["cell"] == cell]
        if not len(rows):
            continue
        parts = [f"{name} {rate(rows[name])}" for name in ("p_rank", "p_linear", "p_nonlinear")]
        parts += [
            f"{name} {rate(rows[name])}" for name in ("p_within", "p_between") if rows[name].notna().any()
        ]
        mean = rows[["share_rank", "share_linear", "any_q", "specific"]].mean().round(4).to_dict()
        print(f"{cell} ({len(rows)}): {'; '.join(parts)}; {mean}")
    for cell in PLANTED[:-1]:
        rows = table[table["cell"] == cell]
        if len(rows):
            power = {name: round(float((rows[name] <= 0.05).mean()), 3) for name in ("p_rank", "p_linear")}
            print(f"{cell} ({len(rows)}): power {power}, specific {rows['specific_first'].mean():.3f}")
    pooled = table[table["cell"] == "pooled"]
    if len(pooled):
        mean = pooled[["covered", "covered_pooled", "squares", "squares_pooled"]].mean()
        print(
            f"pooled ({len(pooled)}): coverage {mean['covered']:.3f}, "
            f"after pooling {mean['covered_pooled']:.3f}; "
            f"squared error after pooling {mean['squares_pooled'] / mean['squares']:.2f} of that before"
        )


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cohorts", type=int, default=1000)
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    report(resume(arguments.results, (*NULL, *PLANTED), arguments.cohorts))


if __name__ == "__main__":
    main()
