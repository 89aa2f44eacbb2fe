"""The metadata header of a card, in the form that model hubs read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from stratify.reporting.manifest import LICENCE


def metadata_header(facts: Mapping[str, Any]) -> str:
    """Write the header of ``card.md``.

    Parameters
    ----------
    facts : mapping
        As from `stratify.reporting.record.card_facts`.

    Returns
    -------
    str
        YAML between two lines of dashes. Every text is quoted as in JSON, which is YAML too.

    References
    ----------
    Mitchell et al., FAT* 2019, doi:10.1145/3287560.3287596 (model cards); the fields are those of the Hugging
    Face Hub's model card specification.
    """
    lines = ["---", f"license: {LICENCE.lower()}", "library_name: stratify"]
    lines += ["pipeline_tag: tabular-classification", "tags:", *(f"- {_quoted(tag)}" for tag in _tags(facts))]
    return "\n".join([*lines, *_results(facts), "---", ""]) + "\n"


def _tags(facts: Mapping[str, Any]) -> list[str]:
    tube = [matrix] if (matrix := facts["model"]["matrix"]) else []
    tags = ["proteomics", *tube, "immune-subtype", "research-only", facts["model"]["family"]]
    run = facts["run"]
    return tags + ["simulated"] * run["simulated"] + ["permuted-labels"] * run["permuted"]


def _results(facts: Mapping[str, Any]) -> list[str]:
    run, model, chosen = facts["run"], facts["model"], facts["summary"]["chosen"]
    metrics = {"roc_auc": chosen["auc"], "brier_score": run["calibration"]["brier"]}
    lines = [
        "model-index:",
        f"- name: {_quoted(model['name'] + '-' + str(model['version']))}",
        "  results:",
        "  - task:",
        "      type: tabular-classification",
        "    dataset:",
        f"      type: {_quoted(run['experiment'])}",
        f"      name: {_quoted(run['question'])}",
        "    metrics:",
    ]
    for name, value in metrics.items():
        if value is not None:
            lines += [
                f"    - type: {name}",
                f"      value: {value!r}",
                f"      name: {_quoted(_NAMES[name])}",
            ]
    return lines


_NAMES = {
    "roc_auc": "AUC, out of fold, mean within folds",
    "brier_score": "Brier score of crossed out-of-fold probabilities",
}


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=True)
