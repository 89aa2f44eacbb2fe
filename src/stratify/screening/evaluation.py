"""A model in another cohort: metrics where people are labelled, a report of shift where they are not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from stratify.assays.clinical import require_columns
from stratify.assays.cohort_reading import read_cohort
from stratify.assays.files.container import digest
from stratify.errors import ScreeningError, listed
from stratify.learning.decision import INDETERMINATE
from stratify.learning.performance import Performance, performance
from stratify.learning.recalibration import fit_update
from stratify.reporting.bundle import load_model
from stratify.screening.anchoring import read_offset
from stratify.screening.outcome import Screening
from stratify.screening.recalibration import Recalibration
from stratify.screening.score import screen_cohort

CHECKS = ("anchored", "handling", "known_biology", "quality")


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What a cohort says of a model.

    Parameters
    ----------
    predictions : DataFrame
        ``sample_id, label, probability``; one row a person, label 1, 0 or empty.
    performance : Performance or None
        None where nobody is labelled.
    familiar : str
        Why these may be people from whom the model learned; "" where nothing says so.
    shift : dict
        Of all screened persons: how many, the share of each verdict of the checks, median magnitude in
        healthy SDs, share of the score's weight that was measured.
    """

    predictions: pd.DataFrame
    performance: Performance | None
    familiar: str
    shift: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Both, as JSON can hold them; what is not known is null."""
        told = {} if self.performance is None else _named(self.performance)
        return {**told, "learned_from": self.familiar or None, "shift": self.shift}


def evaluate(
    model_folder: str | Path,
    files: Sequence[str | Path],
    *,
    clinical: str | Path | None = None,
    group: str = "group",
    positive: Sequence[str] = (),
    negative: Sequence[str] = (),
    offset: str | Path | None = None,
) -> Evaluation:
    """Screen a cohort and compare with its labels; nothing is learned from it.

    Parameters
    ----------
    model_folder : str or Path
        ``models/<name>-<version>``.
    files : sequence of path
        Protein levels, in any format that `read_assays` reads.
    clinical : str or Path, optional
        Clinical table, one row a sample.
    group : str, default "group"
        Column of the labels.
    positive, negative : sequence of str
        Its values; people of other groups are screened and have no label. Without both nobody has.
    offset : str or Path, optional
        Offset of this laboratory (`read_offset`).

    Returns
    -------
    Evaluation

    Raises
    ------
    ModelError, AssayFileError, ClinicalTableError, ScreeningError
        As `screen`; or a group that nobody belongs to, or that is on both sides.
    CohortError
        Too few labelled persons.
    """
    loaded = load_model(model_folder)
    declared = None if offset is None else read_offset(offset, loaded.model)
    cohort, _ = read_cohort(files, clinical)
    labels = _labels(cohort.obs, group, positive, negative)
    screening = screen_cohort(loaded, cohort, declared=declared)
    table = screening.table if screening.patients is None else screening.patients
    y = labels.reindex(table["sample_id"]).to_numpy(dtype=float)
    known = np.isfinite(y)
    predictions = pd.DataFrame(
        {
            "sample_id": table["sample_id"],
            "label": pd.array(np.where(known, y, np.nan), dtype="Int64"),
            "probability": table["probability"],
        }
    )
    return Evaluation(
        predictions,
        _performance(table[known], y[known], loaded.model.rule.positive_call) if known.any() else None,
        _familiar(loaded.folder, files, table["sample_id"]),
        _shift(screening, table),
    )


def learn_recalibration(
    found: Evaluation, model_folder: str | Path, files: Sequence[str | Path], kind: str
) -> Recalibration:
    """Learn an update of the probabilities from an evaluation; nothing is applied.

    Parameters
    ----------
    found : Evaluation
        Of the model in a labelled cohort.
    model_folder : str or Path
        The model.
    files : sequence of path
        All files of the cohort; they are named in the update with their SHA-256.
    kind : {"intercept", "slope"}
        What is mended (`fit_update`).

    Returns
    -------
    Recalibration

    Raises
    ------
    ScreeningError
        Nobody is labelled, or a file is one from which the model learned.
    CohortError
        Too few people, or classes that separate.
    """
    loaded = load_model(model_folder)
    if found.performance is None or (same := _same_files(loaded.folder, files)):
        raise ScreeningError(
            "a labelled cohort that the model did not learn from",
            "nobody is labelled" if found.performance is None else f"the model learned from {listed(same)}",
            "recalibrate on other people, with their labels",
        )
    known = found.predictions[found.predictions["label"].notna()]
    update = fit_update(known["label"].to_numpy(dtype=int), known["probability"].to_numpy(dtype=float), kind)
    cohort = {Path(path).name: digest(Path(path)) for path in files}
    return Recalibration(update, f"{loaded.model.name}-{loaded.model.version}", loaded.digest, cohort)


def _same_files(folder: Path, files: Sequence[str | Path]) -> list[str]:
    record = folder / "facts" / "run.json"
    if not record.is_file():
        return []
    known = set(json.loads(record.read_text(encoding="utf-8")).get("sources", {}).values())
    return [Path(path).name for path in files if digest(Path(path)) in known]


def _familiar(folder: Path, files: Sequence[str | Path], ids: pd.Series) -> str:
    """Say whether a file, or most ids, are those that the model learned from."""
    if same := _same_files(folder, files):
        return f"the model learned from {listed(same)}: these metrics are far too good"
    scores = folder / "facts" / "out_of_fold.csv"
    if scores.is_file():
        learned = set(pd.read_csv(scores, usecols=["sample_id"], dtype=str)["sample_id"])
        if (shared := int(ids.isin(learned).sum())) > len(ids) / 2:
            return f"{shared} samples have ids of people from whom the model learned: are they the same?"
    return ""


def _performance(table: pd.DataFrame, y: np.ndarray, flag: str) -> Performance:
    calls = table["call"].to_numpy()
    return performance(
        y.astype(int), table["probability"].to_numpy(dtype=float), calls == flag, calls == INDETERMINATE
    )


def _labels(obs: pd.DataFrame, group: str, positive: Sequence[str], negative: Sequence[str]) -> pd.Series:
    if not positive and not negative:
        return pd.Series(np.nan, obs.index)
    if not positive or not negative or set(positive) & set(negative):
        found = listed(set(positive) & set(negative)) or "one side only"
        raise ScreeningError("positive and negative groups, each on one side", found, "name both sides")
    words = obs[require_columns(obs, [group])[0]].astype(object)
    words = words.where(words.notna(), "").astype(str)
    people = words[(obs["sample_type"] == "sample").to_numpy()]
    if absent := [name for name in (*positive, *negative) if name not in set(people)]:
        known = sorted(set(people) - {""})
        raise ScreeningError(
            f"people of the groups {listed([*positive, *negative])}",
            f"nobody in {listed(absent)}",
            f"known: {listed(known)}" if known else "add a clinical table with groups",
        )
    return pd.Series(
        np.where(words.isin(positive), 1.0, np.where(words.isin(negative), 0.0, np.nan)), obs.index
    )


def _shift(screening: Screening, table: pd.DataFrame) -> dict[str, Any]:
    shares = {
        name: {str(word): float(share) for word, share in table[name].value_counts(normalize=True).items()}
        for name in CHECKS
    }
    magnitude = table["magnitude_z"].median()
    return {
        "persons": len(table),
        **shares,
        "median_magnitude_z": None if np.isnan(magnitude) else float(magnitude),
        "weight_covered": float(screening.facts.weight_covered),
        "missing_assays": screening.facts.wanted - screening.facts.matched,
    }


def _named(told: Performance) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for name, value in asdict(told).items():
        if name == "net_benefit":
            facts[name] = {
                f"{bound:g}": {"model": model, "everybody": everybody}
                for bound, (model, everybody) in value.items()
            }
        elif isinstance(value, tuple):
            limits = zip((name, f"{name}_low", f"{name}_high"), value, strict=True)
            facts |= {key: None if np.isnan(one) else one for key, one in limits}
        else:
            facts[name] = value
    return facts
