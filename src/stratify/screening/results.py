"""The table of results: one row an input sample, one meaning a column."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from stratify.assays.proteins.matching import display_names
from stratify.learning.calibration import ASSUMED_PREVALENCES
from stratify.learning.decision import INDETERMINATE
from stratify.learning.frozen import Batch, FrozenModel
from stratify.learning.score_error import TWO_SIDED_90
from stratify.learning.scores import Scores
from stratify.learning.stress import Stress, stress_test
from stratify.screening.settling import settled_by

SCHEMA_VERSION = 1
LEADING_PROTEINS = 5
TEXT_COLUMNS = (
    "sample_id",
    "patient_id",
    "visit",
    "call",
    "reason_codes",
    "direction",
    "anchored",
    "handling",
    "known_biology",
    "quality",
    "eligible",
    "top_reasons",
    "to_settle",
    "model_digest",
)
# What a score says of a patient; empty where too little was measured for it to say anything.
_OF_THE_SCORE = (
    "probability",
    "probability_low",
    "probability_high",
    "likelihood_ratio",
    "posterior_10",
    "posterior_25",
    "posterior_35",
    "magnitude_z",
    "magnitude_low",
    "magnitude_high",
    "magnitude_percentile",
)
_STARTS_A_FORMULA = re.compile(r"^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PLAIN_NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?$")
_LARGEST_EXPONENT = 700.0


@cache
def results_schema() -> dict[str, Any]:
    """JSON Schema of one row of results, as shipped in ``data/results.schema.json``."""
    source = resources.files("stratify.data").joinpath("results.schema.json")
    schema: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return schema


def result_columns() -> list[str]:
    """Columns of the table, in their order."""
    return list(results_schema()["properties"])


def describe(
    model: FrozenModel, batch: Batch, scores: Scores, obs: pd.DataFrame, digest: str
) -> tuple[pd.DataFrame, np.ndarray]:
    """Write what a model says of the patients of a batch.

    Parameters
    ----------
    model : FrozenModel
        The model.
    batch : Batch
        Patients.
    scores : Scores
        Their scores.
    obs : DataFrame
        Index sample id; ``patient_id`` and ``visit`` where known.
    digest : str
        Content digest of the model folder.

    Returns
    -------
    table : DataFrame of shape (n, 32)
        Columns `result_columns`; NaN or "" where evidence does not exist.
    contributions : array of shape (n, n_proteins)
        Shapley values of the score.
    """
    contributions = model.scorer.contributions(scores.filled, model.background)
    stress = stress_test(model, batch, scores)
    columns = (
        _who(obs)
        | _calls(scores)
        | _probabilities(model, scores)
        | _checks(batch, scores)
        | {
            "robust_share": [one.robust_share for one in stress],
            "to_settle": _to_settle(model, batch, scores, stress),
            "eligible": "unknown",
            "top_reasons": leading_proteins(model, contributions),
            "model_digest": digest,
            "schema_version": SCHEMA_VERSION,
        }
    )
    table = pd.DataFrame(columns, index=pd.RangeIndex(len(obs)))[result_columns()]
    silent = ~(scores.weight_covered >= model.rule.least_weight_covered)
    table.loc[silent, list(_OF_THE_SCORE)] = np.nan
    table.loc[silent, ["direction", "top_reasons"]] = ""
    table.loc[silent, "handling"] = "unknown"
    return table, contributions


def _to_settle(model: FrozenModel, batch: Batch, scores: Scores, stress: Sequence[Stress]) -> list[str]:
    return [
        settled_by(model, decision.reasons, profile) if decision.call == INDETERMINATE else one.to_settle
        for decision, profile, one in zip(scores.decisions, batch.profiles, stress, strict=True)
    ]


def _who(obs: pd.DataFrame) -> dict[str, Any]:
    return {"sample_id": obs.index.astype(str)} | {
        name: obs[name].fillna("").astype(str).to_numpy() if name in obs else ""
        for name in ("patient_id", "visit")
    }


def _calls(scores: Scores) -> dict[str, Any]:
    return {
        "call": [decision.call for decision in scores.decisions],
        "reason_codes": [";".join(decision.reasons) for decision in scores.decisions],
        "direction": scores.direction,
        "magnitude_z": scores.magnitude_z,
        "magnitude_low": scores.magnitude_low,
        "magnitude_high": scores.magnitude_high,
        "magnitude_percentile": scores.magnitude_percentile,
    }


def _probabilities(model: FrozenModel, scores: Scores) -> dict[str, Any]:
    platt, reach = model.calibration, TWO_SIDED_90 * scores.error
    ends = np.sort([platt.probability(scores.score - reach), platt.probability(scores.score + reach)], axis=0)
    ratio = np.clip(platt.log_likelihood_ratio(scores.score), -_LARGEST_EXPONENT, _LARGEST_EXPONENT)
    posteriors = {
        f"posterior_{p:.0%}".rstrip("%"): platt.posterior(scores.score, p) for p in ASSUMED_PREVALENCES
    }
    return {
        "probability": platt.probability(scores.score),
        "probability_low": ends[0],
        "probability_high": ends[1],
        "likelihood_ratio": np.exp(ratio),
        **posteriors,
    }


def _checks(batch: Batch, scores: Scores) -> dict[str, Any]:
    return {
        "anchored": batch.anchored,
        "handling": scores.handling,
        "known_biology": scores.known_biology,
        "weight_covered": np.minimum(scores.weight_covered, 1.0),
        "weight_below_lod": np.minimum(scores.weight_below_lod, 1.0),
        "quality": batch.quality,
    }


def leading_proteins(model: FrozenModel, contributions: np.ndarray) -> list[str]:
    """Name the proteins that move each patient's score most.

    Parameters
    ----------
    model : FrozenModel
        With names and pathways.
    contributions : array of shape (n, n_proteins)
        Shapley values.

    Returns
    -------
    list of str
        For example ``"CCL17 +1.32 (Th2); IL6 -0.40 (Other)"``.
    """
    names, pathways = display_names(model.assays), model.assays["pathway"].astype(str).tolist()
    order = np.argsort(-np.abs(contributions), axis=1, kind="stable")[:, :LEADING_PROTEINS]
    return [
        "; ".join(f"{names[j]} {row[j]:+.2f} ({pathways[j]})" for j in leading)
        for row, leading in zip(contributions, order, strict=True)
    ]


def one_row_a_patient(table: pd.DataFrame, obs: pd.DataFrame) -> pd.DataFrame:
    """Keep the first visit of each patient; a rule that looks at no result.

    Parameters
    ----------
    table : DataFrame
        Results, in the order of `obs`.
    obs : DataFrame
        Patients' samples; ``collection_datetime`` where known.

    Returns
    -------
    DataFrame
        The earliest draw of each patient whose draws are all dated, else the lowest visit where all have a
        number, else the first row; samples without a patient are kept.
    """
    patient = table["patient_id"].where(table["patient_id"] != "", "sample:" + table["sample_id"])
    times = [_moments(obs), _visit_numbers(table["visit"])]
    chosen = []
    for rows in table.groupby(patient.to_numpy(), sort=False).indices.values():
        known = next(
            (values[rows] for values in times if np.isfinite(values[rows]).all()), np.zeros(len(rows))
        )
        chosen.append(rows[int(np.argmin(known))])
    return table.iloc[sorted(chosen)].reset_index(drop=True)


def _moments(obs: pd.DataFrame) -> np.ndarray:
    if "collection_datetime" not in obs:
        return np.full(len(obs), np.nan)
    moments = pd.to_datetime(obs["collection_datetime"], errors="coerce", utc=True, format="ISO8601")
    return np.where(moments.notna(), moments.astype("int64"), np.nan)


def _visit_numbers(visits: pd.Series) -> np.ndarray:
    return visits.astype(str).str.extract(r"(\d+(?:\.\d+)?)", expand=False).astype(float).to_numpy()


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write results so that numbers read back exactly and no spreadsheet runs a cell.

    Parameters
    ----------
    table : DataFrame
        As from `describe`.
    path : Path
        File to write.
    """
    write_texts(table, path, TEXT_COLUMNS)


