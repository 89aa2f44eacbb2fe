"""Limits of detection of sequenced Olink assays: from negative controls, or from the vendor's fixed list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.plates import by_panel
from stratify.assays.proteins.matching import match_assays
from stratify.assays.sample_names import patient_rows

FEWEST_CONTROLS = 10
_FEWEST_COUNTS = 150
_SMALLEST_MARGIN = 0.2
_SDS = 3
_SEQUENCED = ("Olink Explore", "Olink Explore HT", "Olink Reveal")


@dataclass(frozen=True, eq=False)
class DetectionLimits:
    """Limit of each assay, before it is put on the scale of a plate.

    Parameters
    ----------
    npx : ndarray of float64, shape (assays,)
        On the scale of plate-control-normalised NPX; NaN where unknown.
    count : ndarray of float64, shape (assays,)
        Reads; NaN where unknown.
    by_count : ndarray of bool, shape (assays,)
        Where reads decide, because the negative controls have too few.
    """

    npx: np.ndarray
    count: np.ndarray
    by_count: np.ndarray


def negative_control_limits(adata: AnnData) -> DetectionLimits | None:
    """Estimate limits of detection from the negative controls of a project.

    With more than 150 reads in a negative control, the limit of an assay is their median NPX plus three
    standard deviations or 0.2, whichever is more; otherwise it is twice their largest number of reads, at
    least 150. Assays with several lots of reagents get none.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        With ``obs["control_type"]`` and ``layers["count"]``; ``layers["pc_normalized_npx"]`` where levels are
        normalised by intensity. Controls without the verdict "pass" do not count.

    Returns
    -------
    DetectionLimits or None
        None where fewer than ten negative controls passed, or no reads were delivered.

    References
    ----------
    Olink Proteomics, OlinkAnalyze, function ``olink_lod`` (method "NCLOD") and its article "Calculating LOD
    from Olink Explore data", github.com/Olink-Proteomics/OlinkRPackage.
    """
    levels = _plate_normalised(adata)
    if levels is None or "count" not in adata.layers or "control_type" not in adata.obs:
        return None
    panels = adata.var["panel"]
    negative = (adata.obs["control_type"] == "negative").to_numpy()
    verdict = by_panel(adata.obs, "qc", panels.unique().tolist())[panels].to_numpy()[negative]
    used = np.isin(verdict, ("pass", "")) & np.isfinite(np.asarray(adata.X)[negative])
    if used.any(axis=1).sum() < FEWEST_CONTROLS:
        return None
    npx = pd.DataFrame(np.where(used, levels[negative], np.nan))
    reads = pd.DataFrame(np.where(used, np.asarray(adata.layers["count"])[negative], np.nan)).max()
    limit = npx.median() + np.maximum(_SMALLEST_MARGIN, _SDS * npx.std(ddof=1))
    mixed = (
        adata.var["lot"].str.contains(" | ", regex=False)
        if "lot" in adata.var
        else np.zeros(adata.n_vars, bool)
    )
    unknown = np.asarray(mixed) | reads.isna().to_numpy()
    return DetectionLimits(
        np.where(unknown, np.nan, limit),
        np.where(unknown, np.nan, np.maximum(_FEWEST_COUNTS, 2 * reads)),
        (reads <= _FEWEST_COUNTS).to_numpy(),
    )


def fixed_limits(assays: pd.DataFrame, listed: pd.DataFrame) -> DetectionLimits:
    """Look up the limits of assays in the vendor's list.

    Parameters
    ----------
    assays : DataFrame
        As ``AnnData.var``; ``analysis_reference`` where known.
    listed : DataFrame
        As ``AnnData.var`` of such a list: ``lod``, ``lod_count`` and ``lod_method``, and
        ``analysis_reference`` where a list holds several lots.

    Returns
    -------
    DetectionLimits
        NaN for an assay that is not listed, or not for its lot.
    """
    if listed["analysis_reference"].any():
        own = assays["analysis_reference"] if "analysis_reference" in assays else pd.Series("", assays.index)
        position = listed.index.get_indexer(assays.index + "@" + own.to_numpy())
    else:
        position = match_assays(assays, listed)
    found = listed.iloc[position]
    known = position >= 0
    return DetectionLimits(
        np.where(known, found["lod"], np.nan),
        np.where(known, found["lod_count"], np.nan),
        known & (found["lod_method"] == "lod_count").to_numpy(),
    )


def spread_limits(adata: AnnData, limits: DetectionLimits) -> np.ndarray:
    """Put limits of detection on the scale of each sample's levels.

    A limit in reads becomes log2(reads / reads of the sample's extension control) minus the median of the
    plate controls on its plate. Where levels are normalised by intensity, the median of the plate's samples
    before that normalisation is subtracted.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        Levels; ``layers["ext_npx"]`` and ``obsm["extension_counts"]`` for limits in reads.
    limits : DetectionLimits
        One an assay.

    Returns
    -------
    ndarray of float64, shape (samples, assays)
        NaN where the level is missing, or the limit cannot be put on its scale.

    References
    ----------
    As for `negative_control_limits`.
    """
    levels = _plate_normalised(adata)
    if levels is None:
        return np.full(adata.shape, np.nan)
    spread = np.where(limits.by_count, _from_counts(adata, limits.count), limits.npx)
    if _is_intensity(adata):
        spread = spread - _plate_medians(adata, levels, patient_rows(adata))
    return np.where(np.isfinite(np.asarray(adata.X)), spread, np.nan)


def add_limits(adata: AnnData, lists: Sequence[pd.DataFrame] = ()) -> None:
    """Add limits of detection to a sequenced table that was delivered without them.

    A list given beside the levels is used first, then ten or more negative controls; limits that were
    delivered stay. ``uns["stratify"]["limits"]`` says what was used, and for how many assays.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        Levels; changed in place. Tables of other platforms stay as they are.
    lists : sequence of DataFrame
        As for `fixed_limits`.
    """
    if adata.uns["stratify"]["platform"] not in _SEQUENCED or adata.uns["stratify"]["scale"] != "NPX":
        return
    delivered = np.asarray(adata.layers["lod"]) if "lod" in adata.layers else np.full(adata.shape, np.nan)
    limits = delivered
    for listed in lists:
        limits = np.where(np.isnan(limits), spread_limits(adata, fixed_limits(adata.var, listed)), limits)
    source = "fixed list"
    if np.isnan(limits).all() and (found := negative_control_limits(adata)):
        limits, source = spread_limits(adata, found), "negative controls"
    gained = int((np.isfinite(limits).any(axis=0) & np.isnan(delivered).all(axis=0)).sum())
    if gained:
        adata.layers["lod"] = limits
        adata.uns["stratify"]["limits"] = f"{source}: {gained} of {adata.n_vars} assays"


def _is_intensity(adata: AnnData) -> bool:
    return "intensity" in str(adata.uns["stratify"]["normalization"]).lower()


def _plate_normalised(adata: AnnData) -> np.ndarray | None:
    """Levels normalised by plate controls only, where they are known."""
    if "pc_normalized_npx" in adata.layers:
        return np.asarray(adata.layers["pc_normalized_npx"])
    return None if _is_intensity(adata) else np.asarray(adata.X)


def _from_counts(adata: AnnData, counts: np.ndarray) -> np.ndarray:
    if "ext_npx" not in adata.layers or "extension_counts" not in adata.obsm:
        return np.full(adata.shape, np.nan)
    blocks = adata.var["block"] if "block" in adata.var else pd.Series("", adata.var.index)
    extension = adata.obsm["extension_counts"].reindex(columns=adata.var["panel"] + "@" + blocks).to_numpy()
    controls = (adata.obs["control_type"] == "plate").to_numpy()
    reads = counts / np.where(extension > 0, extension, np.nan)
    middle = _plate_medians(adata, np.asarray(adata.layers["ext_npx"]), controls)
    converted: np.ndarray = np.log2(reads) - middle
    return converted


def _plate_medians(adata: AnnData, values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Median of some rows of each plate, assay by assay, for all samples of the plate."""
    medians = np.full(adata.shape, np.nan)
    panels = adata.var["panel"].to_numpy()
    plates = by_panel(adata.obs, "plate", list(dict.fromkeys(panels)))
    for panel in plates.columns:
        columns, plate = np.flatnonzero(panels == panel), plates[panel].to_numpy()
        middle = pd.DataFrame(values[np.ix_(rows, columns)]).groupby(plate[rows]).median()
        medians[:, columns] = middle.reindex(plate).to_numpy()
    return medians
