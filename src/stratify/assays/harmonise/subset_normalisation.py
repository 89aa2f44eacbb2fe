"""Two batches on one level through samples of one kind in each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.harmonise.correction import Correction, make_shift
from stratify.assays.harmonise.offset_error import median_error
from stratify.errors import HarmonisationError, listed

LEAST_SUBSET = 8  # a median of fewer people is no level of a kind


def fit_subset_normalisation(
    reference: AnnData,
    batch: AnnData,
    *,
    reference_samples: Sequence[str],
    batch_samples: Sequence[str],
    least: int = LEAST_SUBSET,
) -> Correction:
    """Learn the offset of a batch from the medians of two subsets that should have the same level.

    Parameters
    ----------
    reference, batch : AnnData of shape (samples, assays)
        On one scale; assays are matched by their ids.
    reference_samples, batch_samples : sequences of str
        Ids of the subsets, such as healthy people of one age in both. They are other people, so what differs
        between them is taken for a batch effect; the remaining error carries how much people vary.
    least : int, default 8
        Fewest samples of either subset.

    Returns
    -------
    Correction
        For samples of the batch.

    Raises
    ------
    HarmonisationError
        A sample that is absent, too few of them, or no assay in common.

    References
    ----------
    OlinkAnalyze, ``olink_normalization`` (subset normalisation).
    """
    levels = [
        _levels(part, ids, least, where)
        for part, ids, where in (
            (reference, reference_samples, "reference"),
            (batch, batch_samples, "batch"),
        )
    ]
    there, here = levels[0].reindex(columns=batch.var_names), levels[1]
    count = np.minimum(np.asarray(there.count()), np.asarray(here.count()))
    if not count.any():
        raise HarmonisationError(
            "assays that both batches have", "none in common", "give both the same assay ids"
        )
    error = np.hypot(*(median_error(np.asarray(v.var()), np.asarray(v.count())) for v in (there, here)))
    words = f"medians of {len(there)} reference samples and {len(here)} of the batch"
    shift = (here.median() - there.median()).to_numpy()
    return make_shift("subset normalisation", batch, {"": (shift, error, count, words)})


def _levels(adata: AnnData, ids: Sequence[str], least: int, where: str) -> pd.DataFrame:
    position = adata.obs_names.get_indexer(pd.Index(ids))
    absent = [name for name, place in zip(ids, position, strict=True) if place < 0]
    if absent or len(set(ids)) < least:
        raise HarmonisationError(
            f"at least {least} samples of the {where}",
            f"absent: {listed(absent)}" if absent else f"{len(set(ids))}",
            "name more samples of the same kind, or bridge the batches",
        )
    return pd.DataFrame(np.asarray(adata.X)[position], columns=adata.var_names)
