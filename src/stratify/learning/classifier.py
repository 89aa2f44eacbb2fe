"""The families by name, and the path from a raw profile to a family's score."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted, has_fit_parameter, validate_data

from stratify.errors import ExperimentError, nearest
from stratify.learning.boosting import Boosting
from stratify.learning.centroids import FactorCentroids
from stratify.learning.linear import Composite, ElasticNet, PathwayRidge
from stratify.learning.scorers import Scorer, booster_scorer, linear_scorer
from stratify.learning.two_classes import TwoClassScore
from stratify.signatures.censored import CensoredImputer
from stratify.signatures.covariate_effects import NO_EFFECTS, fit_covariate_effects
from stratify.signatures.gaps import GapState
from stratify.signatures.limits import treat_below, without_model
from stratify.signatures.pathways import member_of_any, member_weights
from stratify.signatures.preprocessing import FactorImputer, ReferenceScaler
from stratify.signatures.protein_set import Pathway
from stratify.subtyping.labels import UNLABELLED

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Knowledge:
    """What is known of the proteins before any data are seen.

    Parameters
    ----------
    prior : boolean array of shape (n_proteins,) or None
        Proteins that are expected to differ.
    pathways : array of shape (n_pathways, n_proteins) or None
        Weights of pathway means.
    """

    prior: NDArray[np.bool_] | None
    pathways: Array | None


def knowledge(prior: Sequence[Pathway], axes: Sequence[Pathway], assays: pd.DataFrame) -> Knowledge:
    """Look a definition's pathways up among the assays (columns ``uniprot`` and ``gene``)."""
    chosen = member_of_any(prior, assays)
    rows = [member_weights(name, assays) for name in dict.fromkeys([*axes, *prior])]
    means = [row / row.sum() for row in rows if row.any()]
    return Knowledge(chosen if chosen.any() else None, np.array(means) if means else None)


@dataclass(frozen=True)
class Family:
    """A kind of classifier.

    Parameters
    ----------
    name : str
        As an experiment file writes it.
    build : callable
        From ``Knowledge`` to an estimator at its pre-specified settings.
    space : dict
        Settings that are searched: name to lowest, highest, and whether on a log scale. Two
        integers make an integer setting.
    """

    name: str
    build: Callable[[Knowledge], Any]
    space: dict[str, tuple[float, float, bool]]


_CENTROID_SPACE = {"threshold": (0.0, 3.0, False), "prior_discount": (0.25, 1.0, False)}
_RIDGE_SPACE = {"C": (1e-4, 1.0, True), "prior_scale": (1.0, 4.0, False)}
_NET_SPACE = {"C": (3e-4, 3e-2, True), "l1_ratio": (0.0, 0.1, False)}
_BOOSTING_SPACE: dict[str, tuple[float, float, bool]] = {
    "n_rounds": (30, 200, False),
    "max_depth": (1, 4, False),
    "learning_rate": (0.03, 0.3, True),
}
_PATHWAY_BOOSTING_SPACE = {**_BOOSTING_SPACE, "prior_weight": (1.0, 8.0, True), "monotone": (0, 1, False)}

FAMILIES = {
    family.name: family
    for family in (
        Family("composite", lambda known: Composite(prior=known.prior), {}),
        Family("factor-centroids", lambda known: FactorCentroids(prior=known.prior), _CENTROID_SPACE),
        Family("centroids", lambda known: FactorCentroids(factors=(0,), prior=known.prior), _CENTROID_SPACE),
        Family("pathway-ridge", lambda known: PathwayRidge(prior=known.prior), _RIDGE_SPACE),
        Family("elastic-net", lambda known: ElasticNet(), _NET_SPACE),
        Family("xgboost", lambda known: Boosting(), _BOOSTING_SPACE),
        Family(
            "pathway-xgboost",
            lambda known: Boosting(prior=known.prior, pathways=known.pathways),
            _PATHWAY_BOOSTING_SPACE,
        ),
    )
}


def family(name: str) -> Family:
    """Find a family by name.

    Parameters
    ----------
    name : str
        One of ``FAMILIES``.

    Returns
    -------
    Family

    Raises
    ------
    ExperimentError
        When there is none of that name.

    Examples
    --------
    >>> family("factor-centroids").name
    'factor-centroids'
    """
    if name not in FAMILIES:
        raise ExperimentError("the name of a family", f"{name!r}", nearest(name, list(FAMILIES)))
    return FAMILIES[name]


