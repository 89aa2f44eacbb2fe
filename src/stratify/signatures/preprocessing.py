"""Steps before a classifier: fill single gaps, put proteins on the scale of healthy people."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from stratify.signatures.factors import FactorModel, decompose, factor_model, pooled_sd
from stratify.signatures.gaps import GapState, fill_gaps

Array = NDArray[np.float64]


class FactorImputer(TransformerMixin, BaseEstimator):
    """Fill a gap with what the patient's other proteins say of it.

    A missing value becomes its expectation given the patient's measured proteins under a factor
    model of the training people, so one patient alone gets the same as in a batch.

    Parameters
    ----------
    n_factors : int, default 8
        More factors follow the other proteins more closely and need more people.

    Attributes
    ----------
    state_ : GapState
        Everything that screening needs.

    References
    ----------
    Tipping & Bishop, J R Stat Soc B 1999, doi:10.1111/1467-9868.00196.

    Examples
    --------
    >>> X = np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0], [2.0, np.nan]])
    >>> bool(np.isfinite(FactorImputer(n_factors=1).fit_transform(X)).all())
    True
    """

    def __init__(self, n_factors: int = 8) -> None:
        self.n_factors = n_factors

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn centre, scale and factors from profiles (n, n_proteins); ``y`` is not used."""
        X = validate_data(self, X, ensure_all_finite="allow-nan", dtype=float, ensure_min_samples=2)
        count = np.isfinite(X).sum(axis=0)
        center = np.where(count, np.nansum(X, axis=0) / np.maximum(count, 1), 0.0)
        residuals = np.where(np.isfinite(X), X - center, 0.0)
        scale = pooled_sd(residuals, max(len(X) - 1, 1))
        spectrum = decompose(residuals / scale, max(len(X) - 1, 1))
        model: FactorModel = factor_model(spectrum, self.n_factors)
        self.state_ = GapState(center, scale, model.loadings, model.uniquenesses)
        return self

    def transform(self, X: Any) -> Array:
        """Fill the gaps of profiles (n, n_proteins)."""
        check_is_fitted(self)
        X = validate_data(self, X, ensure_all_finite="allow-nan", dtype=float, reset=False)
        return fill_gaps(self.state_, X)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


class ReferenceScaler(TransformerMixin, BaseEstimator):
    """Express each protein in SDs from the mean of the healthy reference people.

    Without a reference, mean and SD of all training people are used.

    Parameters
    ----------
    shrink : float, default 0.2
        How far each SD is drawn towards the median SD, because a few dozen people estimate it
        poorly; 0 trusts them, 1 uses one SD for all proteins.

    Attributes
    ----------
    center_, scale_ : arrays of shape (n_proteins,)

    Examples
    --------
    >>> X = np.array([[0.0], [2.0], [10.0]])
    >>> ReferenceScaler().fit(X, reference=np.array([True, True, False])).transform(X)[2].round(2)
    array([6.36])
    """

    def __init__(self, shrink: float = 0.2) -> None:
        self.shrink = shrink

    def fit(self, X: Any, y: Any = None, *, reference: NDArray[np.bool_] | None = None) -> Self:
        """Learn from profiles (n, n_proteins) of which ``reference`` (n,) marks the healthy."""
        X = validate_data(self, X, dtype=float)
        rows = X if reference is None or reference.sum() < 2 else X[reference]
        self.center_ = rows.mean(axis=0)
        sd = pooled_sd(rows - self.center_, max(len(rows) - 1, 1))
        self.scale_ = (1 - self.shrink) * sd + self.shrink * np.median(sd)
        return self

    def transform(self, X: Any) -> Array:
        """Standardise profiles (n, n_proteins)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=float, reset=False)
        return (X - self.center_) / self.scale_
