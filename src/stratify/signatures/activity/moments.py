"""Mean and SD of each protein among reference people, gaps left out."""

from __future__ import annotations

import numpy as np

from stratify.signatures.activity.method import Array

SMALLEST_SD = 1e-10  # below it a protein counts as constant, as in GSVA


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
    measured = ~np.isnan(levels)
    count = measured.sum(axis=0)
    complete = bool(measured.all())
    total = (levels if complete else np.where(measured, levels, 0.0)).sum(axis=0)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    gaps = levels - mean
    squares = np.square(gaps if complete else np.where(measured, gaps, 0.0)).sum(axis=0)
    sd = np.sqrt(squares / np.maximum(count - 1, 1))
    return mean, np.where((count > 1) & (sd >= SMALLEST_SD), sd, np.nan)
