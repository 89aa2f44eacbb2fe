"""Batch offsets from reference rows only: bridge samples or laboratory controls, never the patients."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.plates import by_panel
from stratify.assays.sample_names import is_negative_control

Anchor = Literal["bridge", "controls", "vendor", "none"]
VENDOR_ERROR = 0.16  # NPX: an inter-assay CV of 11%, the median of the vendor's validation, on the log2 scale
UNANCHORED_ERROR = 0.5  # NPX: an assumption, the size of offsets seen between cohorts
_PRIOR_DF = 4  # weight of the SD pooled over assays against an assay's own


def control_offsets(adata: AnnData, expected: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, Anchor]:
    r"""Estimate how far a batch lies from the training data, from reference rows with known expected values.

    For assay :math:`j`, :math:`d_{ij}` is measured minus expected in reference row :math:`i` of :math:`m`.
    The offset is :math:`\mathrm{median}_i\, d_{ij}` and its error :math:`s_j \sqrt{\pi / 2m}` (for :math:`m
    \le 2`, where the median is the mean, :math:`s_j / \sqrt{m}`), with the variance of an assay shrunk to
    the one pooled over assays. Call once a plate.

    Parameters
    ----------
    adata : AnnData of shape (samples, p)
        A batch, its assays named by the ids of `expected`.
    expected : DataFrame of shape (names, assays)
        Expected levels of reference rows (`reference_values`); index their names, columns assay ids.

    Returns
    -------
    offset : ndarray of shape (p,)
        NPX to subtract; 0 where nothing is known.
    error : ndarray of shape (p,)
        Standard error of the offset, NPX; without a reference row an assumed one (`VENDOR_ERROR`,
        `UNANCHORED_ERROR`).
    kind : {"bridge", "controls", "vendor", "none"}
        What the offset leans on.

    Notes
    -----
    The patients of the file play no part: centring them on their own mean would erase the signal. The error
    of the expected values themselves is not included.
    """
    vendor = _vendor_normalised(adata)
    fallback = VENDOR_ERROR if vendor else UNANCHORED_ERROR
    kinds: tuple[Anchor, ...] = ("bridge", "controls")
    for kind in kinds:
        names = _reference_names(adata, kind)
        rows = names.isin(expected.index).to_numpy()
        difference = _difference(adata, expected, names, rows)
        if np.isfinite(difference).any():
            offset, error = _median_and_error(difference, fallback)
            return offset, error, kind
    return np.zeros(adata.n_vars), np.full(adata.n_vars, fallback), "vendor" if vendor else "none"


def _vendor_normalised(adata: AnnData) -> bool:
    return adata.uns.get("stratify", {}).get("scale") == "NPX" and _normalised_by(
        adata, "intensity", "plate control", "ipc"
    )


def _normalised_by(adata: AnnData, *words: str) -> bool:
    stated = str(adata.uns.get("stratify", {}).get("normalization", "")).lower()
    return any(word in stated for word in words)


def _reference_names(adata: AnnData, kind: str) -> pd.Series:
    """Name of each row that may serve as a reference of this kind, "" for the others."""
    wanted = "bridge" if kind == "bridge" else "control"
    name = adata.obs["control_name"] if "control_name" in adata.obs else adata.obs_names.to_series()
    name = name.astype(object).where(name.notna(), "").astype(str)
    usable = (adata.obs["sample_type"] == wanted) & ~name.map(is_negative_control)
    return name.where(usable, "")


def _difference(adata: AnnData, expected: pd.DataFrame, names: pd.Series, rows: np.ndarray) -> np.ndarray:
    reference = expected.reindex(index=names[rows], columns=adata.var_names)
    return np.asarray(adata.X)[rows] - reference.to_numpy(dtype=float)


def _median_and_error(difference: np.ndarray, fallback: float) -> tuple[np.ndarray, np.ndarray]:
    count = np.isfinite(difference).sum(axis=0)
    measured = count > 0
    offset, error = np.zeros(len(count)), np.full(len(count), fallback)
    offset[measured] = np.nanmedian(difference[:, measured], axis=0)
    difference = np.sort(difference, axis=0)  # sums that do not depend on the order of the rows
    squares = np.nansum((difference - _nanmean(difference)) ** 2, axis=0)
    freedom = np.maximum(count - 1, 0)
    pooled = squares.sum() / freedom.sum() if freedom.any() else VENDOR_ERROR**2
    variance = (_PRIOR_DF * pooled + squares) / (_PRIOR_DF + freedom)
    efficiency = np.where(count > 2, np.pi / 2, 1.0)
    error[measured] = np.sqrt(efficiency[measured] * variance[measured] / count[measured])
    return offset, error


def _nanmean(values: np.ndarray) -> np.ndarray:
    """Mean of each column over what is finite; 0 where nothing is."""
    finite = np.isfinite(values)
    return np.where(finite, values, 0.0).sum(axis=0) / np.maximum(finite.sum(axis=0), 1)


def plate_centre(adata: AnnData) -> AnnData:
    """Remove plate offsets of training data, as its reference rows show them.

    For each panel, reference rows whose name occurs on every plate (bridge samples if there are any, else
    controls that hold a sample) give each plate's offset: their mean deviation from the mean over plates.
    It is subtracted from levels and detection limits. Without such rows nothing changes, nor where the vendor
    normalised by intensity: the plates' medians are level then, and a few control wells would only add their
    own error to everybody.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        Training data with ``obs["plate"]``.

    Returns
    -------
    AnnData
        A copy; ``uns["stratify"]["plate_centring"]`` names what was used for each panel.
    """
    centred = adata.copy()
    if _normalised_by(adata, "intensity"):
        return centred
    panels = adata.var["panel"].fillna("").astype(str)
    plates = by_panel(adata.obs, "plate", panels.drop_duplicates().tolist())
    used = {}
    for panel in plates.columns:
        columns = (panels == panel).to_numpy()
        shift, used[panel or "all"] = _plate_shift(adata[:, columns], plates[panel])
        centred.X[:, columns] -= shift
        if "lod" in centred.layers:
            centred.layers["lod"][:, columns] -= shift
    centred.uns["stratify"] = dict(centred.uns.get("stratify", {})) | {"plate_centring": used}
    return centred


def _plate_shift(panel: AnnData, plate: pd.Series) -> tuple[np.ndarray, str]:
    """Offset of each row's plate, (samples, assays), and the kind of rows it was estimated from."""
    levels = np.asarray(panel.X)
    for kind in ("bridge", "controls"):
        names = _reference_names(panel, kind)
        by_name = _on_every_plate(levels, names, plate)
        if by_name is not None:
            deviation = by_name - by_name.groupby(level="name").transform(
                lambda values: values.mean(skipna=False)
            )
            offset = deviation.groupby(level="plate").mean().fillna(0.0)
            return offset.reindex(plate).fillna(0.0).to_numpy(), kind
    return np.zeros(levels.shape), "none"


