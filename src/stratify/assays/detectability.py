"""Values below their limit of detection: which they are, how often, and the plainest stand-in."""

from __future__ import annotations

import numpy as np
from anndata import AnnData

from stratify.assays.sample_names import patient_rows

HALF_LOG2 = 0.5  # log2 of the square root of two


def below_limit(adata: AnnData) -> np.ndarray:
    """Mark levels that lie below their limit of detection.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        Levels, with limits in ``layers["lod"]`` where they are known.

    Returns
    -------
    ndarray of bool, shape (samples, assays)
        False where level or limit is unknown.
    """
    if "lod" not in adata.layers:
        return np.zeros(adata.shape, dtype=bool)
    below: np.ndarray = np.asarray(adata.X) < np.asarray(adata.layers["lod"])
    return below


def half_limit(levels: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Replace log2 levels below their limit by the limit divided by the square root of two.

    Parameters
    ----------
    levels, limits : ndarray of one shape
        Log2 levels and limits of detection; NaN where unknown.

    Returns
    -------
    ndarray of that shape

    References
    ----------
    Hornung & Reed, Appl Occup Environ Hyg 1990, doi:10.1080/1047322X.1990.10389587.

    Examples
    --------
    >>> half_limit(np.array([1.0, 5.0]), np.array([2.0, 2.0]))
    array([1.5, 5. ])
    """
    return np.where(levels < limits, limits - HALF_LOG2, levels)


def detectability(adata: AnnData) -> np.ndarray:
    """Share of patients' levels that lie above their limit of detection, assay by assay.

    A share that came with the table (``var["detectability"]``, written by `clean`) is kept, because values
    below the limit may have been taken out since. Where no limit is known, the vendor's own
    ``var["missing_frequency"]`` speaks; where nothing is known, the assay counts as detectable.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        Levels on any scale.

    Returns
    -------
    ndarray of float64, shape (assays,)
        Between 0 and 1.

    Examples
    --------
    >>> table = AnnData(np.array([[1.0], [3.0], [4.0]]), layers={"lod": np.full((3, 1), 2.0)})
    >>> detectability(table).round(2)
    array([0.67])
    """
    if "detectability" in adata.var:
        return adata.var["detectability"].to_numpy(dtype=float)
    stated = np.ones(adata.n_vars)
    if "missing_frequency" in adata.var:
        missing = adata.var["missing_frequency"].to_numpy(dtype=float)
        stated = np.where((missing >= 0) & (missing <= 1), 1.0 - missing, 1.0)
    if "lod" not in adata.layers:
        return stated
    levels, limits = np.asarray(adata.X), np.asarray(adata.layers["lod"])
    judged = np.isfinite(levels) & np.isfinite(limits) & patient_rows(adata)[:, None]
    count = judged.sum(axis=0)
    above = (judged & (levels > limits)).sum(axis=0)
    return np.where(count > 0, above / np.maximum(count, 1), stated)
