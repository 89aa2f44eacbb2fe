"""Levels put on a log2 scale, exactly once."""

from __future__ import annotations

import numpy as np

from stratify.errors import AssayFileError

_LARGEST_LOG = 64.0  # no log2 level of a protein reaches it, every table of intensities exceeds it
_SMALLEST_LOG2 = 12.0  # largest value that log10 intensities, ratios and standardised levels stay below


def is_logged(levels: np.ndarray) -> bool:
    """Say whether intensities were put on a log scale before they were delivered.

    Parameters
    ----------
    levels : ndarray
        Intensities of a table, NaN where missing.

    Returns
    -------
    bool
        True where no value lies beyond 64: the logarithm of every possible intensity is smaller, and every
        delivery of raw intensities has larger ones.

    Examples
    --------
    >>> is_logged(np.array([-0.3, 24.1, np.nan])), is_logged(np.array([0.0, 1.8e7]))
    (True, False)
    """
    known = levels[np.isfinite(levels)]
    return len(known) > 0 and bool(np.abs(known).max() <= _LARGEST_LOG)


def log2_levels(levels: np.ndarray, where: str) -> np.ndarray:
    """Take the logarithm of levels that were delivered raw.

    Parameters
    ----------
    levels : ndarray
        Intensities or concentrations, NaN where missing. Zero stands for "not found" and becomes NaN, because
        its logarithm does not exist; no other value is changed or filled.
    where : str
        Name of the table, for the message.

    Returns
    -------
    ndarray of float64
        Of the same shape.

    Raises
    ------
    AssayFileError
        A negative level.

    Examples
    --------
    >>> log2_levels(np.array([8.0, 0.0, np.nan]), "x.csv").tolist()
    [3.0, nan, nan]
    """
    if (levels < 0).any():
        raise AssayFileError(
            "raw levels of 0 and more, or levels that are all on a log scale",
            f"{where}: levels below 0 beside levels that no log scale reaches",
            "ask which columns were transformed, and deliver all of them as measured",
        )
    positive = np.where(levels > 0, levels, np.nan)
    logged: np.ndarray = np.log2(positive)
    return logged


def intensities(levels: np.ndarray, where: str) -> tuple[np.ndarray, dict[str, object]]:
    """Put a mass spectrometer's intensities on a log2 scale, unless they are on one.

    Parameters
    ----------
    levels : ndarray
        As delivered, NaN where missing.
    where : str
        Name of the table, for the message.

    Returns
    -------
    levels : ndarray of float64
        Of the same shape.
    facts : dict
        For ``uns["stratify"]``: ``scale``, and how many zeros were delivered in place of missing levels
        (``zero_levels``). The scale is "unknown" where the values fit neither intensities nor their log2:
        those are left as they are.

    Raises
    ------
    AssayFileError
        Negative levels between raw ones.

    Examples
    --------
    >>> levels, facts = intensities(np.array([2.0**20, 0.0]), "x.csv")
    >>> levels.tolist(), facts
    ([20.0, nan], {'scale': 'log2 intensity', 'zero_levels': 1})
    """
    if not is_logged(levels):
        zeros = int((levels == 0).sum())
        return log2_levels(levels, where), {"scale": "log2 intensity", "zero_levels": zeros}
    log2 = bool(np.nanmax(levels) > _SMALLEST_LOG2)
    return levels, {"scale": "log2 intensity" if log2 else "unknown", "zero_levels": 0}