def _on_every_plate(levels: np.ndarray, names: pd.Series, plate: pd.Series) -> pd.DataFrame | None:
    """Mean level by name and plate of the reference rows whose names occur on all plates, or None."""
    n_plates = plate[plate != ""].nunique()
    rows = ((names != "") & (plate != "")).to_numpy()
    if n_plates < 2 or not rows.any():
        return None
    keys = [names[rows].rename("name"), plate[rows].rename("plate")]
    means = pd.DataFrame(levels[rows], names.index[rows]).groupby(keys).mean()
    count = means.groupby(level="name").size()
    shared = means[means.index.get_level_values("name").isin(count.index[count == n_plates])]
    return shared if len(shared) else None


def reference_values(adata: AnnData) -> pd.DataFrame:
    """Average the levels of each bridge and control, to be kept with a model.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        Training data, plates centred.

    Returns
    -------
    DataFrame of shape (names, assays)
        Mean level by the laboratory's name; controls that hold no sample are left out. No rows where there
        is no reference.
    """
    names = _reference_names(adata, "bridge") + _reference_names(adata, "controls")
    rows = (names != "").to_numpy()
    levels = pd.DataFrame(np.asarray(adata.X)[rows], columns=adata.var_names)
    return levels.groupby(names[rows].to_numpy()).mean().rename_axis(None)
