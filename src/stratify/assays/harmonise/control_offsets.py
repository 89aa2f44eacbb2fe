"""The offset of a later batch against expected values that are kept with a model."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.harmonise.offset_error import UNANCHORED_ERROR, VENDOR_ERROR, median_and_error
from stratify.assays.harmonise.reference_rows import KINDS, normalised_by, reference_names

Anchor = Literal["bridge", "controls", "vendor", "none"]


def control_offsets(adata: AnnData, expected: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, Anchor]:
    r"""Estimate how far a batch lies from the training data, from reference rows with known expected values.

    For assay :math:`j`, :math:`d_{ij}` is measured minus expected in reference row :math:`i` of :math:`m`.
    The offset is :math:`\mathrm{median}_i\, d_{ij}` with the error of `median_and_error`. Call once a plate.

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
    of the expected values themselves is not included. Where the vendor levelled plates by intensity, their
    controls are not used: that step moved each plate by its patients, so its controls no longer say where
    the patients lie. Bridge samples are patients' samples and do.
    """
    vendor = _vendor_normalised(adata)
    fallback = VENDOR_ERROR if vendor else UNANCHORED_ERROR
    for kind in KINDS[:1] if normalised_by(adata, "intensity") else KINDS:
        names = reference_names(adata, kind)
        rows = names.isin(expected.index).to_numpy()
        reference = expected.reindex(index=names[rows], columns=adata.var_names)
        difference = np.asarray(adata.X)[rows] - reference.to_numpy(dtype=float)
        if np.isfinite(difference).any():
            return *median_and_error(difference, fallback), kind
    return np.zeros(adata.n_vars), np.full(adata.n_vars, fallback), "vendor" if vendor else "none"


def _vendor_normalised(adata: AnnData) -> bool:
    scale = adata.uns.get("stratify", {}).get("scale")
    return scale == "NPX" and normalised_by(adata, "intensity", "plate control", "ipc")
