"""A fitted score as plain arrays, with exact contributions of each protein."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stratify.learning.used_features import on_used_features, read_booster
from stratify.signatures.covariate_effects import NO_EFFECTS, CovariateEffects

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Scorer:
    """A score of complete profiles.

    Parameters
    ----------
    center, scale : arrays of shape (n_proteins,)
        Mean and SD of the healthy reference people.
    weights : array of shape (n_proteins,)
        Of the standardised proteins; empty for a booster.
    intercept : float
        Score of the healthy mean profile, for a linear score.
    booster : bytes
        XGBoost UBJ; empty for a linear score.
    pathways : array of shape (n_pathways, n_proteins)
        Pathway means that the booster sees as features.
    effects : CovariateEffects
        What is taken off before proteins are standardised; nothing if left out.
    """

    center: Array
    scale: Array
    weights: Array
    intercept: float
    booster: bytes
    pathways: Array
    effects: CovariateEffects = NO_EFFECTS

    @property
    def linear(self) -> bool:
        """Whether the score is one weight a protein."""
        return not self.booster

    def standardise(self, profiles: Array) -> Array:
        """Express complete profiles (n, n_proteins) in healthy SDs."""
        return (np.ascontiguousarray(profiles) - self.center) / self.scale

    def adjusted(self, profiles: Array, covariates: Array | None) -> Array:
        """Take the effects of covariates (n, n_covariates) off complete profiles (n, n_proteins)."""
        if covariates is None or not self.effects.known:
            return profiles
        return self.effects.taken_off(profiles, covariates)

    def score(self, profiles: Array, covariates: Array | None = None) -> Array:
        """Score complete profiles (n, n_proteins); each row is reduced on its own.

        Parameters
        ----------
        profiles : array of shape (n, n_proteins)
            Without gaps, in the unit of the levels.
        covariates : array of shape (n, n_covariates), optional
            As coded, NaN where unknown; left out where the profiles are adjusted already.

        Returns
        -------
        array of shape (n,)

        Examples
        --------
        >>> scorer = linear_scorer(np.zeros(2), np.ones(2), np.array([1.0, -1.0]), 0.5)
        >>> scorer.score(np.array([[3.0, 1.0]])).tolist()
        [2.5]
        """
        z = self.standardise(self.adjusted(profiles, covariates))
        if self.linear:
            return (z * self.weights).sum(axis=1) + self.intercept
        return np.asarray(self._boosted(z, output_margin=True), dtype=float)

    def contributions(self, profiles: Array, background: Array) -> Array:
        """Shapley values (n, n_proteins) of the score.

        Parameters
        ----------
        profiles : array of shape (n, n_proteins)
            Complete, in the unit of the levels.
        background : array of shape (n_proteins,)
            Mean standardised profile of the training people; the values of a linear score are
            relative to it. Those of a booster are relative to its own expectation.

        Returns
        -------
        array of shape (n, n_proteins)
            Their sum is the score less the score of the background. What a booster gives to a
            pathway mean is shared between the members by their weight in it.

        References
        ----------
        Lundberg & Lee, NeurIPS 2017 (exact for linear scores of independent features);
        Lundberg et al., Nat Mach Intell 2020, doi:10.1038/s42256-019-0138-9 (trees).
        """
        z = self.standardise(profiles)
        if self.linear:
            return (z - background) * self.weights
        return self._shared(z)

    def interactions(self, profiles: Array) -> Array:
        """Shapley interaction values (n, n_features, n_features) of a booster's own features."""
        values = self._boosted(self.standardise(profiles), pred_interactions=True)
        return np.asarray(values, dtype=float)[:, :-1, :-1]

    def importance(self) -> Array:
        """Share of the weight (n_proteins,) each protein has in the score; sums to one."""
        raw = np.abs(self.weights) if self.linear else self._gain()
        total = raw.sum()
        return raw / total if total > 0 else np.full(len(raw), 1.0 / len(raw))

    def _gain(self) -> Array:
        n_proteins = len(self.center)
        gain = np.zeros(n_proteins + len(self.pathways))
        for name, value in self._load().get_score(importance_type="total_gain").items():
            gain[int(name.removeprefix("f"))] = value
        return gain[:n_proteins] + gain[n_proteins:] @ self.pathways

    def _boosted(self, z: Array, **options: Any) -> Any:
        import xgboost

        return self._load().predict(xgboost.DMatrix(self._features(z)), **options)

    def _features(self, z: Array) -> NDArray[np.float32]:
        """Give what the booster sees (n, n_features): proteins and pathway means, in its own precision."""
        n_proteins = len(self.center)
        features = np.empty((len(z), n_proteins + len(self.pathways)), dtype=np.float32)
        features[:, :n_proteins] = z
        for place, row in enumerate(self.pathways, start=n_proteins):
            features[:, place] = (z * row).sum(axis=1)
        return features

    def _shared(self, z: Array) -> Array:
        """Contributions of proteins (n, n_proteins), row by row; what a pathway mean gets is shared."""
        import xgboost

        booster, used = on_used_features(self.booster)
        matrix = xgboost.DMatrix(np.take(self._features(z), used, axis=1))
        values = booster.predict(matrix, pred_contribs=True).astype(float)
        proteins = used < len(self.center)
        found: Array = np.zeros_like(z)
        found[:, used[proteins]] = values[:, :-1][:, proteins]
        for place in np.flatnonzero(~proteins):
            row = self.pathways[used[place] - len(self.center)]
            members = np.flatnonzero(row)
            found[:, members] += values[:, place, None] * row[members]
        return found

    def _load(self) -> Any:
        return read_booster(self.booster)


def is_booster(content: bytes) -> bool:
    """Say whether XGBoost can read a booster from bytes.

    Parameters
    ----------
    content : bytes
        UBJ.

    Returns
    -------
    bool
    """
    try:
        return read_booster(content) is not None
    except ValueError:  # XGBoost's own error is a ValueError
        return False


def linear_scorer(
    center: Array, scale: Array, weights: Array, intercept: float, effects: CovariateEffects = NO_EFFECTS
) -> Scorer:
    """Make a scorer of one weight a protein."""
    no_pathways = np.zeros((0, len(center)))
    return Scorer(center, scale, np.asarray(weights), float(intercept), b"", no_pathways, effects)


def booster_scorer(
    center: Array, scale: Array, booster: bytes, pathways: Array, effects: CovariateEffects = NO_EFFECTS
) -> Scorer:
    """Make a scorer of an XGBoost model in UBJ."""
    return Scorer(center, scale, np.zeros(0), 0.0, booster, pathways, effects)
