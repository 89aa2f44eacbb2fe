"""Findings about a table, each with a remedy; cleaning that does exactly what the findings say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.finding import Finding, Severity
from stratify.assays.panels import is_protein_name
from stratify.assays.sample_names import is_ambiguous, patient_rows

_ENOUGH = 3  # patients' samples from which an assay can be judged
_OUTLYING = 4.0  # robust SDs of a sample's median or IQR


def check(adata: AnnData) -> list[Finding]:
    """Look at a table of protein levels and say what is wrong with it.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        As read; nothing is changed.

    Returns
    -------
    list of Finding
        Errors first, then warnings, then what is only good to know.
    """
    found = [finding for look in _CHECKS for finding in look(adata) if finding.items]
    order: tuple[Severity, ...] = ("error", "warning", "info")
    return sorted(found, key=lambda finding: order.index(finding.severity))


def _levels(adata: AnnData) -> np.ndarray:
    """Levels of patients' samples."""
    return np.asarray(adata.X)[patient_rows(adata)]


def _named(names: Iterable[object], mask: np.ndarray) -> tuple[str, ...]:
    return tuple(str(name) for name, hit in zip(names, mask, strict=True) if hit)


def _rows(adata: AnnData) -> list[Finding]:
    ids, people = adata.obs_names, patient_rows(adata)
    silent = people & np.isnan(np.asarray(adata.X)).all(axis=1)
    reference = (
        adata.obs["sample_type"].isin(["control", "bridge"]) if "sample_type" in adata.obs else ~people
    )
    unclear = people & np.array([is_ambiguous(str(name)) for name in ids], dtype=bool)
    return [
        Finding(
            "duplicate-sample",
            "error",
            tuple(dict.fromkeys(_named(ids, people & ids.duplicated(keep=False)))),
            "give each tube its own id, or remove the repeated rows",
        ),
        Finding(
            "all-missing-sample", "error", _named(ids, silent), "remove the samples, or ask for a new export"
        ),
        Finding(
            "control-rows",
            "info",
            _named(ids, np.asarray(reference)),
            "laboratory controls and bridges are used for plate offsets and left out of learning",
        ),
        Finding(
            "control-name",
            "warning",
            _named(ids, unclear),
            "taken as people; if they are laboratory controls, say so in a column sample_type",
        ),
    ]


def _verdicts(adata: AnnData) -> list[Finding]:
    if "qc" not in adata.obs:
        return []
    people, verdict = patient_rows(adata), adata.obs["qc"].to_numpy()
    return [
        Finding(
            "qc-fail",
            "error",
            _named(adata.obs_names, people & (verdict == "fail")),
            "remove the samples, or measure them again",
        ),
        Finding(
            "qc-warning",
            "warning",
            _named(adata.obs_names, people & (verdict == "warn")),
            "look at the laboratory's report; results of these samples are less certain",
        ),
    ]


def _assays(adata: AnnData) -> list[Finding]:
    levels = _levels(adata)
    if len(levels) < _ENOUGH:
        return []
    missing = np.isnan(levels)
    silent = missing.all(axis=0)
    first = np.where(silent, np.nan, levels[np.argmin(missing, axis=0), np.arange(adata.n_vars)])
    constant = ~silent & (missing | (levels == first)).all(axis=0)
    columns = [
        ("all-missing-assay", "error", silent, "remove the assays, or ask for a new export"),
        (
            "constant-assay",
            "warning",
            constant,
            "an assay without variation tells nothing; look at how it was exported",
        ),
        (
            "below-lod",
            "info",
            _mostly_hidden(adata),
            "more than half of the samples are below the limit of detection",
        ),
    ]
    return [
        Finding(code, severity, _named(adata.var_names, mask), remedy, "assay")  # type: ignore[arg-type]
        for code, severity, mask, remedy in columns
    ]


def _mostly_hidden(adata: AnnData) -> np.ndarray:
    if "lod" not in adata.layers:
        return np.zeros(adata.n_vars, dtype=bool)
    levels, lod = _levels(adata), np.asarray(adata.layers["lod"])[patient_rows(adata)]
    judged = np.isfinite(levels) & np.isfinite(lod)
    return (levels < lod).sum(axis=0) > judged.sum(axis=0) / 2


def _unknown_names(adata: AnnData) -> list[Finding]:
    if adata.uns.get("stratify", {}).get("format") != "table-wide":
        return []
    unknown = np.array([not is_protein_name(str(name)) for name in adata.var_names], dtype=bool)
    remedy = "taken as proteins although their names are on no known panel; rename or remove clinical columns"
    return [Finding("unknown-protein", "info", _named(adata.var_names, unknown), remedy, "assay")]


