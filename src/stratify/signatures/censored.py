"""Left-censored imputation that is fitted in the fold: normal distributions of which only a part is seen."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from stratify.signatures.factors import decompose, factor_model
from stratify.signatures.limits import LimitState, hazard, treat_below

Array = NDArray[np.float64]

FEWEST_SEEN, SMALLEST_SHARE = 3, 0.5
_MOST_STEPS, _TOLERANCE = 100, 1e-10


class CensoredImputer(TransformerMixin, BaseEstimator):
    """Replace values below their limit of detection by their conditional expectation.

    Each protein's log2 levels are taken as normal; mean and SD come from maximum likelihood with the values
    below the limit as left-censored. A value below becomes its expectation, never a draw, so that one
    patient alone gets the same as in a batch. Gaps stay gaps.

    Parameters
    ----------
    n_factors : int, default 8
        Shared factors through which a patient's other proteins inform the expectation; 0 uses the protein
        alone. More follow the other proteins more closely and need more people.

    Attributes
    ----------
    state_ : LimitState
        Everything that screening needs.

    See Also
    --------
    stratify.signatures.limits.treat_below : The arithmetic, from the frozen state.

    Notes
    -----
    A protein with fewer than three values, or fewer than half, above the limit has no distribution; its
    values below become the limit over the square root of two, which then lies closer to the truth (real
    levels are not quite normal in their lower tail). Limits are passed beside the profiles (``lod``, rows
    aligned), so that scikit-learn's metadata routing carries them through a pipeline.

    References
    ----------
    Tobin, Econometrica 1958, doi:10.2307/1907382; Olsen, Econometrica 1978, doi:10.2307/1911662 (the
    likelihood has one maximum in the parameters used here).

    Examples
    --------
    >>> X = np.array([[0.1], [1.0], [2.0], [3.0], [2.5]])
    >>> CensoredImputer(n_factors=0).fit_transform(X, lod=np.full((5, 1), 0.5))[:2].round(2)
    array([[-0.08],
           [ 1.  ]])
    """

    def __init__(self, n_factors: int = 8) -> None:
        self.n_factors = n_factors

    def fit(self, X: Any, y: Any = None, *, lod: Any = None) -> Self:
        """Learn from profiles and limits, both (n, n_proteins); without limits nothing is censored."""
        X = validate_data(self, X, ensure_all_finite="allow-nan", dtype=float, ensure_min_samples=2)
        limits = _limits(X, lod)
        center, scale = censored_normal(X, limits)
        blind = LimitState("censored", center, scale, np.zeros((X.shape[1], 0)), np.ones(X.shape[1]))
        known = np.isfinite(center)
        z = (treat_below(blind, X, limits) - center) / scale
        z = np.where(np.isfinite(z) & known, z, 0.0)
        model = factor_model(decompose(z, max(len(X) - 1, 1)), self.n_factors)
        self.state_ = LimitState("censored", center, scale, model.loadings, model.uniquenesses)
        return self

    def transform(self, X: Any, *, lod: Any = None) -> Array:
        """Replace what lies below the limits (n, n_proteins) of profiles (n, n_proteins)."""
        check_is_fitted(self)
        X = validate_data(self, X, ensure_all_finite="allow-nan", dtype=float, reset=False)
        return treat_below(self.state_, X, _limits(X, lod))

    def fit_transform(self, X: Any, y: Any = None, *, lod: Any = None) -> Array:
        """Learn and replace in one call."""
        return self.fit(X, y, lod=lod).transform(X, lod=lod)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def _limits(profiles: Array, lod: Any) -> Array:
    return np.full(profiles.shape, np.nan) if lod is None else np.asarray(lod, dtype=float)


def censored_normal(values: Array, limits: Array) -> tuple[Array, Array]:
    r"""Fit a normal distribution to each column, what lies below its limit as left-censored.

    Newton's method on :math:`\delta = \mu/\sigma, \theta = 1/\sigma`, in which the log likelihood is concave,
    for all columns at once.

    Parameters
    ----------
    values, limits : arrays of shape (n, p)
        NaN where missing, or without a limit.

    Returns
    -------
    mean, sd : arrays of shape (p,)
        NaN where fewer than three values, or half of them, lie above the limit, or all are alike.
    """
    below = values < limits
    seen = np.isfinite(values) & ~below
    count = seen.sum(axis=0)
    enough = (count >= FEWEST_SEEN) & (count >= SMALLEST_SHARE * (count + below.sum(axis=0)))
    middle = np.where(seen, values, 0.0).sum(axis=0) / np.maximum(count, 1)
    spread = np.sqrt(np.square(np.where(seen, values - middle, 0.0)).sum(axis=0) / np.maximum(count, 1))
    enough &= spread > 1e-9
    middle, spread = middle[enough], spread[enough]
    x = np.where(seen[:, enough], (values[:, enough] - middle) / spread, 0.0)
    limit = np.where(below[:, enough], (limits[:, enough] - middle) / spread, 0.0)
    location, precision = _newton(x, limit, seen[:, enough], below[:, enough])
    mean, sd = np.full((2, values.shape[1]), np.nan)
    mean[enough], sd[enough] = middle + spread * location / precision, spread / precision
    return mean, sd


def _newton(x: Array, limit: Array, seen: NDArray[np.bool_], below: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Maximise the likelihood of standardised columns; gives mean over SD, and one over SD."""
    n = seen.sum(axis=0)
    delta, theta = np.zeros(x.shape[1]), np.ones(x.shape[1])
    sums, squares = x.sum(axis=0), np.square(x).sum(axis=0)
    for _ in range(_MOST_STEPS):
        a = theta * limit - delta
        rate = np.where(below, hazard(a), 0.0)
        weight = rate * (a + rate)
        by_delta = theta * sums - n * delta - rate.sum(axis=0)
        by_theta = n / theta - theta * squares + delta * sums + (rate * limit).sum(axis=0)
        dd = n + weight.sum(axis=0)
        dt = sums + (weight * limit).sum(axis=0)
        tt = n / theta**2 + squares + (weight * limit**2).sum(axis=0)
        determinant = dd * tt - dt**2
        step_delta = (tt * by_delta + dt * by_theta) / determinant
        step_theta = (dt * by_delta + dd * by_theta) / determinant
        short = 0.5 * theta / np.maximum(-step_theta, 0.5 * theta)  # keeps the precision positive
        delta, theta = delta + short * step_delta, theta + short * step_theta
        if np.abs([step_delta, step_theta]).max(initial=0.0) < _TOLERANCE:
            break
    return delta, theta
