"""Associations of scores with one outcome, as facts from which table and pictures are made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import false_discovery_control, norm
from scipy.stats import t as student

from stratify.signatures.adjusted_rows import Effects
from stratify.signatures.correlation_power import detectable_correlation
from stratify.signatures.partial_pooling import Pooled
from stratify.signatures.rank_p import rank_p_values
from stratify.signatures.specificity import Specificity

Array = NDArray[np.float64]

LARGEST_Z = 6.0


@dataclass(frozen=True)
class ForestRow:
    """One line of a forest plot: a partial rank correlation, its 95% interval, the persons behind it."""

    name: str
    estimate: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, eq=False)
class Association:
    """Associations of m scores with one outcome.

    Parameters
    ----------
    outcome : str
        Name of the outcome.
    scores : tuple of str
        Names of the scores.
    rank, linear : Effects
        On ranks, and on the values themselves.
    n_samples, n_persons : arrays of int, shape (m,)
        Behind each score.
    covariates : int
        Columns that were adjusted for.
    repeated : bool
        Whether persons have several samples; errors are then robust against dependence within a person.
    averaged : bool
        Whether several samples of a person were averaged, because the outcome of nobody changes between them.
    pooled : Pooled
        Fisher's z of the rank correlations after partial pooling.
    curvature : array of shape (m,)
        p of a bend in the line.
    levels : DataFrame
        With repeats, linear: ``between``, ``p_between`` (persons' means) and ``within``, ``p_within``
        (deviations from them); else without columns.
    specificity : tuple of Specificity
        One an axis.
    """

    outcome: str
    scores: tuple[str, ...]
    rank: Effects
    linear: Effects
    n_samples: NDArray[np.int_]
    n_persons: NDArray[np.int_]
    covariates: int
    repeated: bool
    averaged: bool
    pooled: Pooled
    curvature: Array
    levels: pd.DataFrame
    specificity: tuple[Specificity, ...]

    @property
    def detectable(self) -> float:
        """Smallest partial correlation that this many persons show with a power of .8 at p .05."""
        return detectable_correlation(int(self.n_persons.max()), covariates=self.covariates)

    @property
    def rank_p(self) -> Array:
        """P of the rank correlations, shape (m,)."""
        return rank_p_values(self.rank, repeated=self.repeated)

    def interval(self, found: Effects, *, ranks: bool) -> tuple[Array, Array]:
        """95% interval of the correlations of `rank` or `linear`.

        Parameters
        ----------
        found : Effects
            One of the two.
        ranks : bool
            Whether it is the one on ranks.

        Returns
        -------
        low, high : arrays of shape (m,)

        References
        ----------
        Bonett & Wright, Psychometrika 2000, doi:10.1007/BF02294183.
        """
        error = z_errors(found, self.n_samples, self.covariates, ranks=ranks, repeated=self.repeated)
        bound = student.ppf(0.975, found.df) if self.repeated else norm.ppf(0.975)
        z = fisher_z(found.correlation)
        return np.tanh(z - bound * error), np.tanh(z + bound * error)

    def table(self) -> pd.DataFrame:
        """One row a score, smallest p first.

        Returns
        -------
        DataFrame
            ``score``; ``n_samples``, ``n_persons``; partial rank correlation ``estimate``, ``low``, ``high``,
            ``p_value``, ``q_value`` (Benjamini-Hochberg over the table); after partial pooling ``shrunken``,
            ``shrunken_low``, ``shrunken_high``; linear partial ``correlation`` with interval, ``slope``
            (units of the outcome a unit of the score) with interval, ``p_linear``, ``q_linear``;
            ``p_nonlinear``; with repeats the columns of `levels`; ``specific`` ("yes", "no", "" where the
            score is no axis) and ``reason``.
        """
        low, high = self.interval(self.rank, ranks=True)
        r_low, r_high = self.interval(self.linear, ranks=False)
        reach = student.ppf(0.975, self.linear.df) * self.linear.error
        verdicts = {one.axis: one for one in self.specificity}
        table = pd.DataFrame(
            {
                "score": list(self.scores),
                "n_samples": self.n_samples,
                "n_persons": self.n_persons,
                "estimate": self.rank.correlation,
                "low": low,
                "high": high,
                "p_value": self.rank_p,
                "q_value": q_values(self.rank_p),
                "shrunken": np.tanh(self.pooled.estimate),
                "shrunken_low": np.tanh(self.pooled.low),
                "shrunken_high": np.tanh(self.pooled.high),
                "correlation": self.linear.correlation,
                "correlation_low": r_low,
                "correlation_high": r_high,
                "slope": self.linear.slope,
                "slope_low": self.linear.slope - reach,
                "slope_high": self.linear.slope + reach,
                "p_linear": self.linear.p_value,
                "q_linear": q_values(self.linear.p_value),
                "p_nonlinear": self.curvature,
                **{str(name): self.levels[name].to_numpy() for name in self.levels},
                "specific": [verdicts[name].specific if name in verdicts else "" for name in self.scores],
                "reason": [verdicts[name].reason if name in verdicts else "" for name in self.scores],
            }
        )
        return table.sort_values(["p_value", "score"], ignore_index=True)

    def forest(self) -> tuple[ForestRow, ...]:
        """Rows of a forest plot, in the order of the scores."""
        low, high = self.interval(self.rank, ranks=True)
        values = zip(self.scores, self.rank.correlation, low, high, self.n_persons, strict=True)
        return tuple(ForestRow(name, float(r), float(a), float(b), int(n)) for name, r, a, b, n in values)


def q_values(p: Array) -> Array:
    """Benjamini-Hochberg over the p-values (m,) that exist; NaN for the others."""
    found = np.full(len(p), np.nan)
    known = ~np.isnan(p)
    if known.any():
        found[known] = false_discovery_control(p[known])
    return found


def fisher_z(correlation: Array) -> Array:
    """Fisher's z of correlations, kept finite."""
    return np.clip(np.arctanh(np.clip(correlation, -1.0 + 1e-12, 1.0 - 1e-12)), -LARGEST_Z, LARGEST_Z)


def z_errors(found: Effects, n: NDArray[np.int_], covariates: int, *, ranks: bool, repeated: bool) -> Array:
    """Give standard errors (m,) of Fisher's z; with repeats the robust error of the slope in that unit."""
    r2 = np.minimum(found.correlation**2, 1.0 - 1e-9)
    if repeated:
        return np.asarray(found.error * found.unit / np.sqrt(1.0 - r2))
    return np.sqrt((1.0 + r2 / 2.0 if ranks else 1.0) / np.maximum(n - 3.0 - covariates, 1.0))
