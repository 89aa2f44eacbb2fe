"""Whether a fold change exceeds a threshold: tested, or filtered as the base study did."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from stratify.errors import CohortError
from stratify.signatures.moderation import ModeratedFit

Array = NDArray[np.float64]

STUDY_FOLD_CHANGE, STUDY_FDR = 1.5, 0.05


def beyond_fold_change(result: ModeratedFit, fold_change: float) -> Array:
    r"""Test that the true fold change is larger than a threshold, in either direction.

    .. math:: p = P(T > (|\hat\beta| - \delta)/s) + P(T > (|\hat\beta| + \delta)/s), \qquad
        \delta = \log_2 \text{fold change}

    Parameters
    ----------
    result : ModeratedFit
        p assays, c contrasts on the log2 scale.
    fold_change : float
        Threshold, at least 1 (which gives the ordinary p-value).

    Returns
    -------
    array of shape (p, c)
        p-values.

    Raises
    ------
    CohortError
        A threshold below 1.

    References
    ----------
    McCarthy & Smyth, Bioinformatics 2009, doi:10.1093/bioinformatics/btp053.

    Examples
    --------
    >>> from stratify.signatures.linear_models import fit_linear
    >>> from stratify.signatures.moderation import moderate
    >>> result = moderate(fit_linear(np.random.default_rng(0).normal(1, 1, (9, 40)), np.ones((9, 1))))
    >>> bool((beyond_fold_change(result, 1.5) >= result.p_value).all())
    True
    """
    threshold = log2_threshold(fold_change)
    size, error = np.abs(result.fit.coefficients), result.standard_error
    df = np.minimum(result.df_total, 1e15)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        near, far = (threshold - size) / error, -(threshold + size) / error
    return np.asarray(stdtr(df, near) + stdtr(df, far))


def study_rule(
    effects: Array, q_values: Array, *, fold_change: float = STUDY_FOLD_CHANGE, fdr: float = STUDY_FDR
) -> NDArray[np.bool_]:
    """Apply the rule of the base study: a fold change and an FDR, in any pair of groups.

    Parameters
    ----------
    effects : array of shape (p, pairs)
        Estimated log2 fold changes.
    q_values : array of shape (p, pairs)
        Adjusted within each pair.
    fold_change : float, default 1.5
        The estimate must exceed it, up or down.
    fdr : float, default 0.05
        The adjusted p-value must be below it.

    Returns
    -------
    bool array of shape (p,)

    Raises
    ------
    CohortError
        A fold change below 1.

    Notes
    -----
    A filter on the estimate is not a test of it: near the threshold half of the proteins that pass do so
    by chance. `beyond_fold_change` tests it.

    References
    ----------
    He et al., Mol Psychiatry 2026, doi:10.1038/s41380-025-03383-5.

    Examples
    --------
    >>> study_rule(np.array([[0.7, 0.1], [0.3, 0.9]]), np.array([[0.01, 0.9], [0.01, 0.2]])).tolist()
    [True, False]
    """
    passed = (np.abs(effects) > log2_threshold(fold_change)) & (q_values < fdr)
    return np.asarray(passed.any(axis=1))


def log2_threshold(fold_change: float) -> float:
    """Give the log2 of a fold change that is at least 1.

    Parameters
    ----------
    fold_change : float
        Such as 1.5.

    Returns
    -------
    float

    Raises
    ------
    CohortError
        Below 1, or not finite.

    Examples
    --------
    >>> log2_threshold(2.0)
    1.0
    """
    if not 1 <= fold_change < np.inf:
        raise CohortError(
            "a fold change of 1 or more, such as 1.5", f"{fold_change}", "both directions are tested at once"
        )
    return float(np.log2(fold_change))
