"""Linear effects of covariates on proteins, learned from healthy people and taken off everybody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FEWEST_PER_COLUMN = 5  # healthy people a column, beyond which effects are learned at all
SCALES = np.array([0.0, 0.5, 1.0, 2.0, 4.0, 8.0])  # SDs of true effects, in errors of a slope
NULL_WEIGHT, STEPS = 10.0, 50


@dataclass(frozen=True)
class CovariateEffects:
    """Frozen effects; columns are those of the design, last the mean of `own` where it is asked for.

    Parameters
    ----------
    slopes : array of shape (n_columns, n_proteins)
        Units of the level a unit of the column, shrunken.
    origin, low, high : arrays of shape (n_columns,)
        Mean, smallest and largest value among the healthy people.
    kept : array of shape (n_columns,)
        Share of the least-squares effects that the shrinkage left.
    own : array of shape (n_proteins,)
        Weights of a column that is made from the profile itself; empty where there is none.
    """

    slopes: Array
    origin: Array
    low: Array
    high: Array
    kept: Array
    own: Array

    @property
    def known(self) -> bool:
        """Whether there is anything to take off."""
        return len(self.slopes) > 0

    def taken_off(self, profiles: Array, covariates: Array) -> Array:
        """Bring people to the healthy people's mean covariates.

        Parameters
        ----------
        profiles : array of shape (n, n_proteins)
            Without gaps.
        covariates : array of shape (n, n_covariates)
            NaN where unknown: then the person counts as at the mean. Beyond the healthy people's range the
            effect is that of its edge.

        Returns
        -------
        array of shape (n, n_proteins)
        """
        columns = with_own(profiles, covariates, self.own)
        columns = np.clip(np.where(np.isfinite(columns), columns, self.origin), self.low, self.high)
        for place, slope in enumerate(self.slopes):
            profiles = profiles - (columns[:, place] - self.origin[place])[:, None] * slope
        return profiles

    def outside(self, covariates: Array) -> NDArray[np.bool_]:
        """Mark people (n,) of whom a known covariate lies beyond the healthy people's range."""
        q = covariates.shape[1]
        return np.asarray(((covariates < self.low[:q]) | (covariates > self.high[:q])).any(axis=1))


NO_EFFECTS = CovariateEffects(np.zeros((0, 0)), *(np.zeros(0) for _ in range(5)))


def with_own(profiles: Array, covariates: Array, own: Array) -> Array:
    """Add the column that profiles make themselves, where one is asked for.

    Parameters
    ----------
    profiles : array of shape (n, n_proteins)
        Without gaps.
    covariates : array of shape (n, n_covariates)
        As coded.
    own : array of shape (n_proteins,)
        Weights, or empty.

    Returns
    -------
    array of shape (n, n_columns)
    """
    if not len(own):
        return covariates
    return np.column_stack([covariates, (np.ascontiguousarray(profiles) * own).sum(axis=1)])


def fit_covariate_effects(profiles: Array, covariates: Array, own: Array | None = None) -> CovariateEffects:
    r"""Learn the effects from healthy people.

    Least squares on all columns at once, with the people of whom every column is known. A few dozen people
    leave each slope with an error of about a fifth of a protein's SD, so the slopes of a column are drawn to
    zero by what the proteins together tell. Slopes b in residual SDs, with error variance v, are taken as

    .. math:: b_i \sim \sum_k \pi_k N(0, \tau_k^2 + v), \qquad
        E[\beta_i] = b_i \sum_k p_{ik} \frac{\tau_k^2}{\tau_k^2 + v}

    with shares by EM, in which ten imagined proteins have no effect. A strong effect on few proteins stays,
    and where the healthy people show no more than chance would, next to nothing is left.

    Parameters
    ----------
    profiles : array of shape (n, n_proteins)
        Of healthy people, without gaps.
    covariates : array of shape (n, n_covariates)
        NaN where unknown.
    own : array of shape (n_proteins,), optional
        Weights of a further column that is made from the profile.

    Returns
    -------
    CovariateEffects
        With slopes of zero where there are fewer than five people a column.

    Notes
    -----
    The error of a slope is widened for the few degrees of freedom and else taken as normal: everything is a
    fixed number of cheap steps, because each fold and each permutation learns it again.

    References
    ----------
    Stephens, Biostatistics 2017, doi:10.1093/biostatistics/kxw041 (shrinkage by a mixture of normals).

    Examples
    --------
    >>> age = np.arange(20.0, 52.0)[:, None]
    >>> levels = np.random.default_rng(0).normal(size=(32, 50)) + 0.1 * age
    >>> effects = fit_covariate_effects(levels, age)
    >>> bool(effects.kept[0] > 0.9), float(effects.slopes.mean().round(2))
    (True, 0.1)
    """
    own = np.zeros(0) if own is None else own
    columns = with_own(profiles, covariates, own)
    rows = np.isfinite(columns).all(axis=1)
    columns, levels = columns[rows], profiles[rows]
    n, q = columns.shape
    if n < FEWEST_PER_COLUMN * max(q, 1):
        nothing, wide = np.zeros(q), np.full(q, np.inf)
        return CovariateEffects(np.zeros((q, profiles.shape[1])), nothing, -wide, wide, nothing, own)
    origin = columns.mean(axis=0)
    slopes, kept = _shrunken(levels - levels.mean(axis=0), columns - origin)
    return CovariateEffects(slopes, origin, columns.min(axis=0), columns.max(axis=0), kept, own)


def _shrunken(levels: Array, columns: Array) -> tuple[Array, Array]:
    """Shrunken slopes of centred levels on centred columns, and the share that is left of each column's."""
    spread = columns.std(axis=0)
    varies = spread > 1e-9
    spread = np.where(varies, spread, 1.0)
    design = np.where(varies, columns / spread, 0.0)
    inverse = np.linalg.pinv(design.T @ design)
    plain = inverse @ (design.T @ levels)
    freedom = len(levels) - 1 - int(varies.sum())
    sd = np.sqrt(((levels - design @ plain) ** 2).sum(axis=0) / freedom)
    error = np.diag(inverse) * freedom / (freedom - 2)
    left = np.zeros(plain.shape)
    for place in np.flatnonzero(varies):
        left[place] = plain[place] * _shares(plain[place] / np.where(sd > 1e-9, sd, 1.0), error[place])
    total = np.abs(plain).sum(axis=1)
    kept = np.abs(left).sum(axis=1) / np.where(total > 0, total, 1.0)
    return left / spread[:, None], kept


def _shares(slopes: Array, error: float) -> Array:
    """Share (n_proteins,) of each slope that is left, from what all of them tell."""
    prior = error * SCALES**2
    total = prior + error
    log_density = -0.5 * (np.log(total) + slopes[:, None] ** 2 / total)
    density = np.exp(log_density - log_density.max(axis=1, keepdims=True))
    imagined = np.where(SCALES == 0, NULL_WEIGHT, 0.0)
    weights = np.full(len(SCALES), 1 / len(SCALES))
    for _ in range(STEPS):
        joint = density * weights
        weights = (joint / joint.sum(axis=1, keepdims=True)).sum(axis=0) + imagined
        weights = weights / weights.sum()
    joint = density * weights
    return np.asarray((joint / joint.sum(axis=1, keepdims=True)) @ (prior / total))
