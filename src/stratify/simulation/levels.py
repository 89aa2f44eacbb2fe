"""What an assay usually reads, how it spreads, and what hides below its detection limit."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pandas as pd

# Median and SD in normal plasma that the vendor printed, NPX.
PUBLISHED = {
    "CCL17": (6.07, 0.65),
    "CCL22": (2.43, 0.85),
    "CCL24": (5.15, 0.77),
    "IL1RL1": (4.55, 0.64),
    "IL4R": (2.33, 0.31),
    "IL5RA": (4.60, 0.74),
}
MEASURABLE = (*PUBLISHED, "CCL7", "CCL11", "CCL13", "IL10")
HIDDEN = ("IL4", "IL5", "IL13", "IL33", "TSLP")
FAINT = ("IFNG", "IL2", "IL17A")
# Share of a panel's assays that most samples have below the limit.
HIDDEN_SHARE = {"Inflammation": 0.13}
OTHER_HIDDEN_SHARE = 0.03

# SDs over assays, NPX: median, and distance to the 10th and 90th percentile.
SD_MEDIAN, SD_P10, SD_P90 = 0.51, 0.31, 1.03
# Repeated measurement within a run, coefficient of variation.
INTRA_CV = 0.076

# The limit is three noise SDs above the background that every reading contains.
BACKGROUND_SD = 0.2
BACKGROUND_DEPTH = 3 * BACKGROUND_SD
_TENTH = NormalDist().inv_cdf(0.9)


def draw_levels(assays: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw level, spread, noise and detection limit of each assay.

    Spread follows the published deciles over assays; assays with printed values get exactly these; the type-2
    cytokines of `HIDDEN` and some further assays of each panel lie mostly below their limit.

    Parameters
    ----------
    assays : pandas.DataFrame
        One row an assay, with columns ``gene``, ``uniprot``, ``panel``. Assays of one accession are one
        protein and share their draw.
    rng : numpy.random.Generator
        Source of randomness; draws are made in table order.

    Returns
    -------
    pandas.DataFrame
        By assay: ``level`` and ``sd`` (NPX, healthy people, before background), ``noise`` (SD of a repeated
        measurement, NPX), ``lod`` (NPX), ``below_lod`` (expected share of healthy samples below it).
    """
    p = len(assays)
    z = rng.standard_normal(p)
    upper, lower = np.log(SD_P90 / SD_MEDIAN), np.log(SD_MEDIAN / SD_P10)
    sd = SD_MEDIAN * np.exp(z / _TENTH * np.where(z > 0, upper, lower))
    level = rng.normal(5.0, 2.0, p)
    noise = INTRA_CV / np.log(2) * np.exp(0.25 * rng.standard_normal(p))
    below = _draw_below_lod(assays, rng)
    margin = 2.0 + sd * rng.uniform(3.0, 8.0, p)
    genes = assays["gene"].to_numpy()
    for gene, (median, spread) in PUBLISHED.items():
        level[genes == gene], sd[genes == gene] = median, spread
    lod = np.where(below > 0, _limit_hiding(level, sd, noise, below), level - margin)
    table = pd.DataFrame(
        {"level": level, "sd": sd, "noise": noise, "lod": lod, "below_lod": below}, index=assays.index
    )
    return table.loc[first_assay(assays)].set_axis(assays.index)


def first_assay(assays: pd.DataFrame) -> pd.Series:
    """Name, for each assay, the first assay of the same protein.

    Parameters
    ----------
    assays : pandas.DataFrame
        By assay id, with column ``uniprot``.

    Returns
    -------
    pandas.Series
        Assay id by assay id.
    """
    ids = pd.Series(assays.index, index=assays.index)
    return ids.groupby(assays["uniprot"].to_numpy()).transform("first")


def _draw_below_lod(assays: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    genes = assays["gene"].to_numpy()
    share = np.where(rng.random(len(genes)) < 0.05, rng.uniform(0.05, 0.4, len(genes)), 0.0)
    mostly = rng.uniform(0.88, 0.99, len(genes))
    hidden = np.isin(genes, HIDDEN)
    free = ~np.isin(genes, HIDDEN + FAINT + MEASURABLE)
    for panel, rows in assays.groupby("panel", sort=False, observed=True).indices.items():
        wanted = round(HIDDEN_SHARE.get(str(panel), OTHER_HIDDEN_SHARE) * len(rows)) - int(hidden[rows].sum())
        hidden[rng.permutation(rows[free[rows]])[: max(wanted, 0)]] = True
    share[np.isin(genes, FAINT)] = 0.45
    share[np.isin(genes, MEASURABLE)] = 0.0
    return np.where(hidden, mostly, share)


def _limit_hiding(level: np.ndarray, sd: np.ndarray, noise: np.ndarray, share: np.ndarray) -> np.ndarray:
    # A reading at the limit is this part signal; its noise, told in levels, widens the spread of people.
    signal = 1 - 2.0**-BACKGROUND_DEPTH
    spread = np.hypot(sd, np.hypot(noise, (1 / signal - 1) * BACKGROUND_SD))
    quantile = np.array([NormalDist().inv_cdf(s) if s > 0 else 0.0 for s in share])
    return level + spread * quantile - np.log2(signal)


def observe(true: np.ndarray, lod: np.ndarray, noise: np.ndarray, draw: np.ndarray) -> np.ndarray:
    """Turn true levels into readings: background adds to the signal, on the linear scale.

    Far above the limit a reading is the true level with its measurement noise; far below, it is background
    with background noise, and the signal is lost. Readings below the limit are kept, as exports keep them.

    Parameters
    ----------
    true, lod, noise : numpy.ndarray
        True level, detection limit and SD of a repeated measurement, NPX; shapes that broadcast.
    draw : numpy.ndarray
        Standard normal draws, one a reading.

    Returns
    -------
    numpy.ndarray
        Readings, NPX.
    """
    reading: np.ndarray = np.logaddexp2(true, lod - BACKGROUND_DEPTH)
    signal = np.exp2(true - reading)
    result: np.ndarray = reading + draw * np.hypot(signal * noise, (1 - signal) * BACKGROUND_SD)
    return result


def shift_reading(reading: np.ndarray, lod: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Give the readings that samples would have had with more (or less) of the protein in them.

    Only the signal above the background is shifted, so a reading at or below background stays where it is.

    Parameters
    ----------
    reading : numpy.ndarray
        Readings, NPX; NaN stays NaN.
    lod : numpy.ndarray
        Detection limit, NPX; NaN (unknown) shifts the whole reading.
    shift : numpy.ndarray
        Change of the true level, NPX.

    Returns
    -------
    numpy.ndarray
        Shifted readings, NPX.

    Examples
    --------
    >>> shift_reading(np.array([9.0, 0.2]), np.array([1.0, 1.0]), np.array([1.0, 1.0])).round(2)
    array([10. ,  0.2])
    """
    background = np.where(np.isnan(lod), -np.inf, lod - BACKGROUND_DEPTH)
    share = np.clip(1 - np.exp2(np.minimum(background - reading, 0.0)), 0.0, 1.0)
    result: np.ndarray = reading + np.log2(1 + share * (np.exp2(shift) - 1))
    return result
