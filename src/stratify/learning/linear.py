"""Penalised linear families: composite, ridge with a pathway prior, elastic net without one."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from stratify.learning.two_classes import LinearScore

Array = NDArray[np.float64]


class Composite(LinearScore):
    """Mean of the prior proteins: the baseline that learns nothing but a cut.

    Parameters
    ----------
    prior : boolean array of shape (n_proteins,), default None
        Without a prior, all proteins.

    Attributes
    ----------
    coef_ : array of shape (n_proteins,)
    intercept_ : float
        Minus the midpoint between the class means.

    Examples
    --------
    >>> X = np.array([[0.0, 5.0], [0.2, 1.0], [2.0, 3.0], [2.2, 3.0]])
    >>> Composite(prior=np.array([True, False])).fit(X, [0, 0, 1, 1]).predict(X).tolist()
    [0, 0, 1, 1]
    """

    def __init__(self, *, prior: NDArray[np.bool_] | None = None) -> None:
        self.prior = prior

    def fit(self, X: Any, y: Any) -> Self:
        """Fit to standardised profiles (n, n_proteins) and two classes (n,)."""
        X, codes = self._check_training(X, y)
        chosen = np.ones(X.shape[1]) if self.prior is None else np.asarray(self.prior, dtype=float)
        self.coef_ = chosen / max(chosen.sum(), 1.0)
        scores = (X * self.coef_).sum(axis=1)
        self.intercept_ = -float((scores[codes == 1].mean() + scores[codes == 0].mean()) / 2)
        return self


class PathwayRidge(LinearScore):
    """Logistic ridge in which prior proteins are penalised less.

    Parameters
    ----------
    C : float, default 0.003
        Inverse penalty; raising it follows the training people more closely.
    prior : boolean array of shape (n_proteins,), default None
        Proteins that are expected to differ.
    prior_scale : float, default 2.0
        Prior proteins are multiplied by this before the fit, which divides their penalty by its square.

    Attributes
    ----------
    coef_ : array of shape (n_proteins,)
    intercept_ : float

    References
    ----------
    van de Wiel et al., Stat Med 2016, doi:10.1002/sim.6732 (ridge with prior groups).

    Examples
    --------
    >>> X = np.array([[0.0], [0.1], [1.0], [1.1]])
    >>> PathwayRidge(C=1.0).fit(X, [0, 0, 1, 1]).coef_.shape
    (1,)
    """

    def __init__(
        self, *, C: float = 0.003, prior: NDArray[np.bool_] | None = None, prior_scale: float = 2.0
    ) -> None:
        self.C = C
        self.prior = prior
        self.prior_scale = prior_scale

    def fit(self, X: Any, y: Any) -> Self:
        """Fit to standardised profiles (n, n_proteins) and two classes (n,)."""
        X, codes = self._check_training(X, y)
        scale = np.ones(X.shape[1])
        if self.prior is not None:
            scale[np.asarray(self.prior, dtype=bool)] = self.prior_scale
        fitted = LogisticRegression(C=self.C, max_iter=2000).fit(X * scale, codes)
        self.coef_ = fitted.coef_[0] * scale
        self.intercept_ = float(fitted.intercept_[0])
        return self


class ElasticNet(LinearScore):
    """Logistic elastic net on all proteins: a plain control without prior knowledge.

    It standardises by the SD of its own training people, as plain code would.

    Parameters
    ----------
    C : float, default 0.003
        Inverse penalty.
    l1_ratio : float, default 0.001
        Share of the absolute penalty; raising it keeps fewer proteins.
    random_state : int, default 0
        Seed of the order in which people are visited.

    Attributes
    ----------
    coef_ : array of shape (n_proteins,)
    intercept_ : float

    References
    ----------
    Zou & Hastie, J R Stat Soc B 2005, doi:10.1111/j.1467-9868.2005.00503.x.

    Examples
    --------
    >>> X = np.array([[0.0], [0.1], [1.0], [1.1]])
    >>> ElasticNet(C=1.0).fit(X, [0, 0, 1, 1]).coef_.shape
    (1,)
    """

    def __init__(self, *, C: float = 0.003, l1_ratio: float = 0.001, random_state: int = 0) -> None:
        self.C = C
        self.l1_ratio = l1_ratio
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Fit to standardised profiles (n, n_proteins) and two classes (n,)."""
        X, codes = self._check_training(X, y)
        mean, sd = X.mean(axis=0), X.std(axis=0)
        sd = np.where(sd > 1e-9, sd, 1.0)
        fitted = LogisticRegression(
            C=self.C,
            l1_ratio=self.l1_ratio,
            solver="saga",
            tol=1e-3,
            max_iter=5000,
            random_state=self.random_state,
        ).fit((X - mean) / sd, codes)
        self.coef_ = fitted.coef_[0] / sd
        self.intercept_ = float(fitted.intercept_[0] - (mean * self.coef_).sum())
        return self
