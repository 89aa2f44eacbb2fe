"""What every family shares: two classes, and the sign of a score that decides between them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

Array = NDArray[np.float64]


class TwoClassScore(ClassifierMixin, BaseEstimator):
    """Family whose score is positive for the second class.

    Attributes
    ----------
    classes_ : array of shape (2,)
    """

    def decision_function(self, X: Any) -> Array:
        """Score profiles (n, n_proteins); larger means more like the second class."""
        raise NotImplementedError

    def predict(self, X: Any) -> NDArray[Any]:
        """Predict the likelier class of profiles (n, n_proteins)."""
        second = (self.decision_function(X) > 0).astype(int)
        return self.classes_[second]

    def _check_training(self, X: Any, y: Any) -> tuple[Array, NDArray[np.int64]]:
        X, y = validate_data(self, X, y, dtype=float, ensure_min_samples=4)
        check_classification_targets(y)
        kind = type_of_target(y)
        if kind != "binary":
            raise ValueError(f"Only binary classification is supported. The type of the target is {kind}.")
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) != 2:
            raise ValueError(f"two classes are needed, got {len(self.classes_)} class(es)")
        return X, codes.astype(np.int64)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags


class LinearScore(TwoClassScore):
    """Family with one weight a protein.

    Attributes
    ----------
    coef_ : array of shape (n_proteins,)
    intercept_ : float
    """

    coef_: Array
    intercept_: float

    def decision_function(self, X: Any) -> Array:
        """Score profiles (n, n_proteins), each row on its own; larger means more like the second class."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=float, order="C", reset=False)
        return (X * self.coef_).sum(axis=1) + self.intercept_
