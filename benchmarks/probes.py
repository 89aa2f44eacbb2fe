"""Confounding probes: how often they speak where there is nothing, and how well they see what was planted.

    python benchmarks/probes.py                  200 cohorts of each kind
    python benchmarks/probes.py --cohorts 10     a small version

Profiles are simulated studies; plate, site, date, storage, matrix, sex, age and group are then drawn
anew for each person, so that nothing hangs together ("null"). "offset" adds to each protein of one of
three plates an offset of .3 SD on average; "tied" gives one group four times the chance of one site.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.sample_names import patient_rows
from stratify.learning.probes import Probes, probe
from stratify.simulation.cohort import simulate_study
from stratify.simulation.design import design_preset

KINDS = ("null", "offset", "tied")
N_PEOPLE = 100


def make_cohort(kind: str, seed: int) -> AnnData:
    """One simulated study whose columns were drawn anew."""
    study = simulate_study(design_preset("study"), seed=seed).adata
    study = study[patient_rows(study)][:N_PEOPLE].copy()
    rng, n = np.random.default_rng([seed, 7]), study.n_obs
    group = rng.choice(["AD", "HC", "MDD"], n)
    chance = np.where(group == "AD", 0.8, 0.2) if kind == "tied" else np.full(n, 0.5)
    plate = rng.choice(["P1", "P2", "P3"], n)
    days = rng.integers(0, 900, n)
    levels = np.array(study.X, dtype=float)
    if kind == "offset":
        offset = rng.normal(0, 0.3, study.n_vars) * np.nanstd(levels, axis=0)
        levels[plate == "P2"] += offset
    obs = pd.DataFrame(
        {
            "group": group,
            "plate": plate,
            "site": np.where(rng.random(n) < chance, "A", "B"),
            "collection_datetime": (pd.Timestamp("2021-01-01") + pd.to_timedelta(days, unit="D")).astype(str),
            "freezer_time": rng.uniform(0, 5, n).round(1),
            "matrix": rng.choice(["serum", "EDTA"], n),
            "sex": rng.choice(["F", "M"], n),
            "age": rng.normal(45, 12, n).round(),
        },
        index=study.obs_names,
    )
    return AnnData(levels, obs=obs, var=study.var)


def rows_of(kind: str, seed: int) -> pd.DataFrame:
    """Probe one cohort; a row a probe, with the findings of the whole cohort."""
    started = time.process_time()
    probes: Probes = probe(make_cohort(kind, seed), seed=seed)
    codes = {finding.code for finding in probes.findings()}
    return pd.DataFrame(
        {
            "kind": kind,
            "seed": seed,
            "column": one.column,
            "value": one.found.value,
            "p": one.found.p_value,
            "covers": one.found.low <= one.found.chance <= one.found.high,
            "visible": "batch-visible" in codes or "covariate-visible" in codes,
            "confounded": "label-confounded" in codes,
            "predictable": "label-predictable" in codes,
            "seconds": time.process_time() - started,
        }
        for one in probes.probes
    )


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cohorts", type=int, default=200)
    n = parser.parse_args().cohorts
    for kind in KINDS:
        table = pd.concat([rows_of(kind, seed) for seed in range(n)])
        cohorts = table.groupby("seed")[["visible", "confounded", "predictable"]].first().mean()
        share = {level: (table["p"] <= level).mean() for level in (0.05, 0.2, 0.5)}
        print(f"{kind}: {n} cohorts of {N_PEOPLE} people, {table['seconds'].median():.2f} s a cohort")
        print("  share of cohorts with findings:", cohorts.round(3).to_dict())
        print("  share of probes with p <=", {level: round(float(p), 3) for level, p in share.items()})
        print(f"  95% interval covers chance: {table['covers'].mean():.3f}")
        print("  mean by column:", table.groupby("column")["value"].mean().round(2).to_dict())


if __name__ == "__main__":
    main()
