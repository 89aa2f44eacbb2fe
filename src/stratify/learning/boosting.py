"""Gradient boosting: plain on all proteins, and informed by pathways."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted, validate_data

from stratify.learning.two_classes import TwoClassScore

Array = NDArray[np.float64]

LEAST_LEAF = 2.0  # sum of a leaf's second derivatives: eight people or more


class Boosting(TwoClassScore):
    """XGBoost, with or without what pathways say.

    The mean of each pathway is one more feature. Prior proteins can be offered to the trees more often, and
    be allowed to raise the score only; as pre-specified they are neither, and a search inside the fold says
    how far the prior is believed.

    Parameters
    ----------
    n_rounds : int, default 100
        Trees; raising it follows the training people more closely.
    max_depth : int, default 3
        Proteins that may act together in one tree.
    learning_rate : float, default 0.1
        Weight of each tree; lowering it wants more rounds.
    prior : boolean array of shape (n_proteins,), default None
        Proteins that are expected to be raised in the second class.
    prior_weight : float, default 1.0
        How many times likelier a prior protein or a pathway mean is offered than another protein.
    monotone : bool, default False
        Whether prior proteins may only raise the score. They then can not stand for the variation that they
        share with others, which costs more than the constraint brings where proteins vary together.
    pathways : array of shape (n_pathways, n_proteins), default None
        Weights of pathway means that become features; a single row may be given per pathway.
    random_state : int, default 0
        Seed of the drawn people and proteins.

    Attributes
    ----------
    booster_ : xgboost.Booster
    pathways_ : array of shape (n_pathways, n_proteins)

    References
    ----------
    Chen & Guestrin, KDD 2016, doi:10.1145/2939672.2939785.

    Examples
    --------
    >>> X = np.arange(40.0)[:, None]
    >>> Boosting(n_rounds=5).fit(X, np.arange(40) > 19).predict(X[[0, 39]]).tolist()
    [False, True]
    """

    def __init__(
        self,
        *,
        n_rounds: int = 100,
        max_depth: int = 3,
        learning_rate: float = 0.1,
        prior: NDArray[np.bool_] | None = None,
        prior_weight: float = 1.0,
        monotone: bool = False,
        pathways: Array | None = None,
        random_state: int = 0,
    ) -> None:
        self.n_rounds = n_rounds
        self.max_depth = max_depth
        self.learning_rate = learning_rate
        self.prior = prior
        self.prior_weight = prior_weight
        self.monotone = monotone
        self.pathways = pathways
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Fit to standardised profiles (n, n_proteins) and two classes (n,)."""
        import xgboost

        X, codes = self._check_training(X, y)
        self.pathways_ = np.zeros((0, X.shape[1])) if self.pathways is None else np.asarray(self.pathways)
        features = self._features(X)
        matrix = xgboost.DMatrix(features, label=codes)
        self.booster_ = xgboost.train(self._parameters(matrix), matrix, self.n_rounds)
        return self

    def _parameters(self, matrix: Any) -> dict[str, Any]:
        parameters: dict[str, Any] = {
            "objective": "binary:logistic",
            "max_depth": self.max_depth,
            "eta": self.learning_rate,
            "min_child_weight": LEAST_LEAF,
            "subsample": 0.8,
            "colsample_bynode": 0.3,
            "tree_method": "hist",
            "nthread": 1,
            "seed": self.random_state,
            "verbosity": 0,
        }
        if self.prior is not None and self.monotone:
            upward = [*np.asarray(self.prior, dtype=int), *np.zeros(len(self.pathways_), dtype=int)]
            parameters["monotone_constraints"] = tuple(int(value) for value in upward)
        if self.prior is not None and self.prior_weight != 1:
            informed = [*np.asarray(self.prior, dtype=bool), *np.ones(len(self.pathways_), dtype=bool)]
            matrix.set_info(feature_weights=np.where(informed, self.prior_weight, 1.0))
        return parameters

    def _features(self, X: Array) -> Array:
        means = [(X * row).sum(axis=1) for row in self.pathways_]
        return np.column_stack([X, *means])

    def decision_function(self, X: Any) -> Array:
        """Log-odds of the second class for profiles (n, n_proteins)."""
        import xgboost

        check_is_fitted(self)
        X = validate_data(self, X, dtype=float, reset=False)
        margin = self.booster_.predict(xgboost.DMatrix(self._features(X)), output_margin=True)
        return np.asarray(margin, dtype=float)
