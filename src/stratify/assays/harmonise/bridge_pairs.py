"""Samples that were measured in two batches, side by side."""

from __future__ import annotations

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.harmonise.correction import scale_of
from stratify.assays.harmonise.reference_rows import reference_names
from stratify.errors import HarmonisationError, listed

_SEND = "measure aliquots of samples of the reference batch with the new batch, and name them in both files"


def bridge_pairs(
    reference: AnnData, batch: AnnData, pairs: pd.Series | None, *, least: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Find the levels of bridge samples in the reference and in the batch.

    Parameters
    ----------
    reference, batch : AnnData of shape (samples, assays)
        On one scale.
    pairs : Series of str or None
        Sample id in the batch (index) to sample id in the reference; None pairs the rows of type ``bridge``
        by the laboratory's name, with the mean where the reference has a name more than once.
    least : int
        Fewest different samples.

    Returns
    -------
    there, here : DataFrames of shape (bridge rows, assays of either)
        Levels in the reference and in the batch; index the sample ids of the batch.

    Raises
    ------
    HarmonisationError
        Two scales, a named sample that is absent, or too few of them.
    """
    _refuse_two_scales(reference, batch)
    levels, known = _frame(batch), _frame(reference)
    if pairs is None:
        name = reference_names(batch, "bridge")
        names = reference_names(reference, "bridge")
        known = known.groupby(names.where(names != "", np.nan).to_numpy()).mean()
        pairs = name[name.isin(known.index)]
    absent = [*pairs.index[~pairs.index.isin(levels.index)], *pairs[~pairs.isin(known.index)]]
    if absent:
        raise HarmonisationError("bridge samples that are in the files", f"absent: {listed(absent)}", _SEND)
    if pairs.nunique() < least:
        named = f" ({listed(pairs.unique())})" if len(pairs) else ""
        raise HarmonisationError(
            f"at least {least} samples that were measured in both batches",
            f"{pairs.nunique()}{named}",
            _SEND,
        )
    return known.loc[pairs].set_axis(pairs.index, axis=0), levels.loc[pairs.index]


def _frame(adata: AnnData) -> pd.DataFrame:
    return pd.DataFrame(np.asarray(adata.X), adata.obs_names, adata.var_names)


def _refuse_two_scales(reference: AnnData, batch: AnnData) -> None:
    scales = [scale_of(part) for part in (reference, batch)]
    if len(set(scales) - {"unknown"}) > 1:
        raise HarmonisationError(
            "two batches on one scale", f"{scales[0]} and {scales[1]}", "export both in the same unit"
        )
