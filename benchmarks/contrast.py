"""Contrasts where there is nothing, and where something was planted.

    python benchmarks/contrast.py                  1,000 cohorts, resumed where it stopped
    python benchmarks/contrast.py --cohorts 20     a small version

Each simulated study (363 proteins that vary together) has its groups given to other people, and two of them
are compared: 25 against 32 people. Then effects are planted in a tenth of the proteins, each just as large as
the cohort, by its own statement, finds with 80% power; up or down by chance.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy.stats import binomtest

from stratify.signatures.assay_names import assay_names
from stratify.signatures.compared_samples import compared_samples
from stratify.signatures.contrast_fitting import fit_contrasts
from stratify.signatures.contrast_result import Contrast, ContrastOptions
from stratify.simulation.cohort import simulate_study

CASE, CONTROL = "MDD", "HC"
FIRST_SEED = 5000
PLANTED = 0.1
VISITS = 0.6  # correlation of a second visit with the first
RESULTS = Path(__file__).parent / "results" / "contrast.csv"
SETTINGS: dict[str, dict] = {
    "default": {},
    "covariates (age, sex, bmi)": {"covariates": ("age", "sex", "bmi")},
    "trend": {"options": ContrastOptions(trend=True)},
    "robust": {"options": ContrastOptions(robust=True)},
    "ordinary t": {"options": ContrastOptions(moderated=False)},
    "all groups": {"options": ContrastOptions(all_groups=True)},
    "two visits, in blocks": {"block": "patient_id"},
    "two visits, wrongly as independent": {"independent": True},
}


def null_cohort(seed: int) -> AnnData:
    """Simulate people whose groups mean nothing."""
    adata = simulate_study(seed=seed).adata
    people = adata[adata.obs["sample_type"] == "sample"].copy()
    people.obs["group"] = np.random.default_rng(seed).permutation(people.obs["group"].to_numpy())
    return people


def with_visits(people: AnnData, seed: int) -> AnnData:
    """Add a second visit of everybody, its levels correlated with those of the first."""
    strangers = np.random.default_rng([seed, 1]).permutation(people.n_obs)
    centre = people.X.mean(axis=0)
    apart = np.sqrt(1 - VISITS**2) * (people.X[strangers] - centre)
    again = AnnData(
        centre + VISITS * (people.X - centre) + apart,
        obs=people.obs.set_axis([f"{name} again" for name in people.obs_names]),
        var=people.var,
    )
    obs = pd.concat([people.obs, again.obs])
    return AnnData(np.vstack([people.X, again.X]), obs=obs, var=people.var)


def compare(people: AnnData, setting: str) -> Contrast:
    """Compare the two groups, without the second fits that look for confounding."""
    asked = dict(SETTINGS[setting])
    options, independent = asked.pop("options", ContrastOptions()), asked.pop("independent", False)
    if independent:
        people = people.copy()
        people.obs["patient_id"] = people.obs_names.to_numpy()
    groups = [CONTROL, CASE, *(["AD", "PSO"] if options.all_groups else [])]
    samples = compared_samples(people, groups, **asked)
    (answer,) = fit_contrasts(
        samples,
        assay_names(people.var),
        [(CASE, CONTROL)],
        groups=groups,
        blocked="block" in asked,
        options=options,
    )
    return answer


def run(seed: int) -> pd.DataFrame:
    """One cohort: null under each setting, then with planted effects."""
    people = null_cohort(seed)
    twice = with_visits(people, seed)
    one = seed % people.n_vars  # a protein named beforehand
    rows = []
    for setting in SETTINGS:
        answer = compare(twice if "visits" in setting else people, setting)
        p = answer.result.p_value[:, 0]
        row = {"share": (p < 0.05).mean(), "one": p[one] < 0.05, "any": answer.found.any()}
        rows.append({"seed": seed, "setting": setting} | row)
    rows.append({"seed": seed, "setting": "planted"} | planted(people, seed))
    return pd.DataFrame(rows)


def planted(people: AnnData, seed: int) -> dict[str, float]:
    """Plant effects of 80% power and see what is found, and what estimates and shrunken estimates promise."""
    rng = np.random.default_rng([seed, 2])
    power = compare(people, "default").power
    chosen = rng.random(people.n_vars) < PLANTED
    truth = np.where(chosen, rng.choice([-1.0, 1.0], people.n_vars) * power.smallest_effect, 0.0)
    people = people.copy()
    people.X = people.X + (people.obs["group"] == CASE).to_numpy()[:, None] * truth
    answer = compare(people, "default")
    found, shrunken = answer.found, answer.shrunken
    sign = np.sign(answer.effect)
    inside = (shrunken.low <= truth) & (truth <= shrunken.high)
    return {
        "power": (answer.result.p_value[chosen, 0] < power.alpha).mean(),
        "power_bh": found[chosen].mean(),
        "fdp": (found & ~chosen).sum() / max(found.sum(), 1),
        "bias": (sign * (answer.effect - truth))[found].mean() if found.any() else np.nan,
        "bias_shrunken": (sign * (shrunken.effect - truth))[found].mean() if found.any() else np.nan,
        "covered": inside.mean(),
        "covered_found": inside[found].mean() if found.any() else np.nan,
    }


def summarise(table: pd.DataFrame) -> None:
    """Print rates with their errors."""
    for setting, part in table[table["setting"] != "planted"].groupby("setting", sort=False):
        n, named, any_found = (
            len(part),
            int(part["one"].astype(bool).sum()),
            int(part["any"].astype(bool).sum()),
        )
        error = part["share"].std(ddof=1) / np.sqrt(n)
        chance = binomtest(named, n, 0.05).pvalue
        print(
            f"{setting}: named protein {named / n:.3f} (binomial p against .05: {chance:.2f}), "
            f"all proteins {part['share'].mean():.4f} ({error:.4f}), any at FDR .05: {any_found / n:.3f}"
        )
    part = table[table["setting"] == "planted"]
    print(f"cohorts: {len(part)}")
    for name in ("power", "power_bh", "fdp", "bias", "bias_shrunken", "covered", "covered_found"):
        values = part[name].dropna()
        print(f"planted, {name}: {values.mean():.3f} ({values.std(ddof=1) / np.sqrt(len(values)):.3f})")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cohorts", type=int, default=1000)
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    path = arguments.results
    path.parent.mkdir(exist_ok=True)
    done = set(pd.read_csv(path)["seed"]) if path.exists() else set()
    for seed in range(FIRST_SEED, FIRST_SEED + arguments.cohorts):
        if seed not in done:
            run(seed).round(5).to_csv(path, mode="a", header=not path.exists(), index=False)
            if seed % 50 == 0:
                print(f"cohort {seed}", file=sys.stderr, flush=True)
    table = pd.read_csv(path)
    summarise(table[table["seed"] < FIRST_SEED + arguments.cohorts])


if __name__ == "__main__":
    main()