def _outliers(adata: AnnData) -> list[Finding]:
    """Find samples whose median or interquartile range lies far from those of the others."""
    people = np.flatnonzero(patient_rows(adata))
    measured = people[np.isfinite(np.asarray(adata.X)[people]).any(axis=1)]
    if len(measured) < 2 * _ENOUGH:
        return []
    low, middle, high = np.nanpercentile(np.asarray(adata.X)[measured], (25, 50, 75), axis=1)
    far = np.zeros(adata.n_obs, dtype=bool)
    far[measured] = _far(middle) | _far(high - low)
    remedy = "look for haemolysis, dilution or a mix-up; the sample is kept"
    return [Finding("outlier-sample", "warning", _named(adata.obs_names, far), remedy)]


def _far(values: np.ndarray) -> np.ndarray:
    distance = np.abs(values - np.median(values))
    return distance > _OUTLYING * 1.4826 * max(float(np.median(distance)), np.finfo(float).tiny)


def _people_columns(adata: AnnData) -> list[Finding]:
    people, found = patient_rows(adata), []
    if "patient_id" in adata.obs:
        patient = adata.obs["patient_id"].astype(str)
        again = (
            people
            & patient[people].reindex(adata.obs_names).duplicated(keep=False).to_numpy()
            & (patient != "")
        )
        remedy = "visits of one patient are not independent; keep them on one side of every split"
        found.append(Finding("repeated-patient", "info", _named(adata.obs_names, np.asarray(again)), remedy))
    matrix = adata.obs["matrix"].astype(str) if "matrix" in adata.obs else pd.Series("", adata.obs_names)
    unknown = people & matrix.isin(["", "nan"]).to_numpy()
    remedy = "say in a column matrix whether blood was collected as serum, EDTA, heparin or citrate plasma"
    return [*found, Finding("undeclared-matrix", "warning", _named(adata.obs_names, unknown), remedy)]


_CHECKS: tuple[Callable[[AnnData], list[Finding]], ...] = (
    _rows,
    _verdicts,
    _assays,
    _unknown_names,
    _outliers,
    _people_columns,
)


def clean(adata: AnnData, findings: Sequence[Finding]) -> AnnData:
    """Remove what findings of severity "error" name, and control and bridge rows; nothing else.

    Of a repeated sample every copy goes, because nobody can say which is right.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        The table that was checked.
    findings : sequence of Finding
        As from `check`.

    Returns
    -------
    AnnData
        A copy; ``uns["stratify"]["removed"]`` gains one line a removed row or assay: "<code>: <name>".
    """
    errors = [finding for finding in findings if finding.severity == "error"]
    gone: dict[str, set[str]] = {"sample": set(), "assay": set()}
    for finding in errors:
        gone[finding.axis].update(finding.items)
    people = patient_rows(adata)
    keep_rows = people & ~adata.obs_names.isin(list(gone["sample"]))
    kept = adata[keep_rows, ~adata.var_names.isin(list(gone["assay"]))].copy()
    log = [f"control-rows: {name}" for name in adata.obs_names[~people]]
    log += [f"{finding.code}: {name}" for finding in errors for name in finding.items]
    facts = dict(adata.uns.get("stratify", {}))
    kept.uns["stratify"] = facts | {"removed": [*facts.get("removed", []), *log]}
    return kept


def sample_quality(adata: AnnData) -> pd.Series:
    """Grade each row from its own facts, so that a sample alone gets the grade that it gets among others.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        A table as read.

    Returns
    -------
    Series of str, shape (samples,)
        "fail" where a finding of severity "error" names the sample, "warn" where the laboratory's verdict
        is a warning, else "ok".
    """
    grade = pd.Series("ok", index=adata.obs_names, dtype=object)
    for finding in [*_verdicts(adata), *_rows(adata)]:
        named = grade.index.isin(finding.items)
        if finding.severity == "error":
            grade[named] = "fail"
        elif finding.code == "qc-warning":
            grade[named & (grade != "fail").to_numpy()] = "warn"
    return grade


def summary(adata: AnnData, findings: Sequence[Finding]) -> dict[str, Any]:
    """Describe a checked table for ``check --json``.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        The table.
    findings : sequence of Finding
        As from `check`.

    Returns
    -------
    dict
        ``format``, ``platform``, ``scale``, ``samples`` (patients' only), ``controls`` (with bridges),
        ``proteins``, ``findings``.
    """
    facts, people = adata.uns.get("stratify", {}), patient_rows(adata)
    return {
        "format": str(facts.get("format", "")),
        "platform": str(facts.get("platform", "")),
        "scale": str(facts.get("scale", "")),
        "samples": int(people.sum()),
        "controls": int((~people).sum()),
        "proteins": adata.n_vars,
        "findings": [finding.as_dict() for finding in findings],
    }