class SubtypeClassifier(TwoClassScore):
    """Fill gaps, standardise against healthy people, score: everything learned from one training set.

    Parameters
    ----------
    estimator : estimator
        A family's estimator, already at its settings; a copy is fitted.

    Attributes
    ----------
    estimator_ : estimator
        Fitted to prepared profiles.
    limits_ : LimitState
    imputer_ : FactorImputer
    effects_ : CovariateEffects
    scaler_ : ReferenceScaler
    classes_ : array of shape (2,)

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> y = np.arange(40) % 2
    >>> X = rng.normal(size=(40, 6)) + 2 * y[:, None]
    >>> model = SubtypeClassifier(Composite()).fit(X, y, reference=y == 0)
    >>> bool(model.decision_function(X)[y == 1].mean() > 0)
    True
    """

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator

    def prepare(
        self,
        X: Array,
        reference: NDArray[np.bool_] | None = None,
        limits: Array | None = None,
        *,
        covariates: Array | None = None,
        own: Array | None = None,
    ) -> Array:
        """Fit imputers, covariate effects and scaler.

        Parameters
        ----------
        X : array of shape (n, n_proteins)
            Raw profiles.
        reference : boolean array of shape (n,), optional
            The healthy people.
        limits : array of shape (n, n_proteins), optional
            Detection limits, where values below are imputed.
        covariates : array of shape (n, n_covariates), optional
            Effects are learned from the reference people alone; without it there are none.
        own : array of shape (n_proteins,), optional
            Weights of a mean of the profile that counts as one more covariate.

        Returns
        -------
        array of shape (n, n_proteins)
            Profiles prepared.
        """
        self.limits_ = without_model("keep")
        if limits is not None:
            self.limits_ = CensoredImputer().fit(X, lod=limits).state_
        X = treat_below(self.limits_, X, limits)
        self.imputer_ = FactorImputer().fit(X)
        filled = self.imputer_.transform(X)
        self.effects_ = NO_EFFECTS
        if covariates is not None:
            healthy = np.zeros(len(X), dtype=bool) if reference is None else reference
            self.effects_ = fit_covariate_effects(filled[healthy], covariates[healthy], own)
            filled = self.effects_.taken_off(filled, covariates)
        self.scaler_ = ReferenceScaler().fit(filled, reference=reference)
        return self.scaler_.transform(filled)

    def fit(self, X: Any, y: Any, *, reference: NDArray[np.bool_] | None = None) -> Self:
        """Fit to raw profiles (n, n_proteins); rows with ``y`` of -1 only help to prepare."""
        X, y = validate_data(self, X, y, dtype=float, ensure_all_finite="allow-nan", ensure_min_samples=4)
        return self.fit_prepared(self.prepare(X, reference), y)

    def fit_prepared(self, z: Array, y: NDArray[Any], patients: NDArray[Any] | None = None) -> Self:
        """Fit the estimator to profiles that :meth:`prepare` returned; ``patients`` (n,) stay together."""
        labelled = y != UNLABELLED
        extra = {}
        if patients is not None and has_fit_parameter(self.estimator, "patients"):
            extra["patients"] = patients[labelled]
        self.estimator_ = clone(self.estimator).fit(z[labelled], y[labelled], **extra)
        self.classes_ = self.estimator_.classes_
        return self

    def complete(self, X: Any, limits: Array | None = None) -> Array:
        """Fill what lies below the limits and what is missing in raw profiles (n, n_proteins)."""
        return self.imputer_.transform(treat_below(self.limits_, np.asarray(X, dtype=float), limits))

    def decision_function(
        self, X: Any, limits: Array | None = None, covariates: Array | None = None
    ) -> Array:
        """Score raw profiles (n, n_proteins), with limits and covariates where the path learned with them."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=float, ensure_all_finite="allow-nan", reset=False)
        filled = self.complete(X, limits)
        if covariates is not None:
            filled = self.effects_.taken_off(filled, covariates)
        return self.estimator_.decision_function(self.scaler_.transform(filled))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def freeze(self) -> tuple[GapState, Scorer]:
        """Plain arrays that score without scikit-learn."""
        center, scale = self.scaler_.center_, self.scaler_.scale_
        effects = self.effects_ if self.effects_.known else NO_EFFECTS  # the very one, also out of a worker
        if isinstance(self.estimator_, Boosting):
            scorer = booster_scorer(
                center,
                scale,
                bytes(self.estimator_.booster_.save_raw("ubj")),
                self.estimator_.pathways_,
                effects,
            )
        else:
            weights = self.estimator_.coef_, self.estimator_.intercept_
            scorer = linear_scorer(center, scale, *weights, effects)
        return self.imputer_.state_, scorer
