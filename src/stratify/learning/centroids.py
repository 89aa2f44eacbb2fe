"""Factor-adjusted, pathway-informed shrunken centroids, stacked over the number of factors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.base import clone

from stratify.learning.folds import patient_folds
from stratify.learning.two_classes import LinearScore
from stratify.signatures.factors import (
    Spectrum,
    decompose,
    factor_model,
    pooled_sd,
    within_group_residuals,
)

Array = NDArray[np.float64]

FACTORS = (0, 1, 2, 4, 8, 12)


@dataclass(frozen=True)
class Moments:
    """What one training set says, whatever the number of factors and the threshold.

    Parameters
    ----------
    center, sd, difference : arrays of shape (n_proteins,)
        Mean of all people, pooled within-class SD, and class difference in units of that SD.
    residuals : array of shape (n, n_proteins)
        Within-class residuals in units of the SD.
    spectrum : Spectrum
        Decomposition of the residuals.
    standard_error : float
        Of a class difference, in units of the SD.
    """

    center: Array
    sd: Array
    difference: Array
    residuals: Array
    spectrum: Spectrum
    standard_error: float


def moments(profiles: Array, y: NDArray[np.int64]) -> Moments:
    """Summarise a training set (n, n_proteins) with labels 0 and 1."""
    residuals, degrees = within_group_residuals(profiles, y)
    sd = pooled_sd(residuals, degrees)
    residuals = residuals / sd
    difference = (profiles[y == 1].mean(axis=0) - profiles[y == 0].mean(axis=0)) / sd
    error = float(np.sqrt(1 / (y == 1).sum() + 1 / (y == 0).sum()))
    return Moments(profiles.mean(axis=0), sd, difference, residuals, decompose(residuals, degrees), error)


def direction(summary: Moments, n_factors: int, thresholds: Array) -> Array:
    """One linear score: shrunken class differences after the shared factors are taken out.

    Parameters
    ----------
    summary : Moments
        Of the training set; see :func:`moments`.
    n_factors : int
        Shared factors that are taken out; 0 gives plain shrunken centroids.
    thresholds : array of shape (n_proteins,)
        Soft threshold a protein, in standard errors of its class difference.

    Returns
    -------
    array of shape (n_proteins,)
        Weights for ``(x - center) / sd``, scaled so that the score has a within-class SD of one in
        the training people; zeros where no protein passes its threshold.

    References
    ----------
    Tibshirani et al., Proc Natl Acad Sci USA 2002, doi:10.1073/pnas.082099299 (shrunken centroids);
    Leek & Storey, Proc Natl Acad Sci USA 2008, doi:10.1073/pnas.0808709105 (dependence as factors).
    """
    model = factor_model(summary.spectrum, n_factors)
    residuals = model.remove(summary.residuals)
    degrees = max(len(residuals) - 2, 1)
    sd = np.sqrt((residuals**2).sum(axis=0) / degrees)
    sd = np.where(sd > 1e-9, sd, 1.0)
    t = model.remove(summary.difference[None])[0] / (sd * summary.standard_error)
    kept = np.sign(t) * np.maximum(np.abs(t) - thresholds, 0.0) / sd
    scaled, back = model.projector()
    weights = kept - scaled @ (back.T @ kept)
    spread = np.sqrt(((summary.residuals @ weights) ** 2).sum() / degrees)
    return weights / spread if spread > 1e-9 else np.zeros_like(weights)


def stack_weights(scores: Array, y: NDArray[np.int64], penalty: float) -> tuple[Array, float]:
    """Non-negative logistic regression on out-of-fold scores.

    Parameters
    ----------
    scores : array of shape (n, n_scores)
        Out-of-fold, any scale.
    y : integer array of shape (n,)
        1 and 0.
    penalty : float
        Weight of the squared coefficients of the standardised scores.

    Returns
    -------
    coefficients : array of shape (n_scores,)
    intercept : float

    References
    ----------
    Breiman, Mach Learn 1996, doi:10.1007/BF00117832 (stacking with non-negative weights).
    """
    mean, sd = scores.mean(axis=0), scores.std(axis=0)
    sd = np.where(sd > 1e-9, sd, 1.0)
    design = (scores - mean) / sd
    sign = 2.0 * y - 1.0

    def loss(beta: Array) -> tuple[float, Array]:
        """Penalised log loss and its gradient."""
        margin = sign * (beta[0] + design @ beta[1:])
        slope = -sign * expit(-margin)
        value = np.logaddexp(0.0, -margin).sum() + 0.5 * penalty * (beta[1:] ** 2).sum()
        return float(value), np.concatenate([[slope.sum()], design.T @ slope + penalty * beta[1:]])

    start = np.concatenate([[0.0], np.full(scores.shape[1], 0.1)])
    bounds = [(None, None)] + [(0.0, None)] * scores.shape[1]
    beta = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    coefficients = beta[1:] / sd
    return coefficients, float(beta[0] - (mean * coefficients).sum())


class FactorCentroids(LinearScore):
    r"""Linear score that is robust to variation which all proteins share.

    For each number of factors :math:`k`, the expected part of :math:`k` shared factors is taken out of
    the profiles, class differences are soft-thresholded in units of their standard error (less for
    proteins of the prior), and one linear score results. A non-negative logistic stack on inner
    out-of-fold scores weighs the scores. The result is linear in the proteins.

    Parameters
    ----------
    factors : sequence of int, default (0, 1, 2, 4, 8, 12)
        Numbers of factors that are stacked. Disease activity can lie along the first factors and
        then wants few; a sparse signature across them wants many.
    threshold : float, default 1.5
        Soft threshold in standard errors. Raising it keeps fewer proteins.
    prior : boolean array of shape (n_proteins,), default None
        Proteins that are expected to differ.
    prior_discount : float, default 0.5
        Factor on the threshold of prior proteins; 1 ignores the prior.
    penalty : float, default 1.0
        Penalty of the stack; raising it evens out the weights.
    inner_folds : int, default 5
        Folds of the stack; fewer where a class has fewer people.
    random_state : int, default 0
        Seed of the inner folds.

    Attributes
    ----------
    coef_ : array of shape (n_proteins,)
    intercept_ : float
    stack_ : array of shape (n_factors,)
        Weight of each number of factors.
    classes_ : array of shape (2,)

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> y = np.arange(60) % 2
    >>> X = rng.normal(size=(60, 20)) + 2.0 * y[:, None] * (np.arange(20) < 3)
    >>> float(FactorCentroids().fit(X[:40], y[:40]).score(X[40:], y[40:])) > 0.8
    True
    """

    def __init__(
        self,
        *,
        factors: Sequence[int] = FACTORS,
        threshold: float = 1.5,
        prior: NDArray[np.bool_] | None = None,
        prior_discount: float = 0.5,
        penalty: float = 1.0,
        inner_folds: int = 5,
        random_state: int = 0,
    ) -> None:
        self.factors = factors
        self.threshold = threshold
        self.prior = prior
        self.prior_discount = prior_discount
        self.penalty = penalty
        self.inner_folds = inner_folds
        self.random_state = random_state

    def fit(self, X: Any, y: Any, patients: NDArray[Any] | None = None) -> Self:
        """Fit to standardised profiles (n, n_proteins) and two classes (n,).

        Parameters
        ----------
        X : array of shape (n, n_proteins)
            Standardised profiles.
        y : array of shape (n,)
            Two classes.
        patients : array of shape (n,), optional
            Patient of each row, whose samples share an inner fold; every row is one if left out.

        Returns
        -------
        FactorCentroids
        """
        X, codes = self._check_training(X, y)
        return self._fit_summaries(X, codes, moments(X, codes), self.summaries(X, codes, patients))

    def summaries(
        self, X: Array, codes: NDArray[np.int64], patients: NDArray[Any] | None = None
    ) -> list[tuple[NDArray[np.int64], Moments]]:
        """Inner folds as pairs of held-out rows and what the other rows say; serves any setting."""
        splits = patient_folds(codes, patients, folds=self.inner_folds, seed=self.random_state)
        return [(held, moments(X[rest], codes[rest])) for rest, held in splits]

    def out_of_fold(
        self, X: Array, codes: NDArray[np.int64], inner: list[tuple[NDArray[np.int64], Moments]]
    ) -> Array:
        """Inner out-of-fold scores (n, n_factors) at the present settings."""
        scores = np.zeros((len(codes), len(self.factors)))
        for held, summary in inner:
            scores[held] = (X[held] - summary.center) / summary.sd @ self._directions(summary).T
        return scores

    def inner_loss(
        self, X: Array, codes: NDArray[np.int64], patients: NDArray[Any] | None = None
    ) -> Callable[[dict[str, Any]], float]:
        """Loss of any settings on inner folds that are decomposed once.

        Parameters
        ----------
        X : array of shape (n, n_proteins)
            Standardised profiles.
        codes : integer array of shape (n,)
            0 and 1.
        patients : array of shape (n,), optional
            Patient of each row.

        Returns
        -------
        callable
            From settings to the mean log loss of the stack on inner out-of-fold scores.
        """
        inner = self.summaries(X, codes, patients)

        def loss(settings: dict[str, Any]) -> float:
            """Mean log loss of the stack at some settings."""
            trial = clone(self).set_params(**settings)
            scores = trial.out_of_fold(X, codes, inner)
            weights, intercept = stack_weights(scores, codes, trial.penalty)
            margin = (2.0 * codes - 1.0) * (scores @ weights + intercept)
            return float(np.logaddexp(0.0, -margin).mean())

        return loss

    def _fit_summaries(
        self,
        X: Array,
        codes: NDArray[np.int64],
        summary: Moments,
        inner: list[tuple[NDArray[np.int64], Moments]],
    ) -> Self:
        scores = self.out_of_fold(X, codes, inner) if inner else np.zeros((0, len(self.factors)))
        if len(scores) and len(self.factors) > 1:
            self.stack_, intercept = stack_weights(scores, codes, self.penalty)
        else:
            self.stack_, intercept = np.full(len(self.factors), 1.0 / len(self.factors)), 0.0
        weights = self.stack_ @ self._directions(summary)
        self.coef_ = weights / summary.sd
        self.intercept_ = float(intercept - (summary.center * self.coef_).sum())
        return self

    def _directions(self, summary: Moments) -> Array:
        thresholds = np.full(len(summary.sd), float(self.threshold))
        if self.prior is not None:
            thresholds[np.asarray(self.prior, dtype=bool)] *= self.prior_discount
        return np.array([direction(summary, k, thresholds) for k in self.factors])

    def predict_proba(self, X: Any) -> Array:
        """Probabilities (n, 2) at the class mix of the training people."""
        positive = expit(self.decision_function(X))
        return np.stack([1.0 - positive, positive], axis=1)
