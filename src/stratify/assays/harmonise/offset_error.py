"""The error of an offset: what the rows show, and what is assumed where there are none."""

from __future__ import annotations

import numpy as np

VENDOR_ERROR = 0.16  # NPX: an inter-assay CV of 11%, the median of the vendor's validation, on the log2 scale
UNANCHORED_ERROR = 0.5  # NPX: an assumption, the size of offsets seen between cohorts
_PRIOR_DF = 4  # weight of the SD pooled over assays against an assay's own


def median_and_error(difference: np.ndarray, fallback: float) -> tuple[np.ndarray, np.ndarray]:
    r"""Take the median of paired differences and say how well it is known.

    The error is :math:`s_j \sqrt{\pi / 2m}` (for :math:`m \le 2`, where the median is the mean,
    :math:`s_j / \sqrt{m}`), with the variance of an assay shrunk to the one pooled over assays.

    Parameters
    ----------
    difference : array of shape (m, p)
        Measured less expected, one row a reference row; NaN where either is missing.
    fallback : float
        Error of an assay without any difference.

    Returns
    -------
    offset, error : arrays of shape (p,)
        Offset 0 where nothing was measured. The order of the rows changes no bit.

    Examples
    --------
    >>> offset, error = median_and_error(np.array([[0.1, np.nan], [0.3, np.nan], [0.2, np.nan]]), 0.5)
    >>> offset.round(2).tolist(), error.round(3).tolist()
    ([0.2, 0.0], [0.072, 0.5])
    """
    difference = np.sort(difference, axis=0)  # sums that do not depend on the order of the rows
    count = np.isfinite(difference).sum(axis=0)
    measured = count > 0
    offset, error = np.zeros(len(count)), np.full(len(count), fallback)
    offset[measured] = np.nanmedian(difference[:, measured], axis=0)
    spread = np.nansum((difference - column_means(difference)) ** 2, axis=0)
    variance = shrunken_variance(spread, np.maximum(count - 1, 0))
    error[measured] = median_error(variance, count)[measured]
    return offset, error


def median_error(variance: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Compute the standard error of a median of normal values.

    Parameters
    ----------
    variance, count : arrays of shape (p,)
        Variance of one value, and how many there are.

    Returns
    -------
    array of shape (p,)
        Infinite where there is none.

    Examples
    --------
    >>> median_error(np.array([1.0, 1.0]), np.array([2, 8])).round(3).tolist()
    [0.707, 0.443]
    """
    efficiency = np.where(count > 2, np.pi / 2, 1.0)
    return np.where(count > 0, np.sqrt(efficiency * variance / np.maximum(count, 1)), np.inf)


def shrunken_variance(squares: np.ndarray, freedom: np.ndarray) -> np.ndarray:
    """Draw the variance of each assay to the pooled one, which weighs 4 degrees of freedom.

    Parameters
    ----------
    squares : array of shape (p,)
        Sums of squared deviations.
    freedom : array of shape (p,)
        Their degrees of freedom.

    Returns
    -------
    array of shape (p,)
        That of a vendor's inter-assay variation where no assay has a degree of freedom.

    Examples
    --------
    >>> shrunken_variance(np.array([0.0, 2.0]), np.array([4, 4])).tolist()
    [0.125, 0.375]
    """
    pooled = squares.sum() / freedom.sum() if freedom.any() else VENDOR_ERROR**2
    return (_PRIOR_DF * pooled + squares) / (_PRIOR_DF + freedom)


def planned_error(rows: int) -> float:
    """Compute the error of an offset from reference rows that repeat as the vendor's validation says.

    Parameters
    ----------
    rows : int
        Reference rows, at least 1.

    Returns
    -------
    float
        NPX.

    Examples
    --------
    >>> round(planned_error(8), 3)
    0.071
    """
    return float(median_error(np.array([VENDOR_ERROR**2]), np.array([rows]))[0])


def column_means(values: np.ndarray) -> np.ndarray:
    """Average each column over what is finite.

    Parameters
    ----------
    values : array of shape (n, p)
        With NaN where missing.

    Returns
    -------
    array of shape (p,)
        0 where a column is empty.

    Examples
    --------
    >>> column_means(np.array([[1.0, np.nan], [3.0, np.nan]])).tolist()
    [2.0, 0.0]
    """
    finite = np.isfinite(values)
    return np.where(finite, values, 0.0).sum(axis=0) / np.maximum(finite.sum(axis=0), 1)
