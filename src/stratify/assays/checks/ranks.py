"""Rank statistics of all assays at once, within groups."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.special import ndtr, stdtr

_BLOCK = 16  # assays that are ranked at once


def centred_ranks(levels: np.ndarray, strata: np.ndarray) -> np.ndarray:
    """Rank samples by each assay and take off the mean rank of each stratum.

    Parameters
    ----------
    levels : ndarray of shape (n, p)
        NaN where missing.
    strata : ndarray of int, shape (n,)
        Group of each sample, numbered from 0 without gaps.

    Returns
    -------
    ndarray of shape (n, p)
        Ranks of what was measured, as a share of their number, less the stratum's mean; 0 where missing.

    Examples
    --------
    >>> levels = np.array([[1.0], [2.0], [30.0], [40.0], [np.nan]])
    >>> centred_ranks(levels, np.array([0, 0, 1, 1, 1])).ravel().tolist()
    [-0.125, 0.125, -0.125, 0.125, 0.0]
    """
    found = np.empty(levels.shape)
    for start in range(0, levels.shape[1], _BLOCK):
        rows = levels[:, start : start + _BLOCK].T.copy()
        found[:, start : start + _BLOCK] = _centred(_ranks(rows), ~np.isnan(rows), strata).T
    return found


def _centred(ranks: np.ndarray, known: np.ndarray, strata: np.ndarray) -> np.ndarray:
    """Ranks along rows as a share of their number, less the stratum's mean."""
    whole = known.all()
    ranks /= np.maximum(known.sum(axis=1), 1)[:, None]
    if not whole:
        ranks[~known] = 0.0
    for row, measured in zip(ranks, known, strict=True):
        count = np.bincount(strata, measured)
        row -= (np.bincount(strata, row) / np.maximum(count, 1))[strata]
    if not whole:
        ranks[~known] = 0.0
    return ranks


def _ranks(rows: np.ndarray) -> np.ndarray:
    """Rank along rows; equal levels share their mean rank, missing ones come last."""
    order = np.argsort(rows, axis=1)
    ordered = np.take_along_axis(rows, order, axis=1)
    place = np.broadcast_to(np.arange(1.0, rows.shape[1] + 1), rows.shape)
    first = np.ones(rows.shape, dtype=bool)
    first[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    if not first.all():
        starts = np.flatnonzero(first)
        many = np.diff(starts, append=rows.size)
        place = np.repeat(place.ravel()[starts] + (many - 1) / 2, many).reshape(rows.shape)
    ranks = np.empty_like(rows)
    np.put_along_axis(ranks, order, place, axis=1)
    return ranks


def correlation_p(ranks: np.ndarray, with_ranks: np.ndarray, freedom: int) -> np.ndarray:
    """Test the rank correlation of each assay with one variable.

    Parameters
    ----------
    ranks : ndarray of shape (n, p)
        As from `centred_ranks`.
    with_ranks : ndarray of shape (n,)
        The variable's, centred in the same strata.
    freedom : int
        Degrees of freedom: samples less strata less 1.

    Returns
    -------
    ndarray of shape (p,)
        Two-sided p, 1 where an assay does not vary.

    Examples
    --------
    >>> correlation_p(np.array([[-1.0], [0.0], [1.0], [0.1]]), np.array([-1.0, 0, 1, 0]), 2).round(4).tolist()
    [0.0025]
    """
    size = np.sqrt((ranks**2).sum(axis=0) * (with_ranks**2).sum())
    r = np.divide(with_ranks @ ranks, size, out=np.zeros(ranks.shape[1]), where=size > 0)
    statistic = r * np.sqrt(freedom / np.maximum(1 - r**2, 1e-12))
    p: np.ndarray = 2 * stdtr(freedom, -np.abs(statistic))
    return p


def plate_shifts(ranks: np.ndarray, plate: np.ndarray, strata: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Test by rank sums whether the samples of a plate lie higher or lower than the others of their strata.

    Parameters
    ----------
    ranks : ndarray of shape (n, p)
        As from `centred_ranks`.
    plate, strata : ndarray of int, shape (n,)
        Plate and group of each sample, both numbered from 0 without gaps.

    Returns
    -------
    shift : ndarray of shape (plates, p)
        Mean rank against the others, in SDs of the ranks.
    p : ndarray of shape (plates, p)
        Two-sided, by the normal approximation; 1 where a plate shares no stratum with another one.

    References
    ----------
    van Elteren P. On the combination of independent two-sample tests of Wilcoxon. Bull Int Stat Inst
    1960;37:351-361 (the sum of rank sums over strata, here with common ranks).

    Examples
    --------
    >>> ranks = centred_ranks(np.arange(8.0)[:, None], np.zeros(8, dtype=int))
    >>> shift, p = plate_shifts(ranks, np.repeat([0, 1], 4), np.zeros(8, dtype=int))
    >>> p.round(3).ravel().tolist()
    [0.021, 0.021]
    """
    inside = np.zeros((int(plate.max()) + 1, int(strata.max()) + 1))
    np.add.at(inside, (plate, strata), 1)
    size = inside.sum(axis=0)
    weight = inside * (size - inside) / size
    variance = weight @ (_sums(ranks**2, strata) / np.maximum(size - 1, 1)[:, None])
    sd = np.sqrt(variance)
    z = np.divide(_sums(ranks, plate), sd, out=np.zeros_like(sd), where=sd > 0)
    return z / np.sqrt(np.maximum(weight.sum(axis=1), 1.0))[:, None], 2 * ndtr(-np.abs(z))


def _sums(values: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Sum rows by their number, from 0 without gaps."""
    n = len(number)
    return np.asarray(csr_array((np.ones(n), (number, np.arange(n)))) @ values)


def discovered(p: np.ndarray, share: float) -> np.ndarray:
    """Mark the assays that are found while at most a share of the findings is false.

    Parameters
    ----------
    p : ndarray of shape (p,)
        One an assay.
    share : float
        False discovery rate.

    Returns
    -------
    ndarray of bool, shape (p,)

    References
    ----------
    Benjamini Y, Hochberg Y. J R Stat Soc B 1995;57:289-300. doi:10.1111/j.2517-6161.1995.tb02031.x

    Examples
    --------
    >>> discovered(np.array([0.001, 0.2, 0.9]), 0.05).tolist()
    [True, False, False]
    """
    ordered = np.sort(p)
    kept = ordered[ordered <= share * np.arange(1, len(p) + 1) / max(len(p), 1)]
    found: np.ndarray = p <= kept.max(initial=-1.0)
    return found


def strata_of(words: np.ndarray) -> np.ndarray:
    """Give each group of samples a number.

    Parameters
    ----------
    words : ndarray of str, shape (n,)
        Group of each sample, "" for a group of its own.

    Returns
    -------
    ndarray of int, shape (n,)

    Examples
    --------
    >>> strata_of(np.array(["HC", "AD", "HC"])).tolist()
    [1, 0, 1]
    """
    return np.unique(words.astype(str), return_inverse=True)[1]
