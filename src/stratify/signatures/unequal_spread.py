"""Groups of unequal size and unequal spread, for which one pooled variance is wrong."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

Array = NDArray[np.float64]

TOLERATED = 1.1  # of the standard error: a nominal 5% is 7.5% then
FEWEST = 3
BLOCK = 64  # proteins


def error_ratio(case: Array, control: Array) -> float:
    """How many times larger the error of a difference is than a pooled variance says, in the median protein.

    Parameters
    ----------
    case, control : arrays of shape (n, p)
        Levels, NaN where missing.

    Returns
    -------
    float
        1 where the groups are of one size or of one spread; NaN where nobody can say.

    References
    ----------
    Welch, Biometrika 1938, doi:10.1093/biomet/29.3-4.350.

    Examples
    --------
    >>> case, control = np.array([[0.0], [6.0]] * 5), np.array([[0.0], [2.0]] * 40)
    >>> round(error_ratio(case, control), 2)
    2.16
    """
    n, variance = zip(*map(_spread, (case, control)), strict=True)
    known = (n[0] >= FEWEST) & (n[1] >= FEWEST)
    if not known.any():
        return float("nan")
    (a, b), (first, second) = ((x[known] for x in pair) for pair in (n, variance))
    pooled = ((a - 1) * first + (b - 1) * second) / (a + b - 2)
    varies = pooled > 0
    if not varies.any():
        return float("nan")
    ratio = (first / a + second / b)[varies] / (pooled * (1 / a + 1 / b))[varies]
    return float(np.sqrt(np.median(ratio)))


def _spread(levels: Array) -> tuple[Array, Array]:
    """Count the levels (p,) of each protein, and give their variance; some proteins at a time, for memory."""
    blocks = range(0, levels.shape[1], BLOCK)
    n, variance = zip(*(_block_spread(levels[:, at : at + BLOCK]) for at in blocks), strict=True)
    return np.concatenate(n), np.concatenate(variance)


def _block_spread(levels: Array) -> tuple[Array, Array]:
    seen = np.isfinite(levels)
    n = seen.sum(axis=0).astype(float)
    filled = np.where(seen, levels, 0.0)
    mean = filled.sum(axis=0) / np.maximum(n, 1)
    squares = np.where(seen, np.square(levels - mean), 0.0).sum(axis=0)
    return n, squares / np.maximum(n - 1, 1)


def unequal_spread(case: Array, control: Array, names: tuple[str, str]) -> list[str]:
    """Warn where a pooled variance is too bold or too cautious.

    Parameters
    ----------
    case, control : arrays of shape (n, p)
        Levels, NaN where missing.
    names : pair of str
        Of case and control.

    Returns
    -------
    list of str
        One sentence, or none.
    """
    ratio = error_ratio(case, control)
    if not (ratio > TOLERATED or ratio < 1 / TOLERATED):
        return []
    real = 2 * norm.sf(norm.isf(0.025) / ratio)
    word = "too small" if ratio > 1 else "too large"
    return [
        f"{names[0]} and {names[1]} differ in size and in spread: with one pooled variance p-values are "
        f"{word} (a nominal 5% is about {real:.0%} for the median protein); weigh samples (--weights) "
        "or compare groups of one size"
    ]
