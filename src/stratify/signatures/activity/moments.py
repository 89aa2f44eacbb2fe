"""Mean and SD of each protein among reference people, gaps left out."""

from __future__ import annotations

import numpy as np

from stratify.signatures.activity.method import Array

SMALLEST_SD = 1e-10  # below it a protein counts as constant, as in GSVA
_CELLS = 1 << 21  # at a time, for memory


def moments(levels: Array) -> tuple[Array, Array]:
    """Mean and SD of columns.

    Parameters
    ----------
    levels : array of shape (n, n_proteins)
        NaN where missing.

    Returns
    -------
    mean, sd : arrays of shape (n_proteins,)
        The SD is NaN where fewer than two people were measured, or all are alike: such a protein can be
        standardised for nobody.

    Examples
    --------
    >>> moments(np.array([[1.0, 5.0], [3.0, 5.0], [np.nan, 5.0]]))[1].round(2)
    array([1.41,  nan])
    """
    step = max(1, _CELLS // max(len(levels), 1))
    parts = [_moments(levels[:, first : first + step]) for first in range(0, levels.shape[1], step)]
    mean, sd = np.concatenate(parts, axis=1) if parts else np.zeros((2, 0))
    return mean, sd


def _moments(levels: Array) -> Array:
    gaps = np.isnan(levels)
    whole = not gaps.any()
    count = np.full(levels.shape[1], len(levels)) if whole else len(levels) - gaps.sum(axis=0)
    total = (levels if whole else np.where(gaps, 0.0, levels)).sum(axis=0)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    squares = np.square(levels - mean if whole else np.where(gaps, 0.0, levels - mean)).sum(axis=0)
    sd = np.sqrt(squares / np.maximum(count - 1, 1))
    return np.stack([mean, np.where((count > 1) & (sd >= SMALLEST_SD), sd, np.nan)])
