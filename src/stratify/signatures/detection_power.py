"""What a cohort could have found: the power it had, assay by assay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, stdtrit

from stratify.errors import CohortError
from stratify.signatures.fold_change_tests import log2_threshold
from stratify.signatures.normal_mixture import MOST_DF, chi_square_nodes

Array = NDArray[np.float64]

_LARGEST_SHIFT, _NODES = 1e4, 80


@dataclass(frozen=True, eq=False)
class DetectionPower:
    """Power of a two-sided moderated t-test of each assay.

    Parameters
    ----------
    alpha : float
        p-value at which an assay counts as found.
    power : float
        Power at which an effect counts as detectable.
    standard_error : array of shape (p,)
        Of the contrast.
    df : array of shape (p,)
        Degrees of freedom.
    smallest_effect : array of shape (p,)
        Smallest log2 fold change found with that power; NaN where the assay cannot be tested.
    """

    alpha: float
    power: float
    standard_error: Array
    df: Array
    smallest_effect: Array

    def of_effect(self, log2_fold_change: float) -> Array:
        """Power (p,) to find a true log2 fold change.

        Parameters
        ----------
        log2_fold_change : float
            In either direction.

        Returns
        -------
        array of shape (p,)
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            shift = np.abs(log2_fold_change) / self.standard_error
        return _power(shift, self.df, self.alpha)

    def share_found(self, fold_change: float) -> float:
        """Share of assays in which a true fold change would be found.

        Parameters
        ----------
        fold_change : float
            At least 1, such as 1.5.

        Returns
        -------
        float
            Mean power over the assays that can be tested.
        """
        power = self.of_effect(log2_threshold(fold_change))
        return float(np.nanmean(power)) if np.isfinite(power).any() else float("nan")


def detection_power(standard_error: Array, df: Array, *, alpha: float, power: float = 0.8) -> DetectionPower:
    """Say which effects a cohort could find.

    Parameters
    ----------
    standard_error : array of shape (p,)
        Moderated standard errors of the contrast, log2; NaN where there is none.
    df : array of shape (p,)
        Degrees of freedom.
    alpha : float
        p-value at which an assay counts as found, such as that of `benjamini_hochberg_threshold`.
    power : float, default 0.8
        Wanted power.

    Returns
    -------
    DetectionPower

    Raises
    ------
    CohortError
        An alpha or a power that is no probability between 0 and 1, or a power not above alpha.

    Notes
    -----
    The variance is taken as estimated here. This is the power that *this* number of samples has against
    an effect named beforehand; power at the observed effect says nothing beyond its p-value and is not
    given.

    References
    ----------
    Hoenig & Heisey, Am Stat 2001, doi:10.1198/000313001300339897.

    Examples
    --------
    >>> found = detection_power(np.array([0.2]), np.array([30.0]), alpha=0.05)
    >>> found.smallest_effect.round(3).tolist(), found.of_effect(0.5794).round(2).tolist()
    ([0.579], [0.8])
    """
    if not 0 < alpha < power < 1:
        raise CohortError(
            "0 < alpha < power < 1", f"alpha {alpha:g} and power {power:g}", "choose for example .05 and .8"
        )
    df = np.where(np.isfinite(standard_error), df, np.nan)
    distinct, place = np.unique(df, return_inverse=True)
    shifts = np.array([_shift(float(d), alpha, power) for d in distinct])
    smallest = shifts[place.ravel()] * standard_error
    return DetectionPower(alpha, power, standard_error, df, smallest)


def benjamini_hochberg_threshold(p_values: Array, fdr: float = 0.05) -> float:
    """Give the p-value at which one more assay would have been found.

    Parameters
    ----------
    p_values : array of shape (p,)
        NaN where there is none.
    fdr : float, default 0.05
        False discovery rate.

    Returns
    -------
    float
        ``fdr * (found + 1) / p``, at most `fdr`, where ``found`` assays have passed.

    References
    ----------
    Benjamini & Hochberg, J R Stat Soc B 1995, doi:10.1111/j.2517-6161.1995.tb02031.x.

    Examples
    --------
    >>> benjamini_hochberg_threshold(np.array([0.001, 0.3, 0.5, 0.9]))
    0.025
    """
    p = np.sort(p_values[np.isfinite(p_values)])
    if not len(p):
        return fdr
    passed = np.flatnonzero(p <= fdr * np.arange(1, len(p) + 1) / len(p))
    found = int(passed[-1]) + 1 if len(passed) else 0
    return float(fdr * min(found + 1, len(p)) / len(p))


def _power(shift: Array, df: Array, alpha: float) -> Array:
    """Power (m,) at noncentralities (m,), averaged over what the estimated error may be."""
    free = np.where(df > 0, np.minimum(df, MOST_DF), 1.0)
    nodes, shares = chi_square_nodes(free, _NODES)
    bar = stdtrit(free, 1 - alpha / 2)[:, None] * np.sqrt(nodes)
    beyond = ndtr(shift[:, None] - bar) + ndtr(-shift[:, None] - bar)
    answer = np.clip((beyond * shares).sum(axis=1), 0, 1)
    return np.where(np.isnan(shift) | ~(df > 0), np.nan, answer)


def _shift(df: float, alpha: float, power: float) -> float:
    """Find the noncentrality with the wanted power; infinite beyond what counts."""
    if not df > 0:
        return np.nan

    def missing(shift: float) -> float:
        return float(_power(np.array([shift]), np.array([df]), alpha)[0]) - power

    return float(brentq(missing, 0.0, _LARGEST_SHIFT)) if missing(_LARGEST_SHIFT) > 0 else np.inf
