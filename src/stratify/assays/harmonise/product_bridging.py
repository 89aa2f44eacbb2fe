"""Two products of a vendor on one level: only assays whose bridge samples agree are converted."""

from __future__ import annotations

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.harmonise.bridge_pairs import bridge_pairs
from stratify.assays.harmonise.correction import Correction, make_shift
from stratify.assays.harmonise.offset_error import UNANCHORED_ERROR, median_and_error
from stratify.errors import HarmonisationError, listed

LEAST_PRODUCT_BRIDGES = 24  # the smallest number that the vendor recommends between any two products
_FEWEST_COUNTS = 10  # a level from fewer is left out
_MEDIAN_COUNTS = 150
_RANGE_DIFFERENCE = 1.0  # NPX, between the 10% to 90% ranges
_R2 = 0.8
_KS = 0.2
_IQRS = 3.0


def bridgeability(
    reference: pd.DataFrame,
    batch: pd.DataFrame,
    counts: tuple[pd.DataFrame, pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """Say of each assay whether two products measure the same, from samples that both measured.

    An assay is not bridgeable when its 10% to 90% ranges differ by more than 1 NPX, its median count in
    either product is below 150 and the squared correlation is below .8 (all three; without counts the other
    two). A bridgeable assay may be centred on the median difference where the Kolmogorov-Smirnov distance is
    at most .2; else its distribution has another shape and the vendor smooths quantiles. Levels from 10
    counts or fewer are left out, and those beyond 3 interquartile ranges from a median before correlating.

    Parameters
    ----------
    reference, batch : DataFrame of shape (bridge samples, assays)
        NPX in the two products, the same rows and columns.
    counts : pair of DataFrames, optional
        Their counts.

    Returns
    -------
    DataFrame of shape (assays, 6)
        ``range_difference``, ``r2``, ``ks`` and ``verdict``: ``median centring``, ``quantile smoothing`` or
        ``not bridgeable``, as the vendor has it; ``ks_centred``, the distance once the medians are level, and
        ``convertible``.

    Notes
    -----
    ``convertible`` is stricter and wider than the verdict. The vendor bridges noise to noise (a low
    correlation alone excludes no assay), which may do for groups and not for one person: a squared
    correlation of .8 is asked. And it measures the distance before the levels are centred, so that a plain
    offset looks like another shape: here it is measured after.

    References
    ----------
    OlinkAnalyze, ``olink_normalization_bridgeable`` and its vignette on bridging between products.

    Examples
    --------
    >>> levels = pd.DataFrame({"same": range(30), "opposite": range(30)}, dtype=float)
    >>> other = pd.DataFrame({"same": range(30), "opposite": [3.0 * i % 7 for i in range(30)]}, dtype=float)
    >>> bridgeability(levels, other)["verdict"].to_dict()
    {'same': 'median centring', 'opposite': 'not bridgeable'}
    """
    there, here = reference.to_numpy(dtype=float), batch.to_numpy(dtype=float)
    low = np.ones(there.shape[1], dtype=bool)
    if counts is not None:
        number = np.array([part.to_numpy(dtype=float) for part in counts])
        there, here = (
            np.where((number > _FEWEST_COUNTS).all(axis=0), part, np.nan) for part in (there, here)
        )
        kept = np.where(np.isfinite(there + here), number, np.nan)
        low = np.array([[_median(column) for column in part.T] for part in kept]).min(axis=0) < _MEDIAN_COUNTS
    rows = [_compare(x, y) for x, y in zip(there.T, here.T, strict=True)]
    table = pd.DataFrame(rows, reference.columns, ["range_difference", "r2", "ks", "ks_centred"])
    apart = ~(table["range_difference"] <= _RANGE_DIFFERENCE) & low & ~(table["r2"] >= _R2)
    apart |= table["r2"].isna()
    shape = np.where(table["ks"] <= _KS, "median centring", "quantile smoothing")
    return table.assign(
        verdict=np.where(apart, "not bridgeable", shape),
        convertible=~apart & (table["r2"] >= _R2) & (table["ks_centred"] <= _KS),
    )


def _median(values: np.ndarray) -> float:
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if len(finite) else 0.0


def _compare(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float, float]:
    both = np.isfinite(x) & np.isfinite(y)
    x, y = x[both], y[both]
    if len(x) < 3:
        return np.nan, np.nan, np.nan, np.nan
    spread = [float(np.subtract(*np.quantile(v, [0.9, 0.1]))) for v in (x, y)]
    inner = _near_median(x) & _near_median(y)
    x, y = x[inner], y[inner]
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return abs(spread[0] - spread[1]), np.nan, np.nan, np.nan
    r2 = float(np.corrcoef(x, y)[0, 1] ** 2)
    return abs(spread[0] - spread[1]), r2, _ks(x, y), _ks(x - np.median(x), y - np.median(y))


def _near_median(values: np.ndarray) -> np.ndarray:
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    return np.asarray(np.abs(values - middle) <= _IQRS * (high - low))


def _ks(x: np.ndarray, y: np.ndarray) -> float:
    """Largest distance between two empirical distribution functions."""
    at = np.concatenate([x, y])
    shares = [np.searchsorted(np.sort(v), at, side="right") / len(v) for v in (x, y)]
    return float(np.abs(shares[0] - shares[1]).max())


def fit_product_bridging(
    reference: AnnData,
    batch: AnnData,
    assays: pd.Series,
    *,
    pairs: pd.Series | None = None,
    least: int = LEAST_PRODUCT_BRIDGES,
) -> tuple[Correction, pd.DataFrame]:
    """Learn the offsets between two products for the assays that the bridge samples show to agree.

    Parameters
    ----------
    reference, batch : AnnData of shape (samples, assays)
        Two products, both in NPX; ``layers["count"]`` where the export has counts.
    assays : Series of str
        Assay id in the batch (index) to assay id in the reference.
    pairs : Series of str, optional
        As for `fit_bridging`.
    least : int, default 24
        Fewest samples; the vendor recommends 40 to 64 from Explore 3072 to HT.

    Returns
    -------
    correction : Correction
        For the assays (named as in the batch) that are ``convertible``; the others can not be handed to it.
    table : DataFrame
        `bridgeability` of all given assays, indexed by their ids in the batch.

    Raises
    ------
    HarmonisationError
        As `fit_bridging`; or no assay that is convertible.
    """
    assays = assays[assays.index.isin(batch.var_names) & assays.isin(reference.var_names)]
    if assays.empty:
        raise HarmonisationError(
            "assays that both products have", "none of the given pairs is in both files", "correct the pairs"
        )
    reference, batch = reference[:, assays].copy(), batch[:, assays.index].copy()
    reference.var_names = batch.var_names
    there, here = bridge_pairs(reference, batch, pairs, least=least)
    table = bridgeability(there, here, _counts(reference, batch, pairs, least))
    chosen = table.index[table["convertible"]]
    if chosen.empty:
        found = table["verdict"].value_counts().sort_index()
        raise HarmonisationError(
            "at least one assay that agrees between the products up to an offset",
            listed(f"{word}: {number} assays" for word, number in found.items()),
            "analyse the products apart and combine the results",
        )
    difference = (here - there)[chosen].to_numpy()
    offset, error = median_and_error(difference, UNANCHORED_ERROR)
    words = f"{len(here)} bridge samples ({listed(here.index)}), {len(chosen)} of {len(table)} assays"
    part = (offset, error, np.isfinite(difference).sum(axis=0), words)
    return make_shift("product bridging", batch[:, chosen], {"": part}), table


def _counts(
    reference: AnnData, batch: AnnData, pairs: pd.Series | None, least: int
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    if "count" not in reference.layers or "count" not in batch.layers:
        return None
    there, here = (AnnData(part.layers["count"], part.obs, part.var) for part in (reference, batch))
    return bridge_pairs(there, here, pairs, least=least)
