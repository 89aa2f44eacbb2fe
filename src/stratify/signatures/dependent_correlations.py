"""Whether two scores follow an outcome equally well, in the same people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm
from scipy.stats import t as student

from stratify.signatures.adjusted_rows import AdjustedRows, effects

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Difference:
    """Correlation of one score less that of another, with its 95% interval and two-sided p."""

    difference: float
    low: float
    high: float
    p_value: float


def compare_correlations(one: Array, other: Array, rows: AdjustedRows, *, ranks: bool = False) -> Difference:
    """Compare the partial correlations of two scores with one outcome.

    One row a person: Williams's t for correlations that share a variable, and an interval from the two
    intervals and the correlation between the estimates. Several rows a person: the two correlations are equal
    exactly when the outcome does not follow the difference of the standardised scores, whose slope is
    tested with robust errors.

    Parameters
    ----------
    one, other : arrays of shape (n,)
        Scores without gaps.
    rows : AdjustedRows
        Outcome and covariates.
    ranks : bool, default False
        Whether all three are ranks, whose correlations vary more (1 + r^2 / 2 times, Bonett and Wright).

    Returns
    -------
    Difference
        NaN where a score does not vary.

    References
    ----------
    Williams, J R Stat Soc B 1959, doi:10.1111/j.2517-6161.1959.tb00346.x; Zou, Psychol Methods 2007,
    doi:10.1037/1082-989X.12.4.399; Bonett & Wright, Psychometrika 2000, doi:10.1007/BF02294183.

    Examples
    --------
    >>> from stratify.signatures.adjusted_rows import prepare_rows
    >>> x = np.arange(9.0)
    >>> rows = prepare_rows(x + np.array([0, 1, -1, 0, 1, -1, 0, 1, -1]), np.zeros((9, 0)), np.arange(9))
    >>> compare_correlations(x, np.array([3.0, 1, 4, 1, 5, 9, 2, 6, 5]), rows).p_value < 0.1
    True
    """
    cleared = rows.adjust(np.column_stack([one, other]))
    size = np.sqrt((cleared**2).sum(axis=0))
    total = float(np.sqrt(rows.outcome @ rows.outcome))
    if not (size > 1e-9 * max(float(np.abs([one, other]).max()), 1e-300)).all() or not total > 0:
        return Difference(np.nan, np.nan, np.nan, np.nan)
    scaled = cleared / size
    first, second = np.clip(rows.outcome @ scaled / total, -1.0, 1.0)
    between = float(np.clip(scaled[:, 0] @ scaled[:, 1], -1.0, 1.0))
    if between > 1.0 - 1e-9:
        return Difference(0.0, 0.0, 0.0, 1.0)
    if rows.repeated:
        return _robust(np.column_stack([one, other]) / size, scaled, rows, total)
    return _williams(float(first), float(second), between, len(one) - rows.basis.shape[1] + 1, ranks)


def _robust(columns: Array, scaled: Array, rows: AdjustedRows, total: float) -> Difference:
    found = effects(columns[:, [0]] - columns[:, [1]], rows)
    contrast = scaled[:, 0] - scaled[:, 1]
    unit = float(contrast @ contrast) / total  # from a slope to a difference of correlations
    difference, error = found.slope[0] * unit, found.error[0] * unit
    reach = float(student.ppf(0.975, found.df[0])) * error
    return Difference(
        float(difference), float(difference - reach), float(difference + reach), float(found.p_value[0])
    )


def _williams(first: float, second: float, between: float, n: int, ranks: bool) -> Difference:
    """Compare correlations of n people (less the covariates)."""
    determinant = 1.0 - first**2 - second**2 - between**2 + 2.0 * first * second * between
    mean = (first + second) / 2.0
    spread = 2.0 * (n - 1) / (n - 3) * max(determinant, 0.0) + mean**2 * (1.0 - between) ** 3
    noise = 1.0 + mean**2 / 2.0 if ranks else 1.0
    t = (first - second) * np.sqrt((n - 1) * (1.0 + between) / max(spread * noise, 1e-300))
    p = float(2.0 * student.sf(abs(t), n - 3))
    low, high = _interval(first, second, between, n, noise)
    return Difference(first - second, low, high, p)


def _interval(first: float, second: float, between: float, n: int, noise: float) -> tuple[float, float]:
    both = np.array([first, second])
    reach = float(norm.ppf(0.975)) * np.sqrt(noise / (n - 3))
    z = np.arctanh(np.clip(both, -1.0 + 1e-12, 1.0 - 1e-12))
    down, up = np.tanh(z - reach), np.tanh(z + reach)
    a, b = both**2
    shared = (between - first * second / 2.0) * (1.0 - a - b - between**2) + between**3
    linked = float(np.clip(shared / max((1.0 - a) * (1.0 - b), 1e-12), -1.0, 1.0))
    left = (first - down[0]) ** 2 + (up[1] - second) ** 2
    left -= 2.0 * linked * (first - down[0]) * (up[1] - second)
    right = (up[0] - first) ** 2 + (second - down[1]) ** 2
    right -= 2.0 * linked * (up[0] - first) * (second - down[1])
    difference = first - second
    return difference - float(np.sqrt(max(left, 0.0))), difference + float(np.sqrt(max(right, 0.0)))
