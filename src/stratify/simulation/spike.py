"""A known signature planted in real profiles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.errors import CohortError, listed
from stratify.simulation.levels import shift_reading

MAD_TO_SD = 1.4826


def plant_signature(
    adata: AnnData,
    *,
    rows: Sequence[str],
    effects: pd.Series,
    size: float | Sequence[float],
    drop: float = 0.0,
    seed: int = 0,
) -> tuple[AnnData, pd.DataFrame]:
    """Shift the proteins of a signature in some samples of a real cohort.

    The shift enters where biology would: before the detection limit (only the signal above background moves,
    where the limit is known) and before any harmonisation. It proves that a shift can be recovered, not
    that a disease can.

    Parameters
    ----------
    adata : anndata.AnnData
        Host cohort, log2 scale, samples by assays.
    rows : sequence of str
        Ids of the samples that receive the signature.
    effects : pandas.Series
        By assay id or gene: shift in robust SDs of the host. Names that the host does not measure are left
        out; a gene measured twice is shifted in both assays.
    size : float or sequence of float
        Factor on the effects, for all rows or one a row.
    drop : float, default 0
        Chance that a protein is left out of the plant, the same proteins for all rows.
    seed : int, default 0
        Seed of the proteins left out.

    Returns
    -------
    adata : anndata.AnnData
        A copy with the signature in it.
    truth : pandas.DataFrame
        By sample id: ``skewed``, ``relative_size``.

    Raises
    ------
    CohortError
        If a row is not in the host, or the host measures none of the proteins.
    """
    position = adata.obs_names.get_indexer(list(rows))
    if (position < 0).any():
        absent = listed(np.asarray(rows)[position < 0])
        raise CohortError(
            "samples of the host", f"ids that it does not have: {absent}", "name ids of the host"
        )
    kept = effects[np.random.default_rng(seed).random(len(effects)) >= drop]
    shift = _by_assay(adata.var, kept) * robust_sd(adata)
    if not shift.any() and len(kept):
        raise CohortError(
            "a host that measures proteins of the signature",
            f"none of {listed(effects.index)}",
            "take another signature or host",
        )
    sizes = np.broadcast_to(np.asarray(size, dtype=float), len(position))
    planted = adata.copy()
    readings = np.array(adata.X, dtype=float)
    lod = adata.layers["lod"][position] if "lod" in adata.layers else np.full((1, adata.n_vars), np.nan)
    moved = np.flatnonzero(shift)
    target = np.ix_(position, moved)
    readings[target] = shift_reading(readings[target], lod[:, moved], np.outer(sizes, shift[moved]))
    planted.X = readings
    truth = pd.DataFrame({"skewed": False, "relative_size": 0.0}, index=adata.obs_names)
    truth.iloc[position, 0] = True
    truth.iloc[position, 1] = sizes
    return planted, truth


def robust_sd(adata: AnnData) -> np.ndarray:
    """Estimate each assay's spread among alike samples, from median absolute deviations.

    Parameters
    ----------
    adata : anndata.AnnData
        Controls and bridges are left out where ``sample_type`` says so; where there is a ``group``,
        deviations are taken from the median of each group.

    Returns
    -------
    numpy.ndarray, shape (n_assays,)
        Robust SD on the scale of X; 0 for an assay without any value.
    """
    obs = adata.obs
    people = np.ones(adata.n_obs, dtype=bool)
    if "sample_type" in obs:
        people = (obs["sample_type"] == "sample").to_numpy()
    values = pd.DataFrame(np.asarray(adata.X)[people])
    group = obs["group"].astype(str).to_numpy()[people] if "group" in obs else np.zeros(len(values))
    deviation = values - values.groupby(group).transform("median")
    result: np.ndarray = MAD_TO_SD * deviation.abs().median().fillna(0.0).to_numpy()
    return result


def _by_assay(var: pd.DataFrame, effects: pd.Series) -> np.ndarray:
    by_id = pd.Series(var.index, index=var.index).map(effects)
    by_gene = var["gene"].map(effects) if "gene" in var else by_id
    result: np.ndarray = by_id.fillna(by_gene).fillna(0.0).to_numpy(dtype=float)
    return result
