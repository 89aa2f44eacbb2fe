"""Raw facts of a training, from memory or from a model folder, and every number that follows from them."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.learning.frozen import FrozenModel
from stratify.learning.sites import SiteValidation
from stratify.learning.subgroups import subgroups_of
from stratify.learning.training import Training
from stratify.learning.validation import Evaluation
from stratify.reporting.explain import Explanation, explain, explain_kept
from stratify.reporting.explanation_facts import explanation_facts
from stratify.reporting.facts import Facts
from stratify.reporting.performance import calibration, everything, family_results
from stratify.reporting.searches import summarise_searches
from stratify.reporting.validation_detail import validation_detail

Array = NDArray[np.float64]

TABLES = ("detectability", "out_of_fold", "out_of_site", "searches", "subgroups", "target_scores")


@dataclass(frozen=True, eq=False)
class RawFacts:
    """What numbers are derived from.

    Parameters
    ----------
    model : FrozenModel
        The final model.
    family : str
        The chosen family.
    evaluation : Evaluation
        Out-of-fold scores of all families and baselines, the chosen one first.
    searches : DataFrame
        One row a search; may be empty.
    memberships : DataFrame
        Who belongs to which subgroup; may be empty.
    target_scores : array of shape (n_targets,)
        Scores of the final model, sorted.
    sites : SiteValidation or None
        Scores of people whose site was held out.
    found : DataFrame or None
        What the model finds.
    explanation : Explanation or None
        None where a stored model keeps nobody.
    """

    model: FrozenModel
    family: str
    evaluation: Evaluation
    searches: pd.DataFrame = field(default_factory=pd.DataFrame)
    memberships: pd.DataFrame = field(default_factory=pd.DataFrame)
    target_scores: Array = field(default_factory=lambda: np.zeros(0))
    sites: SiteValidation | None = None
    found: pd.DataFrame | None = None
    explanation: Explanation | None = None

    @property
    def tables(self) -> dict[str, str]:
        """Text of each table of the folder ``facts``; those without rows are left out."""
        whole = {
            "detectability": self.found,
            "out_of_fold": self.evaluation.predictions,
            "out_of_site": self.sites.predictions if self.sites else None,
            "searches": self.searches,
            "subgroups": self.memberships,
            "target_scores": pd.DataFrame({"score": self.target_scores}),
        }
        return {
            f"{name}.csv": table.to_csv(index=False, lineterminator="\n")
            for name, table in whole.items()
            if table is not None and len(table)
        }


def raw_facts(training: Training, facts: Facts) -> RawFacts:
    """Take the raw facts of a training.

    Parameters
    ----------
    training : Training
        A finished training.
    facts : Facts
        What is reported beside it.

    Returns
    -------
    RawFacts
    """
    explanation = explain(training)
    return RawFacts(
        training.model,
        training.family,
        everything(training, facts),
        training.searches,
        facts.memberships,
        np.sort(explanation.scores[~explanation.learned]),
        facts.sites,
        facts.found,
        explanation,
    )


def stored_facts(model: FrozenModel, run: Mapping[str, Any], folder: Path) -> RawFacts:
    """Read the raw facts of a model folder that was checked against its manifest.

    Parameters
    ----------
    model : FrozenModel
        From its bundle.
    run : mapping
        Its ``facts/run.json``.
    folder : Path
        Its folder ``facts``.

    Returns
    -------
    RawFacts
        With an explanation where the model keeps its people.
    """
    tables = {name: _read(folder / f"{name}.csv") for name in TABLES}
    predictions = tables["out_of_fold"]
    sites, found = tables["out_of_site"], tables["detectability"]
    own = predictions.loc[predictions["family"] == run["family"], "sample_id"]
    return RawFacts(
        model,
        run["family"],
        Evaluation(predictions, run["settings"].get("learning.folds", _folds(predictions))),
        tables["searches"],
        tables["subgroups"],
        tables["target_scores"].get("score", pd.Series(dtype=float)).to_numpy(),
        None if sites.empty else SiteValidation(run["family"], sites),
        None if found.empty else found,
        explain_kept(model, own.unique()),
    )


def _folds(predictions: pd.DataFrame) -> int:
    return int(predictions["fold"].nunique())


def _read(path: Path) -> pd.DataFrame:
    if not path.is_file():
        return pd.DataFrame()
    kinds: Any = {
        **dict.fromkeys(("family", "sample_id", "column", "level", "site", "place"), str),
        **dict.fromkeys(("repeat", "fold", "label"), int),
        "score": float,
    }
    return pd.read_csv(path, float_precision="round_trip", dtype=kinds, keep_default_na=False, na_values=[""])


def derived_facts(raw: RawFacts) -> dict[str, Any]:
    """Derive every number that follows from raw facts.

    Parameters
    ----------
    raw : RawFacts
        Of a training, or stored.

    Returns
    -------
    dict
        Parts of the record of a run, of JSON values.
    """
    own = raw.evaluation.of(raw.family)
    detail = asdict(validation_detail(raw))
    kept = detail["stability"].pop("kept")
    detail["stability"]["in_all"] = int((kept == 1).sum())
    size = validation_detail(raw).size
    detail["size"]["adequate"] = size.adequate
    found = {
        "families": [asdict(row) for row in family_results(raw.evaluation, raw.family)],
        "calibration": asdict(calibration(own)),
        "validation": detail,
        "searches": asdict(summarise_searches(raw.searches)),
        "sites": [asdict(row) for row in raw.sites.results()] if raw.sites else None,
        "subgroups": [asdict(row) for row in subgroups_of(own, raw.memberships)]
        if len(raw.memberships)
        else [],
        "repeats": int(own["repeat"].nunique()),
        "folds": raw.evaluation.n_folds,
        "tables": {name: _sha256(text) for name, text in raw.tables.items()},
    }
    if raw.explanation is not None:
        found["explanation"] = explanation_facts(raw.explanation, raw.model, raw.memberships)
    return plain(found)


def plain(value: Any) -> Any:
    """Replace what JSON has no word for.

    Parameters
    ----------
    value : object
        Of mappings, lists, tuples, numbers, text.

    Returns
    -------
    JSON value
        Tuples are lists, infinity is ``"inf"``, not a number is null.

    Examples
    --------
    >>> plain({"a": (1, float("nan")), "b": float("inf")})
    {'a': [1, None], 'b': 'inf'}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return None if isinstance(value, float) and math.isnan(value) else value


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
