"""What is known of a run beside its model, as JSON values: the numbers that a card shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from stratify.learning.calibration import ASSUMED_PREVALENCES
from stratify.learning.training import Training
from stratify.reporting.checklists import answers
from stratify.reporting.facts import Facts, flatten
from stratify.reporting.learning_curve import curve_rows
from stratify.reporting.model_facts import model_facts
from stratify.reporting.raw_facts import RawFacts, derived_facts, plain, raw_facts

RECORD, BASELINE = 1, "composite"
APART = (
    *("baselines", "flow", "target_calls", "label", "found", "sites", "subgroups", "curve", "memberships"),
    *("shares", "negative_controls"),
)


def run_record(training: Training, facts: Facts, raw: RawFacts | None = None) -> dict[str, Any]:
    """Facts of a run as they are written to ``facts/run.json``.

    Parameters
    ----------
    training : Training
        A finished training.
    facts : Facts
        What is reported beside it.
    raw : RawFacts, optional
        Of the same; taken from them if left out.

    Returns
    -------
    dict
        Of JSON values.
    """
    stated = {key: value for key, value in vars(facts).items() if key not in APART}
    record = {
        **derived_facts(raw or raw_facts(training, facts)),
        **stated,
        "record": RECORD,
        "settings": flatten(facts.settings),
        "flow": asdict(facts.flow),
        "label": asdict(facts.label) if facts.label else None,
        "target_calls": asdict(facts.target_calls) if facts.target_calls else None,
        "score_shares": [asdict(row) | {"shown": row.shown} for row in facts.shares],
        "negative_controls": _negative_controls(facts),
        "data_digest": facts.data_digest,
        "definition": dict(training.model.definition),
        "family": training.family,
        "permutation_test": asdict(training.test) | {"shown": training.test.shown},
        "family_choice": dict(training.choices),
        "subgroups": [asdict(row) for row in facts.subgroups],
        "learning_curve": facts.curve.table().to_dict("records") if facts.curve else None,
        "curve": asdict(curve) if (curve := curve_rows(facts.curve)) else None,
    }
    written: dict[str, Any] = plain(record)
    return written


def _negative_controls(facts: Facts) -> dict[str, Any] | None:
    found = facts.negative_controls
    return asdict(found) | {"above_chance": found.above_chance} if found else None


def card_facts(run: Mapping[str, Any], raw: RawFacts, alts: Mapping[str, str]) -> dict[str, Any]:
    """Lay out all that a card shows.

    Parameters
    ----------
    run : mapping
        As from `run_record`, or as stored.
    raw : RawFacts
        Of the same run.
    alts : mapping of str to str
        What each figure shows, in words.

    Returns
    -------
    dict
        ``run``, ``model``, ``found``, ``figures``, ``summary`` and ``checklists``, of JSON values.
    """
    laid: dict[str, Any] = plain(
        {
            "run": run,
            "model": model_facts(raw.model),
            "found": _found(raw),
            "figures": alts,
            "summary": summary(run),
        }
    )
    return laid | {"checklists": answers(laid)}


def _found(raw: RawFacts) -> list[dict[Any, Any]] | None:
    """Rows of the map, one a size and leak, with the worth of a flag where a quarter is skewed."""
    if raw.found is None:
        return None
    rows = raw.found[raw.found["prevalence"] == ASSUMED_PREVALENCES[1]]
    return [{key: float(value) for key, value in row.items()} for row in rows.to_dict("records")]


def summary(run: Mapping[str, Any]) -> dict[str, Any]:
    """Gather what the first lines of a card say.

    Parameters
    ----------
    run : mapping
        Record of a run.

    Returns
    -------
    dict
        ``people`` learned from; the chosen family ``chosen``, the ``baseline`` and the model of
        ``covariates`` (rows of the record, None where absent); and the subgroups with the lowest and the
        highest AUC, ``worst`` and ``best`` (None without two that have one).
    """
    rows = {row["name"]: row for row in run["families"]}
    known = sorted((row for row in run["subgroups"] if row["auc"] is not None), key=lambda row: row["auc"])
    return {
        "people": sum(run["flow"]["learned"].values()),
        "chosen": rows[run["family"]],
        "baseline": rows.get(BASELINE) if run["family"] != BASELINE else None,
        "covariates": rows.get("covariates"),
        "worst": known[0] if len(known) > 1 else None,
        "best": known[-1] if len(known) > 1 else None,
    }
