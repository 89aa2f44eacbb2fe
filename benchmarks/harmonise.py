"""Planted batch effects on real profiles: what harmonisers that saw reference rows only leave for a probe.

    python benchmarks/harmonise.py                20 repeats of three cohorts, a quarter of an hour
    python benchmarks/harmonise.py --repeats 3    a small version

Each repeat puts reference rows aside, splits the other people into two halves (a patient stays whole), plants
a signature in a third of either half, and then an offset (SD .5) and a scale (log-normal, SD .15) an assay in
the second half. A method is fitted on the reference rows alone and applied to the others; the probe is a
cross-validated logistic regression for the half. The reference rows are either the same people in both halves
(bridge samples, read again with the vendor's inter-assay error) or as many other people in the second half.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from stratify.assays.harmonise.bridging import LEAST_TO_RESCALE, fit_bridging
from stratify.assays.harmonise.combat import fit_combat
from stratify.assays.harmonise.offset_error import VENDOR_ERROR
from stratify.assays.harmonise.reference_group import fit_reference_group
from stratify.assays.harmonise.subset_normalisation import fit_subset_normalisation
from stratify.assays.reader import read_assays
from stratify.datasets import fetch
from stratify.learning.metrics import auc

COHORTS = {
    "vasculitis, plasma": "lvv_cohort1/Cohort 1 Post QC Data.csv",
    "convalescents, plasma": "ciim_hannover/ciim_hannover_healthy_vs_convalescent.csv.gz",
    "dialysis, serum": "gisby_serum/serum_npx_level.csv",
}
NUMBERS = (4, 8, 16, 32, 64, 128)
FEWEST_PROBED = 40
OFFSET_SD, SCALE_SD = 0.5, 0.15
SIGNATURE, EFFECT_SD = 20, 0.8
RESULTS = Path(__file__).parent / "results" / "harmonise.csv"

Fitted = Callable[[AnnData], AnnData]


def read_cohort(name: str) -> AnnData:
    """Profiles of people, without gaps, on the scale in which they were delivered."""
    dataset, _, file = COHORTS[name].partition("/")
    adata = read_assays(fetch(dataset) / file)
    levels = pd.DataFrame(np.asarray(adata.X), adata.obs_names, adata.var_names)
    levels = levels.loc[:, levels.notna().mean() > 0.9]
    patient = adata.obs["patient_id"] if "patient_id" in adata.obs else adata.obs_names
    obs = pd.DataFrame({"patient_id": np.asarray(patient), "sample_type": "sample"}, adata.obs_names)
    return AnnData(levels.fillna(levels.median()).to_numpy(), obs, pd.DataFrame(index=levels.columns))


class Planted:
    """Two halves of a cohort with a known batch effect and known biology, and their reference rows."""

    def __init__(self, cohort: AnnData, n_ref: int, seed: int, *, same: bool) -> None:
        rng = np.random.default_rng(seed)
        people = pd.Index(rng.permutation(cohort.obs["patient_id"].unique()))
        taken, number = people.get_indexer(cohort.obs["patient_id"]), len(people)
        rows = np.array([np.flatnonzero(taken == i)[0] for i in range(n_ref if same else 2 * n_ref)])
        probed = taken >= len(rows)
        self.second = probed & (taken % 2 == 1)
        self.case = rng.random(number)[taken] < 1 / 3
        self.probed, self.patient = np.flatnonzero(probed), cohort.obs["patient_id"].to_numpy()
        levels = np.asarray(cohort.X)
        self.effect = np.zeros(cohort.n_vars)
        chosen = rng.choice(cohort.n_vars, SIGNATURE, replace=False)
        self.effect[chosen] = EFFECT_SD * levels.std(axis=0)[chosen] * rng.choice([-1, 1], SIGNATURE)
        self.clean = levels + np.where(probed & self.case, 1.0, 0.0)[:, None] * self.effect
        offset = rng.normal(0, OFFSET_SD, cohort.n_vars)
        scale = np.exp(rng.normal(0, SCALE_SD, cohort.n_vars))
        middle = levels.mean(axis=0)

        def moved(values: np.ndarray) -> np.ndarray:
            return middle + (values - middle) * scale + offset

        self.measured = np.where(self.second[:, None], moved(self.clean), self.clean)
        again = levels[rows[-n_ref:]] + (rng.normal(0, VENDOR_ERROR, (n_ref, cohort.n_vars)) if same else 0.0)
        self.first = _table(levels[rows[:n_ref]], "A", cohort)
        self.again = _table(moved(again), "B", cohort)
        self.var = cohort

    def half(self, second: bool) -> tuple[np.ndarray, AnnData]:
        """Rows of one half, and their measured profiles."""
        rows = self.probed[self.second[self.probed] == second]
        return rows, _table(self.measured[rows], "B" if second else "A", self.var)


def _table(levels: np.ndarray, plate: str, cohort: AnnData) -> AnnData:
    obs = pd.DataFrame(
        {"plate": plate, "sample_type": "sample", "group": "reference"},
        [f"{plate}{i}" for i in range(len(levels))],
    )
    return AnnData(levels.copy(), obs, cohort.var)


def _stack(first: AnnData, second: AnnData) -> AnnData:
    return AnnData(np.vstack([first.X, second.X]), pd.concat([first.obs, second.obs]), first.var)


def bridging(first: AnnData, second: AnnData) -> Fitted:
    """Median of paired differences."""
    pairs = pd.Series(first.obs_names, second.obs_names)
    correction = fit_bridging(first, second, pairs=pairs)
    return lambda half: correction.transform(half) if half.obs["plate"].iloc[0] == "B" else half


def rescaled(first: AnnData, second: AnnData) -> Fitted:
    """Mean and SD of the same people."""
    pairs = pd.Series(first.obs_names, second.obs_names)
    correction = fit_bridging(first, second, pairs=pairs, rescale=True)
    return lambda half: correction.transform(half) if half.obs["plate"].iloc[0] == "B" else half


def subset(first: AnnData, second: AnnData) -> Fitted:
    """Difference of medians."""
    ids = {"reference_samples": first.obs_names, "batch_samples": second.obs_names}
    correction = fit_subset_normalisation(first, second, **ids, least=4)
    return lambda half: correction.transform(half) if half.obs["plate"].iloc[0] == "B" else half


def combat(first: AnnData, second: AnnData) -> Fitted:
    """Empirical Bayes."""
    return fit_combat(_stack(first, second), column="plate", least=4).transform


def reference_group(first: AnnData, second: AnnData) -> Fitted:
    """Mean and SD of the reference rows, on the scale of the first half."""
    correction = fit_reference_group(_stack(first, second), reference="reference", column="plate", least=4)
    back = AnnData(np.zeros((1, first.n_vars)), first.obs.iloc[:1], first.var)
    middle, sd = -correction.transform(back).X[0] * first.X.std(axis=0, ddof=1), first.X.std(axis=0, ddof=1)

    def apply(half: AnnData) -> AnnData:
        corrected = correction.transform(half)
        corrected.X = np.asarray(corrected.X) * sd + middle
        return corrected

    return apply


METHODS = {
    "bridging": bridging,
    "bridging, rescaled": rescaled,
    "ComBat": combat,
    "reference group": reference_group,
    "subset": subset,
}
DESIGNS = {
    "same people": ("bridging", "bridging, rescaled", "ComBat", "reference group"),
    "other people": ("ComBat", "reference group", "subset"),
}


def run(cohort: AnnData, n_ref: int, seed: int, design: str) -> pd.DataFrame:
    """One repeat: one row a method, and the halves as they are with and without the batch effect."""
    planted = Planted(cohort, n_ref, seed, same=design == "same people")
    parts = [planted.half(False), planted.half(True)]
    where = np.concatenate([part[0] for part in parts])
    levels = {"nothing planted": planted.clean[where], "not corrected": planted.measured[where]}
    for name in DESIGNS[design]:
        if name == "bridging, rescaled" and n_ref < LEAST_TO_RESCALE:
            continue
        apply = METHODS[name](planted.first, planted.again)
        levels[name] = np.vstack([np.asarray(apply(part[1]).X) for part in parts])
    known = {"references": n_ref, "rows": design, "seed": seed, "probed": len(where)}
    return pd.DataFrame(
        {"method": name}
        | known
        | probe(values, planted.second[where], planted.patient[where], seed)
        | biology(values, planted.clean[where], planted.case[where], planted.effect)
        for name, values in levels.items()
    )


def probe(levels: np.ndarray, half: np.ndarray, patient: np.ndarray, seed: int) -> dict[str, float]:
    """Cross-validated AUC of the half, from 20 components and from all assays."""
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=seed)
    components = min(20, len(levels) // 2)
    models = {
        "auc_components": make_pipeline(StandardScaler(), PCA(components), LogisticRegression()),
        "auc_assays": make_pipeline(StandardScaler(), LogisticRegression(C=0.01)),
    }
    return {
        name: auc(
            half.astype(int),
            cross_val_predict(
                model, levels, half, groups=patient, cv=folds, method="decision_function", n_jobs=1
            ),
        )
        for name, model in models.items()
    }


def biology(levels: np.ndarray, clean: np.ndarray, case: np.ndarray, effect: np.ndarray) -> dict[str, float]:
    """Fold changes against those without a batch effect (slope), and the signature's effect size (ratio)."""
    changes = [values[case].mean(axis=0) - values[~case].mean(axis=0) for values in (levels, clean)]
    chosen = effect != 0
    slope = (changes[0] * changes[1])[chosen].sum() / (changes[1] ** 2)[chosen].sum()
    weights = effect / clean.std(axis=0) ** 2
    sizes = []
    for values in (levels, clean):
        score = (values * weights).sum(axis=1)
        within = np.sqrt((score[case].var(ddof=1) + score[~case].var(ddof=1)) / 2)
        sizes.append((score[case].mean() - score[~case].mean()) / within)
    return {"slope": slope, "effect_ratio": sizes[0] / sizes[1]}


