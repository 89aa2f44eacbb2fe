"""Probabilities mended by what another cohort showed: the intercept, or intercept and slope."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stratify.errors import CohortError
from stratify.learning.calibration import Platt
from stratify.learning.performance import FEWEST, log_odds_of, logistic_fit, separated

Array = NDArray[np.float64]

KINDS = ("intercept", "slope")
_NEAREST = 1e-15  # the log-odds are those that screening will mend, as far as a float holds them


@dataclass(frozen=True)
class Update:
    """New log-odds are `intercept` plus `slope` times the model's.

    Parameters
    ----------
    kind : str
        ``intercept`` (the slope stays 1) or ``slope`` (both).
    intercept, slope : float
        Of the log-odds.
    positives, negatives : int
        Persons of the cohort that it was learned from.
    """

    kind: str
    intercept: float
    slope: float
    positives: int
    negatives: int

    @property
    def prevalence(self) -> float:
        """Share of positives in the cohort: the mix at which the new probabilities hold."""
        return self.positives / (self.positives + self.negatives)

    def applied(self, platt: Platt) -> Platt:
        """Give the calibration after the update; likelihood ratios are relative to the cohort's mix."""
        return Platt(self.intercept + self.slope * platt.intercept, self.slope * platt.slope, self.prevalence)


def fit_update(y: NDArray[np.int64], probability: Array, kind: str) -> Update:
    """Learn an update from people with a label.

    Parameters
    ----------
    y : integer array of shape (n,)
        1 for the positive class, 0 for the negative.
    probability : array of shape (n,)
        The model's; people without one are left out.
    kind : {"intercept", "slope"}
        What is mended. The intercept needs far fewer people: mend the slope only where that does not do.

    Returns
    -------
    Update
        With it, the cohort's own calibration intercept is 0, and after ``slope`` its slope is 1: by
        construction, so that it proves nothing.

    Raises
    ------
    CohortError
        An unknown kind, fewer than five people of a class, classes that separate, or a slope that is not
        above 0.

    References
    ----------
    Steyerberg et al., Stat Med 2004, doi:10.1002/sim.1844 (updating by intercept, then slope).

    Examples
    --------
    >>> p = np.linspace(0.05, 0.95, 40)
    >>> y = (np.arange(40) % 4 < np.arange(40) // 10).astype(int)
    >>> fit_update(y, p, "intercept").slope
    1.0
    """
    if kind not in KINDS:
        raise CohortError("a recalibration of the intercept or the slope", f"{kind!r}", "name one of the two")
    known = np.isfinite(probability)
    label, log_odds = y[known], log_odds_of(probability[known], _NEAREST)
    counts = int((label == 1).sum()), int((label == 0).sum())
    if min(counts) < FEWEST or separated(label, log_odds):
        raise CohortError(
            f"at least {FEWEST} scored persons of each class, whose probabilities overlap",
            f"{counts[0]} positive and {counts[1]} negative",
            "recalibrate on a larger cohort",
        )
    if kind == "intercept":
        beta, _ = logistic_fit(label, np.ones((len(label), 1)), log_odds)
        return Update(kind, float(beta[0]), 1.0, *counts)
    both = np.column_stack([np.ones(len(label)), log_odds])
    beta, _ = logistic_fit(label, both, np.zeros(len(label)))
    if not beta[1] > 0:
        raise CohortError(
            "probabilities that are higher in the positive class", f"slope {beta[1]:.2f}", "use another model"
        )
    return Update(kind, float(beta[0]), float(beta[1]), *counts)
