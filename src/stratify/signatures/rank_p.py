"""p-values of rank correlations, right also far out in the tail, where many are looked at together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from stratify.signatures.adjusted_rows import Effects

Array = NDArray[np.float64]


def rank_p_values(found: Effects, *, repeated: bool) -> Array:
    r"""Test rank correlations.

    With one row a person the squared correlation is taken for a multiple of a beta variable that has the
    variance and the fourth moment of Spearman's,

    .. math:: \frac{\mu_4}{\mu_2^2} = \frac{3 (25 n^3 - 38 n^2 - 35 n + 72)}{25 n (n^2 - 1)}.

    The usual t distribution has the variance only and is too sure far out: with 25 people its p of .0001
    comes up 1.6 times too often.

    Parameters
    ----------
    found : Effects
        Of ranks; m columns. Covariates count by the degrees of freedom that they took.
    repeated : bool
        Whether persons have several rows; then the p-values are those of the robust t.

    Returns
    -------
    array of shape (m,)
        Two-sided; NaN where a column does not vary.

    References
    ----------
    Pitman, Suppl J R Stat Soc 1937, doi:10.2307/2983647 (a beta variable fitted to a permutation
    distribution); Kendall, Rank Correlation Methods, 1948 (the moments).

    Examples
    --------
    >>> column = np.full(1, 0.7)
    >>> rank_p_values(Effects(column, column, column, np.full(1, 23.0), column), repeated=False).round(5)
    array([0.00017])
    """
    if repeated:
        return found.p_value
    n = found.df + 2.0
    excess = 3.0 * (25.0 * n**3 - 38.0 * n**2 - 35.0 * n + 72.0) / (25.0 * n * (n**2 - 1.0)) - 3.0
    df = -6.0 / excess - 3.0
    share = found.correlation**2 * (n - 1.0) / (df + 1.0)
    return np.asarray(2.0 * student.sf(np.sqrt(df * share / np.maximum(1.0 - share, 1e-12)), df))
