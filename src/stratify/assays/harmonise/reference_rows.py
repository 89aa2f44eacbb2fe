"""Rows whose level is known from elsewhere: bridge samples, and controls that hold a sample."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.sample_names import is_negative_control

ReferenceKind = Literal["bridge", "controls"]
KINDS: tuple[ReferenceKind, ...] = ("bridge", "controls")  # in the order of trust
_SAMPLE_TYPE = {"bridge": "bridge", "controls": "control"}


def reference_names(adata: AnnData, kind: ReferenceKind) -> pd.Series:
    """Name each row that may serve as a reference of this kind.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        With ``obs["sample_type"]``, and ``obs["control_name"]`` where the laboratory's names repeat.
    kind : {"bridge", "controls"}
        What the rows must be.

    Returns
    -------
    Series of str
        Indexed like ``obs``; "" for the other rows, and for controls that hold no sample.
    """
    name = adata.obs["control_name"] if "control_name" in adata.obs else adata.obs_names.to_series()
    name = name.astype(object).where(name.notna(), "").astype(str)
    usable = (adata.obs["sample_type"] == _SAMPLE_TYPE[kind]) & ~name.map(is_negative_control)
    return name.where(usable, "")


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
    names = reference_names(adata, "bridge") + reference_names(adata, "controls")
    rows = (names != "").to_numpy()
    levels = pd.DataFrame(np.asarray(adata.X)[rows], columns=adata.var_names)
    return levels.groupby(names[rows].to_numpy()).mean().rename_axis(None)


def normalised_by(adata: AnnData, *words: str) -> bool:
    """Say whether the file names one of these as the vendor's normalisation.

    Parameters
    ----------
    adata : AnnData
        With ``uns["stratify"]["normalization"]``.
    *words : str
        In lower case.

    Returns
    -------
    bool
    """
    stated = str(adata.uns.get("stratify", {}).get("normalization", "")).lower()
    return any(word in stated for word in words)
