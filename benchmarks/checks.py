"""What `stratify check` says of real and simulated tables, and which planted faults it finds.

    STRATIFY_DATA_DIR=... python benchmarks/checks.py

(a) Findings by code on each public set as delivered, and on simulated studies, which hold no fault but plates
    that differ and people who leak.
(b) Faults planted one kind at a time in real profiles: how many of the planted samples (or plates) are named,
    and in how many tables others are named that were not named before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.clinical import join_clinical
from stratify.assays.quality import check
from stratify.assays.reader import read_assays
from stratify.assays.sample_names import patient_rows
from stratify.datasets import fetch
from stratify.simulation.cohort import simulate_study

STUDIES, REPEATS, PLANTED = 100, 50, 4
SETS = {
    "vasculitis, raw": ("lvv_cohort1/Cohort1_INF&CDM_Raw.xlsx", ["lvv_cohort1/Cohort1_metadata.csv"]),
    "vasculitis, after QC": ("lvv_cohort1/Cohort 1 Post QC Data.csv", []),
    "Hannover, raw": ("ciim_hannover/MHH cohort analysis_NPX_INF_v1.xlsx", []),
    "Hannover, tidy": ("ciim_hannover/ciim_hannover_healthy_vs_convalescent.csv.gz", []),
    "Breda": ("ciim_breda/ciim_breda_inf.csv.gz", []),
    "Breda, scaled": ("ciim_breda/disease_severity__train_x.csv", []),
    "dialysis": ("gisby_serum/serum_npx_level.csv", ["gisby_serum/serum_sample_level.csv"]),
    "CSF": ("alzheimer_csf/proteome.csv", ["alzheimer_csf/meta.csv", "alzheimer_csf/clinic_ml.csv"]),
}
SWAP = {"F": "M", "M": "F"}
Plant = Callable[[AnnData, np.random.Generator], set[str]]


def located(name: str):
    """Path of a file of a public set."""
    folder, _, file = name.partition("/")
    return fetch(folder) / file


def read_set(name: str) -> AnnData:
    """Read a public set with its clinical tables."""
    levels, clinical = SETS[name]
    table = read_assays(located(levels))
    return join_clinical(table, [located(one) for one in clinical])[0] if clinical else table


def people_of(table: AnnData, rng: np.random.Generator, n: int = PLANTED) -> np.ndarray:
    """Positions of some people."""
    return rng.choice(np.flatnonzero(patient_rows(table)), n, replace=False)


def plant_copy(table: AnnData, rng: np.random.Generator) -> set[str]:
    """Measure two tubes again under other ids, with the error of a second plate (SD .16)."""
    rows = people_of(table, rng)
    table.X[rows[:2]] = table.X[rows[2:]] + 0.16 * rng.normal(size=(2, table.n_vars))
    return set(table.obs_names[rows])


def plant_wrong_sex(table: AnnData, rng: np.random.Generator) -> set[str]:
    """Record the other sex."""
    known = table[table.obs["sex"].isin(list(SWAP)).to_numpy() & patient_rows(table)].obs_names
    names = rng.choice(known, PLANTED, replace=False)
    table.obs.loc[names, "sex"] = table.obs.loc[names, "sex"].map(SWAP)
    return set(names)


def plant_exchanged_panel(table: AnnData, rng: np.random.Generator) -> set[str]:
    """Exchange two pairs of tubes on one panel."""
    rows = people_of(table, rng)
    columns = np.flatnonzero(table.var["panel"] == rng.choice(table.var["panel"].unique()))
    table.X[np.ix_(rows, columns)] = table.X[np.ix_(rows[[1, 0, 3, 2]], columns)]
    return set(table.obs_names[rows])


def plant_shuffled_row(table: AnnData, rng: np.random.Generator) -> set[str]:
    """Shuffle what is unusual about a person among the proteins."""
    middle, rows = np.nanmedian(table.X[patient_rows(table)], axis=0), people_of(table, rng)
    for row in rows:
        unusual = table.X[row] - middle
        measured = np.isfinite(unusual)
        unusual[measured] = rng.permutation(unusual[measured])
        table.X[row] = middle + unusual
    return set(table.obs_names[rows])


def plant_dilution(table: AnnData, rng: np.random.Generator) -> set[str]:
    """Dilute samples two and a half times."""
    rows = people_of(table, rng)
    table.X[rows] -= np.log2(2.5)
    return set(table.obs_names[rows])


def plant_plate(table: AnnData, rng: np.random.Generator) -> set[str]:
    """Put people on three plates at random and give one an offset of its own in each assay (SD .4)."""
    table.obs["plate"] = rng.choice(["P1", "P2", "P3"], table.n_obs)
    table.obs = table.obs.drop(columns=[name for name in table.obs if name.startswith("plate@")])
    table.X[(table.obs["plate"] == "P2").to_numpy()] += 0.4 * rng.normal(size=table.n_vars)
    return {"P2"}


def plant_nothing(table: AnnData, rng: np.random.Generator) -> set[str]:
    """Put people on three plates at random, and give them a random time in the freezer."""
    table.obs["plate"] = rng.choice(["P1", "P2", "P3"], table.n_obs)
    table.obs = table.obs.drop(columns=[name for name in table.obs if name.startswith("plate@")])
    table.obs["freezer_time"] = rng.uniform(0, 8, table.n_obs)
    return set()


PLANTS: dict[tuple[str, ...], Plant] = {
    ("near-duplicate",): plant_copy,
    ("sex-mismatch",): plant_wrong_sex,
    ("panel-mismatch",): plant_exchanged_panel,
    ("outlier-profile",): plant_shuffled_row,
    ("outlier-sample",): plant_dilution,
    ("plate-shift",): plant_plate,
    ("plate-shift", "storage-drift"): plant_nothing,
}


def named(table: AnnData, codes: tuple[str, ...]) -> set[str]:
    """Items of findings with these codes."""
    return {item for finding in check(table) if finding.code in codes for item in finding.items}


def findings() -> Iterator[dict[str, object]]:
    """Count findings on real sets, and on simulated studies."""
    for name in SETS:
        counts: Counter[str] = Counter()
        for finding in check(read_set(name)):
            counts[finding.code] += finding.count
        yield {"set": name} | dict(counts)
    tables: Counter[str] = Counter()
    for seed in range(STUDIES):
        tables.update({finding.code for finding in check(simulate_study(seed=1000 + seed).adata)})
    yield {"set": f"simulated: tables of {STUDIES}"} | dict(tables)


def power(name: str, codes: tuple[str, ...], plant: Plant, repeats: int = REPEATS) -> dict[str, object]:
    """Plant a fault many times in a real set."""
    table, hits, others, wanted = read_set(name), 0, 0, 0
    before = named(table, codes)
    for seed in range(repeats):
        planted, rng = table.copy(), np.random.default_rng(seed)
        faults = plant(planted, rng)
        found = named(planted, codes)
        hits, wanted = hits + len(found & faults), wanted + len(faults)
        others += bool(found - faults - before)
    share = f"{hits}/{wanted}" if wanted else "-"
    return {
        "code": ", ".join(codes),
        "set": name,
        "found": share,
        "tables with others": f"{others}/{repeats}",
    }


def powers() -> Iterator[dict[str, object]]:
    """Plant each fault where it can be planted."""
    for codes, plant in PLANTS.items():
        for name in SETS:
            table = read_set(name)
            absent = (plant is plant_wrong_sex and not (table.obs.get("sex", pd.Series()) == "F").any()) or (
                plant is plant_exchanged_panel and table.var["panel"].nunique() < 2
            )
            if not absent and name != "Breda, scaled":
                yield power(name, codes, plant)


def main() -> None:
    """Print both tables."""
    counted = pd.DataFrame(findings()).set_index("set").T
    print(counted.fillna(0).astype(int).to_string())
    print(pd.DataFrame(powers()).to_string(index=False))


if __name__ == "__main__":
    main()
