"""Cleaning: exactly what findings name and a policy asks for, each removal logged."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.checks.scales import LARGEST_LOG
from stratify.assays.detectability import below_limit, detectability, half_limit
from stratify.assays.finding import Finding
from stratify.assays.plates import by_panel
from stratify.assays.policy import DROP, MASK, Policy, default_policy
from stratify.assays.sample_names import patient_rows
from stratify.errors import CohortError, listed

_VERDICTS = {"qc-fail": "fail", "qc-warning": "warn"}
_MASKED = re.compile(r" \(masked \d+ cells\)$")


def clean(adata: AnnData, findings: Sequence[Finding], policy: Policy | None = None) -> AnnData:
    """Remove exactly what findings name and a policy does not keep.

    Of a repeated sample every copy goes, because nobody can say which is right. A mask takes out the values
    that the finding is about: those of the panels that carry the verdict (``qc-fail``, ``qc-warning``),
    those below the limit (``below-lod``), at the end where they pile up (``saturated``, ``floor-values``,
    ``zero-values``), else all of the sample or assay.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        The table that was checked.
    findings : sequence of Finding
        As from `check`.
    policy : Policy, optional
        As from `read_policy`; the shipped one if left out: errors and control rows are dropped, all else
        is kept.

    Returns
    -------
    AnnData
        A copy. ``uns["stratify"]["removed"]`` gains one line a removed row or assay (``"<code>: <name>"``) or
        masked one (``"<code>: <name> (masked <n> cells)"``), ``var["detectability"]`` the share of values
        above the limit, and ``uns["stratify"]["below_lod"]`` what was done with those below; what an
        earlier cleaning did with them stays known.

    Raises
    ------
    CohortError
        When no sample, assay or value would be left, or the policy replaces values below limits that are
        not known or of levels that are not on a log2 scale.
    """
    policy = default_policy() if policy is None else policy
    chosen = [finding for finding in findings if finding.axis in ("sample", "assay")]
    dropped = [finding for finding in chosen if policy.action(finding) == DROP]
    kept = _without(adata, dropped)
    log = [f"{finding.code}: {name}" for finding in dropped for name in finding.items]
    kept.var["detectability"] = detectability(kept)
    for finding in chosen:
        if policy.action(finding) == MASK:
            log += _mask(kept, finding)
    if not np.isfinite(np.asarray(kept.X)).any():
        raise _nothing_left(adata, [finding for finding in chosen if policy.action(finding) != "keep"])
    facts = dict(adata.uns.get("stratify", {}))
    treatment = facts.get("below_lod", {}) if policy.below_lod == "keep" else {"values": policy.below_lod}
    word = str(treatment.get("values", "keep"))
    cells = _treat_below(kept, word)
    kept.uns["stratify"] = facts | {
        "removed": [*facts.get("removed", []), *log],
        "below_lod": {"values": word, "cells": cells},
    }
    return kept


def removal_counts(removed: Iterable[str]) -> dict[str, int]:
    """Count the lines of a removal log by code, masked samples and assays apart.

    Parameters
    ----------
    removed : iterable of str
        ``uns["stratify"]["removed"]``.

    Returns
    -------
    dict of str to int
        Sorted by code.

    Examples
    --------
    >>> removal_counts(["qc-fail: S1", "qc-fail: S2", "qc-warning: S3 (masked 92 cells)"])
    {'qc-fail': 2, 'qc-warning (masked)': 1}
    """
    codes = (line.partition(": ")[0] + (" (masked)" if _MASKED.search(line) else "") for line in removed)
    return dict(sorted(Counter(codes).items()))


def _without(adata: AnnData, dropped: Sequence[Finding]) -> AnnData:
    """Copy without the named samples and assays."""
    gone = {
        axis: {name for f in dropped if f.axis == axis for name in f.items} for axis in ("sample", "assay")
    }
    rows = ~adata.obs_names.isin(list(gone["sample"]))
    columns = ~adata.var_names.isin(list(gone["assay"]))
    if not (rows & patient_rows(adata)).any() or not columns.any():
        raise _nothing_left(adata, dropped)
    return adata[rows, columns].copy()


def _nothing_left(adata: AnnData, findings: Sequence[Finding]) -> CohortError:
    codes = dict.fromkeys(finding.code for finding in findings)
    return CohortError(
        "at least one patient's sample and one assay with a value after cleaning",
        f"nothing left of {patient_rows(adata).sum()} patients' samples and {adata.n_vars} assays; "
        f"taken out for {listed(codes) or 'nothing'}",
        "ask the laboratory for a sound export, or keep some of these findings in the cleaning policy",
    )


def _mask(adata: AnnData, finding: Finding) -> list[str]:
    """Take values out in place, and give one line of the log an item."""
    axis = 0 if finding.axis == "sample" else 1
    names = adata.obs_names if axis == 0 else adata.var_names
    named = names.isin(list(finding.items))
    cells = _concerned(adata, finding.code) & (named[:, None] if axis == 0 else named[None, :])
    levels = np.asarray(adata.X)
    cells &= np.isfinite(levels)
    levels[cells] = np.nan
    counts = pd.Series(cells.sum(axis=1 - axis), names).groupby(level=0).sum()
    return [f"{finding.code}: {n} (masked {counts[n]} cells)" for n in finding.items if n in counts.index]


def _concerned(adata: AnnData, code: str) -> np.ndarray:
    """Cells that a code speaks of, whichever samples or assays it names."""
    if code == "below-lod":
        return below_limit(adata)
    if code == "above-range":
        above: np.ndarray = np.asarray(adata.layers["censored"]) > 0
        return above
    levels = pd.DataFrame(np.asarray(adata.X))
    if code == "impossible-level":
        return (levels.abs() > LARGEST_LOG).to_numpy()
    if code == "zero-values":
        return (levels == 0).to_numpy()
    if code in ("saturated", "floor-values"):
        return (levels == (levels.max() if code == "saturated" else levels.min())).to_numpy()
    if code not in _VERDICTS or "panel" not in adata.var or "qc" not in adata.obs:
        return np.ones(adata.shape, dtype=bool)
    panels = adata.var["panel"].fillna("").astype(str)
    verdicts = by_panel(adata.obs, "qc", panels.drop_duplicates().tolist())
    of_panel = (verdicts == _VERDICTS[code]).to_numpy()
    return of_panel[:, verdicts.columns.get_indexer(pd.Index(panels))]


def _treat_below(adata: AnnData, word: str) -> int:
    """Replace values below the limit where the policy says so, and count what lies below."""
    below = below_limit(adata)
    if word == "keep":
        return int(below.sum())
    scale = str(adata.uns.get("stratify", {}).get("scale", "unknown"))
    if scale != "NPX" and not scale.startswith("log2"):
        raise _no_limit(word, f"levels on a scale that is {scale}", "levels in NPX or log2 units")
    if not np.isfinite(np.asarray(adata.layers.get("lod", np.nan))).any():
        raise _no_limit(word, "a table without limits of detection", "limits of detection in the file")
    if word == "lod/sqrt2":
        adata.X = half_limit(np.asarray(adata.X), np.asarray(adata.layers["lod"]))
    return int(below.sum())


def _no_limit(word: str, found: str, expected: str) -> CohortError:
    return CohortError(
        f"{expected}, to treat values below the limit as {word!r}", found, "keep them as measured"
    )