def write_texts(table: pd.DataFrame, path: Path, columns: Sequence[str] | None = None) -> None:
    """Write a table whose texts no spreadsheet runs.

    Parameters
    ----------
    table : DataFrame
        Any.
    path : Path
        File to write.
    columns : sequence of str, optional
        Columns of text; all if left out.
    """
    path.write_bytes(csv_bytes(table, columns))


def csv_bytes(table: pd.DataFrame, columns: Sequence[str] | None = None) -> bytes:
    """Give what `write_texts` writes; with `TEXT_COLUMNS` what `write_csv` writes.

    Parameters
    ----------
    table : DataFrame
        Any.
    columns : sequence of str, optional
        Columns of text; all if left out.

    Returns
    -------
    bytes
        UTF-8.
    """
    texts = list(table.columns) if columns is None else columns
    safe = table.assign(**{name: table[name].map(neutral) for name in texts})
    return safe.to_csv(index=False, lineterminator="\n").encode("utf-8")


def neutral(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would take for a formula, blanks for controls.

    Parameters
    ----------
    text : str
        Content of a cell.

    Returns
    -------
    str

    Examples
    --------
    >>> neutral("=1+1"), neutral("-7"), neutral("IL6 +1.2")
    ("'=1+1", '-7', 'IL6 +1.2')
    """
    text = _CONTROL.sub(" ", text)
    return f"'{text}" if _STARTS_A_FORMULA.match(text) and not _PLAIN_NUMBER.match(text) else text