def summarise(table: pd.DataFrame) -> pd.DataFrame:
    """Mean over repeats; the bound of the probe's AUC is the upper end of a 95% interval of the mean."""
    rows = []
    keys = ["cohort", "rows", "method", "references"]
    for (cohort, design, method, number), part in table.groupby(keys, sort=False):
        strict = part[["auc_components", "auc_assays"]]
        worse = strict.columns[int(np.argmax(strict.mean()))]
        error = strict[worse].std(ddof=1) / np.sqrt(len(part))
        rows.append(
            {
                "cohort": cohort,
                "rows": design,
                "method": method,
                "references": number,
                "probed": int(part["probed"].median()),
                "AUC": f"{strict[worse].mean():.2f}",
                "upper bound": f"{strict[worse].mean() + 2.09 * error:.2f}",
                "highest": f"{strict[worse].max():.2f}",
                "slope": f"{part['slope'].mean():.2f} ({part['slope'].std(ddof=1):.2f})",
                "effect": f"{part['effect_ratio'].mean():.2f} ({part['effect_ratio'].std(ddof=1):.2f})",
            }
        )
    return pd.DataFrame(rows)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    tables = []
    for name in COHORTS:
        cohort = read_cohort(name)
        number = cohort.obs["patient_id"].nunique()
        for design, aside in (("same people", 1), ("other people", 2)):
            for n_ref in (n for n in NUMBERS if number - aside * n >= FEWEST_PROBED):
                for seed in range(arguments.repeats):
                    tables.append(run(cohort, n_ref, seed, design).assign(cohort=name))
                print(f"{name}, {n_ref} {design}", file=sys.stderr, flush=True)
    table = pd.concat(tables)
    arguments.results.parent.mkdir(exist_ok=True)
    table.round(6).to_csv(arguments.results, index=False)
    print(summarise(table).to_string(index=False))


if __name__ == "__main__":
    main()
