"""Two models on the same people: their out-of-fold scores, or a labelled cohort that neither learned from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from stratify.errors import ModelError, ScreeningError, listed
from stratify.learning.paired_bootstrap import PairedDifference, paired_difference
from stratify.reporting.bundle import LoadedModel, load_model
from stratify.screening.evaluation import evaluate

MARGIN = 0.05
CAUTION = "people were drawn again, the models were not trained again: the true uncertainty is larger"


@dataclass(frozen=True)
class Comparison:
    """What the same people say of two models.

    Parameters
    ----------
    first, second : str
        Name and version.
    digests : tuple of str
        Content digests of their folders.
    people : str
        Who was compared, in words.
    found : PairedDifference
        AUCs and their difference.
    """

    first: str
    second: str
    digests: tuple[str, str]
    people: str
    found: PairedDifference

    def as_dict(self, margin: float = MARGIN) -> dict[str, Any]:
        """Headline figures, and whether the first is not worse.

        Parameters
        ----------
        margin : float, default 0.05
            In units of the AUC.

        Returns
        -------
        dict
        """
        return {
            "first": self.first,
            "second": self.second,
            "digests": list(self.digests),
            "people": self.people,
            "positives": self.found.n_positive,
            "negatives": self.found.n_negative,
            "auc_first": self.found.first,
            "auc_second": self.found.second,
            "difference": self.found.difference,
            "difference_low": self.found.low,
            "difference_high": self.found.high,
            "margin": margin,
            "not_worse": self.found.not_worse(margin),
        }

    def sentence(self, margin: float = MARGIN) -> str:
        """Say the result in one line.

        Parameters
        ----------
        margin : float, default 0.05
            In units of the AUC.

        Returns
        -------
        str
        """
        found = self.found
        verdict = "not worse" if found.not_worse(margin) else "not shown to be not worse"
        return (
            f"{self.first} less {self.second}: AUC {found.difference:+.3f} (90% interval {found.low:+.3f} to "
            f"{found.high:+.3f}; {found.n_positive} positive, {found.n_negative} negative; {self.people}): "
            f"{verdict} at a margin of {margin:g}"
        )


def compare(
    first: str | Path,
    second: str | Path,
    files: Sequence[str | Path] = (),
    *,
    seed: int = 0,
    **labels: Any,
) -> Comparison:
    """Compare two models on the same people.

    Without files, their out-of-fold scores are matched by sample id, all folds of a repeat together, since
    the two may have other folds: these AUCs are a little below those within folds on the cards. The models
    must then have learned from the same assay file. With files, both screen a labelled cohort that neither
    of them learned from.

    Parameters
    ----------
    first, second : str or Path
        Model folders.
    files : sequence of path
        Protein levels of a labelled cohort.
    seed : int, default 0
        Of the draws.
    **labels
        ``clinical``, ``group``, ``positive``, ``negative`` and ``offset`` of that cohort (`evaluate`).

    Returns
    -------
    Comparison

    Raises
    ------
    ModelError
        Models that cannot be loaded, or have no people in common.
    ScreeningError, AssayFileError, ClinicalTableError
        As `evaluate`; or a cohort from which one of them learned.
    """
    pair = load_model(first), load_model(second)
    if files:
        table, people = _in_cohort(pair, files, labels), f"people of {listed(Path(f).name for f in files)}"
    else:
        table, people = _out_of_fold(pair), "out-of-fold scores of the people whom both learned from"
    if table["label"].nunique() < 2:
        raise ModelError(
            "people of both classes whom both models scored", "one class", "name a labelled cohort"
        )
    scores = [table.filter(regex=f"^{side}").to_numpy(dtype=float) for side in ("first", "second")]
    found = paired_difference(table["label"].to_numpy(dtype=int), scores[0], scores[1], seed=seed)
    names = [f"{one.model.name}-{one.model.version}" for one in pair]
    return Comparison(names[0], names[1], (pair[0].digest, pair[1].digest), people, found)


def _out_of_fold(pair: tuple[LoadedModel, LoadedModel]) -> pd.DataFrame:
    records = [_facts(one) for one in pair]
    shared = set(records[0]["sources"].items()) & set(records[1]["sources"].items())
    tables = [
        _table(one, record["family"], side)
        for one, record, side in zip(pair, records, ("first", "second"), strict=True)
    ]
    both = tables[0].join(tables[1], how="inner", rsuffix="_again")
    if not shared or both.empty:
        raise ModelError(
            "two models that learned from the same people",
            "no assay file, or no person, in common",
            "name a labelled cohort that neither of them learned from",
        )
    if (both["label"] != both["label_again"]).any():
        raise ModelError(
            "people with one label in both models",
            f"another label: {listed(both.index[both['label'] != both['label_again']])}",
            "compare models of one question, or name a labelled cohort",
        )
    return both


def _facts(loaded: LoadedModel) -> Mapping[str, Any]:
    place = loaded.folder / "facts" / "run.json"
    record = json.loads(place.read_text(encoding="utf-8")) if place.is_file() else {}
    if not {"sources", "family"} <= set(record):
        raise ModelError(
            "a model folder with facts/run.json", f"none in {loaded.folder.name!r}", "train the model again"
        )
    return dict(record)


def _table(loaded: LoadedModel, family: str, side: str) -> pd.DataFrame:
    """One row a person: label, and a column of scores for each repeat."""
    place = loaded.folder / "facts" / "out_of_fold.csv"
    table = pd.read_csv(place, dtype={"sample_id": str}, float_precision="round_trip")
    own = table[table["family"] == family].set_index("sample_id")
    scores = own.pivot_table(index="sample_id", columns="repeat", values="score", aggfunc="first")
    labels = own["label"].groupby(level=0).first().rename("label")
    return scores.rename(columns=lambda repeat: f"{side}_{repeat}").join(labels)


def _in_cohort(
    pair: tuple[LoadedModel, LoadedModel], files: Sequence[str | Path], labels: Mapping[str, Any]
) -> pd.DataFrame:
    found = [evaluate(one.folder, files, **labels) for one in pair]
    for one, told in zip(pair, found, strict=True):
        if told.familiar or told.performance is None:
            raise ScreeningError(
                "a labelled cohort that neither model learned from",
                f"{one.model.name}-{one.model.version}: {told.familiar or 'nobody is labelled'}",
                "name other people, with --positive and --negative",
            )
    left, right = (told.predictions.dropna().set_index("sample_id") for told in found)
    both = left.join(right[["probability"]].rename(columns={"probability": "second"}), how="inner")
    return both.rename(columns={"probability": "first"})
