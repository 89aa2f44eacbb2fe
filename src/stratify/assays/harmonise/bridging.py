"""Two batches on one level through samples that were measured in both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.harmonise.bridge_pairs import bridge_pairs
from stratify.assays.harmonise.correction import Correction, make_shift
from stratify.assays.harmonise.offset_error import UNANCHORED_ERROR, column_means, median_and_error
from stratify.errors import HarmonisationError, listed

LEAST_BRIDGES = 3  # of two, one bad aliquot can not be told from the other
LEAST_TO_RESCALE = 8


def fit_bridging(
    reference: AnnData,
    batch: AnnData,
    *,
    pairs: pd.Series | None = None,
    least: int = LEAST_BRIDGES,
    rescale: bool = False,
) -> Correction:
    """Learn the offset of a batch against a reference batch from samples that are in both.

    The offset of an assay is the median over bridge samples of the paired differences, batch less reference
    (bridge normalisation). The reference stays as it is.

    Parameters
    ----------
    reference, batch : AnnData of shape (samples, assays)
        On one scale; assays are matched by their ids.
    pairs : Series of str, optional
        Sample id in the batch (index) to sample id in the reference. If left out, rows of type ``bridge`` are
        paired by the laboratory's name.
    least : int, default 3
        Fewest samples with which it is done. For Target 96 the vendor recommends 8 to 16, for Explore HT 16
        to 32; what fewer cost is in the remaining error.
    rescale : bool, default False
        Also give the bridge samples the mean and standard deviation that they have in the reference, assay by
        assay; needs 8 samples. It removes more where the batches differ in scale; the vendor does not do it.

    Returns
    -------
    Correction
        For samples of the batch; an assay that the reference lacks keeps its level.

    Raises
    ------
    HarmonisationError
        No assay in common, too few pairs, a pair that is absent, or two scales.

    References
    ----------
    OlinkAnalyze, ``olink_normalization`` and its vignette "Introduction to bridging Olink NPX datasets": the
    offset here is the negative of its adjustment factor.
    """
    shared = batch.var_names.intersection(reference.var_names)
    if shared.empty:
        raise HarmonisationError(
            "assays that both batches have",
            f"none in common (such as {listed(reference.var_names[:2])} and {listed(batch.var_names[:2])})",
            "give both the same assay ids; two products need their own bridging",
        )
    fewest = max(least, LEAST_TO_RESCALE) if rescale else least
    there, here = bridge_pairs(reference, batch, pairs, least=fewest)
    there, here = there.reindex(columns=batch.var_names), here.reindex(columns=batch.var_names)
    scale = _scale(there, here) if rescale else np.ones(batch.n_vars)
    difference = here.to_numpy() / scale - there.to_numpy()
    offset, error = median_and_error(difference, UNANCHORED_ERROR)
    if rescale:
        offset = column_means(difference)
    words = f"{len(here)} bridge samples ({listed(here.index)})"
    part = (offset, error, np.isfinite(difference).sum(axis=0), words)
    fitted = make_shift("bridge normalisation", batch, {"": part})
    return replace(fitted, shift=fitted.shift * scale, scale=scale[None, :])


def _scale(there: pd.DataFrame, here: pd.DataFrame) -> np.ndarray:
    """Ratio of the bridge samples' standard deviations, batch to reference; 1 where it is not known."""
    known = there.notna() & here.notna()
    spread = [np.asarray(part.where(known).std(), dtype=float) for part in (there, here)]
    usable = (known.sum().to_numpy() >= LEAST_TO_RESCALE) & (spread[0] > 0) & (spread[1] > 0)
    return np.where(usable, spread[1] / np.where(usable, spread[0], 1.0), 1.0)
