"""Confounding probes: what else than the label the levels show, and what else than levels shows the label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from anndata import AnnData
from numpy.typing import NDArray

from stratify.assays.checks.people import diagnosis_columns
from stratify.assays.clinical import require_columns
from stratify.assays.finding import Finding
from stratify.assays.sample_names import patient_rows
from stratify.errors import listed
from stratify.learning.label_spread import Spread, label_spread
from stratify.learning.predictability import Predictability, Predictor
from stratify.learning.probe_columns import FEWEST_PATIENTS, ProbeColumn, common_classes, probe_columns
from stratify.learning.probe_facts import Alone, Probe
from stratify.learning.probe_findings import probe_findings, still_learned, unbalanced
from stratify.subtyping.labels import patient_ids

MOST_PATIENTS = 600
MOST_GROUPS = 5
MOST_CLASSES = 30


@dataclass(frozen=True)
class Probes:
    """Raw facts of all probes.

    Parameters
    ----------
    label : str or None
        Column of the groups; None where there is none.
    groups : dict of str to int
        Patients of each group that was compared.
    columns : tuple of str
        Columns that were probed.
    probes : tuple of Probe
        Columns predicted from the levels.
    spreads : tuple of Spread
        The label over each column.
    alone : tuple of Alone
        Each two groups, predicted from the columns alone.
    skipped : mapping of str to str
        Column, or group, to the reason why it was not probed.
    n_patients, n_used : int
        Patients, and how many of them the predictions saw.
    """

    label: str | None
    groups: Mapping[str, int]
    columns: tuple[str, ...]
    probes: tuple[Probe, ...]
    spreads: tuple[Spread, ...]
    alone: tuple[Alone, ...]
    skipped: Mapping[str, str]
    n_patients: int
    n_used: int

    def findings(self) -> list[Finding]:
        """Say what is confounded, with what can still be learned.

        Returns
        -------
        list of Finding
            ``label-confounded``, ``label-predictable``, ``batch-visible``, ``covariate-visible``; items are
            columns.
        """
        return probe_findings(self.label, self.columns, self.probes, self.spreads, self.alone)

    def table(self) -> pd.DataFrame:
        """Write one row a column.

        Returns
        -------
        DataFrame
            Columns ``column, role, measure, value, low, high, p_value, levelled, within_groups,
            label_measure, label_strength, still_learned``.
        """
        found = {probe.column: probe for probe in self.probes}
        spread = {one.column: one for one in self.spreads}
        uneven = unbalanced(self.spreads)
        rows = [_row(name, found.get(name), spread.get(name)) for name in self.columns]
        told = [still_learned(spread[name], uneven[name]) if name in spread else "" for name in self.columns]
        return pd.DataFrame(rows).assign(still_learned=told)

    def as_dict(self) -> dict[str, Any]:
        """Write all facts as JSON values.

        Returns
        -------
        dict
        """
        return {
            "label": self.label,
            "groups": dict(self.groups),
            "patients": self.n_patients,
            "patients_used": self.n_used,
            "skipped": dict(self.skipped),
            "columns": self.table().to_dict("records"),
            "label_alone": [asdict(one) for one in self.alone],
            "spread": [
                {
                    "column": one.column,
                    "table": one.table.astype(float).to_dict(),
                    "pairs": [asdict(p) for p in one.pairs],
                }
                for one in self.spreads
            ],
        }


def probe(
    adata: AnnData, columns: Sequence[str] | None = None, label: str | None = None, *, seed: int = 0
) -> Probes:
    """Ask how well batches and covariates are predicted from the levels, and how the label lies over them.

    Only patients' samples take part, and a patient is never on both sides of a split. Of more than 600
    patients a fixed random 600 are used for the predictions, with at most 1,200 samples; counts use all.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        A table with clinical columns in ``obs``.
    columns : sequence of str, optional
        Columns to probe beside plate, site, collection date, storage, matrix, handling, sex, age and BMI.
    label : str, optional
        Column of the groups; ``group`` where it is there and nothing is named.
    seed : int, default 0
        Of folds and permutations.

    Returns
    -------
    Probes

    Raises
    ------
    ClinicalTableError
        When a named column is not there.

    References
    ----------
    Leek et al., Nat Rev Genet 2010, doi:10.1038/nrg2825 (batches that hide behind a label);
    Snoek et al., NeuroImage 2019, doi:10.1016/j.neuroimage.2018.09.074 (confounds and cross-validation).

    Examples
    --------
    >>> site = np.repeat(["A", "B"], 20)
    >>> levels = np.random.default_rng(0).normal(size=(40, 8)) + 3.0 * (site == "B")[:, None]
    >>> obs = pd.DataFrame({"site": site, "group": site}, index=[f"S{i}" for i in range(40)])
    >>> [(finding.severity, finding.code) for finding in probe(AnnData(levels, obs=obs)).findings()]
    [('error', 'label-confounded'), ('info', 'batch-visible')]
    """
    people = adata[patient_rows(adata)]
    people = people[np.argsort(people.obs_names.to_numpy(dtype=str), kind="stable")]
    patients = patient_ids(people.obs)
    named = require_columns(people.obs, [label])[0] if label else "group" if "group" in people.obs else None
    found, skipped = probe_columns(people.obs, patients, columns or ())
    found = [column for column in found if column.name != named]
    if named is None and (candidates := diagnosis_columns(people.obs.columns)):
        skipped["groups"] = f"not compared until their column is named: {listed(candidates)}"
    words, groups = _groups(people.obs, named, patients, skipped)
    if not groups:
        named = None
    used = _used(patients, seed)
    levels, taken = np.asarray(people.X)[used], [column.take(used, patients[used]) for column in found]
    spreads = [label_spread(column, words, patients) for column in found] if named else []
    for column, spread in zip(found, spreads, strict=False):
        if spread is None:
            skipped[f"{named} over {column.name}"] = f"{column.name} is known for fewer than two groups"
    return Probes(
        named,
        groups,
        tuple(column.name for column in found),
        _probe_all([one for one in taken if _few(one, skipped)], levels, words[used], patients[used], seed),
        tuple(spread for spread in spreads if spread is not None),
        _alone(taken, words[used], patients[used], seed) if named else (),
        skipped,
        len(np.unique(patients)),
        len(np.unique(patients[used])),
    )


def _groups(
    obs: pd.DataFrame, name: str | None, patients: NDArray[Any], skipped: dict[str, str]
) -> tuple[NDArray[Any], dict[str, int]]:
    """Group of each row, "" where it is unknown, rare or beyond the largest few; patients of each."""
    if name is None:
        return np.full(len(obs), "", dtype=object), {}
    raw = obs[name].astype(object).where(obs[name].notna(), "").astype(str).to_numpy(dtype=object)
    words = common_classes(raw, patients)
    count = pd.Series(patients).groupby(words).nunique().drop("", errors="ignore")
    kept = count.sort_values(ascending=False, kind="stable").index[:MOST_GROUPS]
    gone = sorted(set(raw) - set(kept) - {""})
    if gone and len(gone) <= MOST_GROUPS:
        skipped |= {f"{name} {word}": "too few patients, or not among the largest groups" for word in gone}
    if len(kept) < 2 or len(gone) > MOST_GROUPS:
        skipped[name] = "not two to five groups of at least five patients"
        return np.full(len(obs), "", dtype=object), {}
    return np.where(np.isin(words, list(kept)), words, ""), {str(k): int(count[k]) for k in sorted(kept)}


def _used(patients: NDArray[Any], seed: int) -> NDArray[np.int64]:
    """Rows of at most `MOST_PATIENTS` patients, the same ones each time, and the first visits of each."""
    ids = np.unique(patients)
    if len(ids) > MOST_PATIENTS:
        ids = np.random.default_rng(seed).choice(ids, MOST_PATIENTS, replace=False)
    rows = np.flatnonzero(np.isin(patients, ids))
    turn = pd.Series(rows).groupby(patients[rows]).cumcount().to_numpy()
    return np.sort(rows[np.argsort(turn, kind="stable")[: 2 * MOST_PATIENTS]])


def _probe_all(
    columns: Sequence[ProbeColumn],
    levels: NDArray[np.float64],
    label: NDArray[Any],
    patients: NDArray[Any],
    seed: int,
) -> tuple[Probe, ...]:
    predictors: dict[bytes, Predictor] = {}

    def predict(column: ProbeColumn, rows: NDArray[np.bool_], strata: NDArray[Any] | None) -> Predictability:
        key = rows.tobytes()
        if key not in predictors:
            predictors[key] = Predictor(levels[rows], patients[rows], seed=seed)
        values = column.values[rows]
        return (predictors[key].numbers if column.numeric else predictors[key].classes)(values, strata)

    probes = []
    for column in columns:
        if not _enough(column, column.known, patients):
            continue
        found, labelled = predict(column, column.known, None), column.known & (label != "")
        within = None
        if found.p_value <= 0.05 and _enough(column, labelled, patients):
            within = predict(column, labelled, label[labelled])
        probes.append(Probe(column.name, column.role, found, within))
    return tuple(probes)


def _few(column: ProbeColumn, skipped: dict[str, str]) -> bool:
    few = column.numeric or len(set(column.values) - {""}) <= MOST_CLASSES
    if not few:
        skipped[column.name] = f"not predicted from the levels: more than {MOST_CLASSES} classes"
    return few


def _enough(column: ProbeColumn, rows: NDArray[np.bool_], patients: NDArray[Any]) -> bool:
    return len(np.unique(patients[rows])) >= FEWEST_PATIENTS and len(np.unique(column.values[rows])) > 1


def _alone(
    columns: Sequence[ProbeColumn], label: NDArray[Any], patients: NDArray[Any], seed: int
) -> tuple[Alone, ...]:
    if not columns:
        return ()
    design = np.hstack([column.design() for column in columns])
    found = []
    for pair in combinations(sorted(set(label) - {""}), 2):
        rows = np.isin(label, pair)
        if len(np.unique(patients[rows])) >= FEWEST_PATIENTS:
            predicted = Predictor(design[rows], patients[rows], seed=seed).classes(label[rows])
            found.append(Alone(*pair, predicted))
    return tuple(found)


def _row(name: str, found: Probe | None, spread: Spread | None) -> dict[str, Any]:
    one = found.found if found else None
    return {
        "column": name,
        "role": found.role if found else spread.role if spread else "",
        "measure": one.measure if one else "",
        "value": one.value if one else np.nan,
        "low": one.low if one else np.nan,
        "high": one.high if one else np.nan,
        "p_value": one.p_value if one else np.nan,
        "levelled": found.levelled if found else False,
        "within_groups": found.within.value if found and found.within else np.nan,
        "label_measure": spread.measure if spread else "",
        "label_strength": spread.strength if spread else np.nan,
    }
