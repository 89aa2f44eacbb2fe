"""What measured people say of all: estimates weighted by the chance to have been chosen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from stratify.errors import CohortError
from stratify.learning.performance import UNKNOWN, Interval, separated

Array = NDArray[np.float64]

LEVEL = 0.95
FEWEST = 5


@dataclass(frozen=True)
class TwoPhase:
    """Estimates for people like those who were scored, each with a 95% interval.

    Parameters
    ----------
    people, measured : int
        Scored people, and those of them with an outside label.
    prevalence, given_flag, sensitivity : (estimate, lower, upper)
        Share with the label; share of the flagged who have it; share of those with it who are flagged
        (not known where fewer than five of the measured have it).
    intercept, slope : (estimate, lower, upper)
        Log-odds of the label by the score: at the mean score of all people, and one SD of theirs further. Not
        known where the measured classes separate or have fewer than five people.
    """

    people: int
    measured: int
    prevalence: Interval
    given_flag: Interval
    sensitivity: Interval
    intercept: Interval
    slope: Interval


@dataclass(frozen=True, eq=False)
class Sampled:
    """Measured people and where they come from.

    Parameters
    ----------
    stratum : integer array of shape (n_measured,)
        Of each measured person.
    sizes : integer array of shape (n_strata,)
        Scored people of each stratum.
    """

    stratum: NDArray[np.int64]
    sizes: NDArray[np.int64]

    @property
    def weights(self) -> Array:
        """Scored people (n_measured,) for whom each measured person stands."""
        counts = np.bincount(self.stratum, minlength=len(self.sizes))
        return np.asarray((self.sizes / np.maximum(counts, 1))[self.stratum])

    def covariance(self, influence: Array) -> Array:
        r"""Estimate the covariance of weighted sums, over both phases.

        .. math:: \sum_h N_h^2 (1 - n_h / N_h) \frac{S_h}{n_h} + \sum_i w_i u_i u_i^T

        The first part is that of the draw, the second that of the scored people among people like them.

        Parameters
        ----------
        influence : array of shape (n_measured, n_sums)
            What each person adds to an estimate (:math:`u_i`).

        Returns
        -------
        array of shape (n_sums, n_sums)
        """
        total = (influence * self.weights[:, None]).T @ influence
        for h, size in enumerate(self.sizes):
            own = influence[self.stratum == h]
            if 1 < len(own) < size:
                spread = np.atleast_2d(np.cov(own, rowvar=False, ddof=1))
                total = total + size**2 * (1 - len(own) / size) * spread / len(own)
        return np.asarray(total)


def estimate_two_phase(
    score: Array,
    flagged: NDArray[np.bool_],
    label: Array,
    stratum: NDArray[np.int64],
) -> TwoPhase:
    r"""Estimate what an outside label says of all scored people, from those who were measured.

    Ratio (Hájek) estimates: :math:`\sum w_i y_i z_i / \sum w_i z_i`, with :math:`w_i` one over the chance to
    be measured. Chosen people whose measurement failed are taken as failed at random within their stratum.

    Parameters
    ----------
    score : array of shape (n,)
        Of all scored people.
    flagged : boolean array of shape (n,)
        Who is flagged.
    label : array of shape (n,)
        1, 0, or NaN for people without a measurement.
    stratum : integer array of shape (n,)
        As the plan says.

    Returns
    -------
    TwoPhase

    Raises
    ------
    CohortError
        Fewer than five measured people, a label that is not 0 or 1, or a stratum in which too few were
        measured.

    References
    ----------
    Horvitz & Thompson, J Am Stat Assoc 1952, doi:10.1080/01621459.1952.10483446; Wilson, J Am Stat Assoc
    1927, doi:10.1080/01621459.1927.10502953 (interval of a share, with the number of people that would give
    its variance); Binder, Int Stat Rev 1983, doi:10.2307/1402588 (logistic model of a sample).

    Examples
    --------
    >>> score, label = np.arange(40.0), np.where(np.arange(40) % 2, np.nan, np.arange(40) // 4 % 2)
    >>> found = estimate_two_phase(score, score > 30, label, (score > 30).astype(int))
    >>> round(found.prevalence[0], 2), found.measured
    (0.5, 20)
    """
    known = np.isfinite(label)
    sampled = Sampled(stratum[known], np.bincount(stratum))
    _refuse(label[known], sampled)
    y, flag = label[known], flagged[known].astype(float)
    everybody = np.ones(len(y))
    intercept, slope = _logistic(sampled, (score[known] - score.mean()) / score.std(), y)
    return TwoPhase(
        len(score),
        len(y),
        _ratio(sampled, y, everybody),
        _ratio(sampled, y * flag, flag),
        _ratio(sampled, y * flag, y) if y.sum() >= FEWEST else UNKNOWN,
        intercept,
        slope,
    )


def _refuse(y: Array, sampled: Sampled) -> None:
    counts = np.bincount(sampled.stratum, minlength=len(sampled.sizes))
    few = counts < np.minimum(sampled.sizes, 2)
    if len(y) < FEWEST or few.any() or not np.isin(y, (0, 1)).all():
        found = f"{len(y)} measured, too few in {int(few.sum())} strata"
        raise CohortError(
            f"labels of 0 or 1 for at least {FEWEST} people, two in every stratum of the plan",
            found if np.isin(y, (0, 1)).all() else "another label",
            "measure the chosen people of these strata too, and write 1 or 0",
        )


def _quantile(sampled: Sampled) -> float:
    """Student's, with the people of all strata less one a stratum."""
    return float(student.ppf(0.5 + LEVEL / 2, max(len(sampled.stratum) - len(sampled.sizes), 1)))


def _ratio(sampled: Sampled, above: Array, below: Array) -> Interval:
    w = sampled.weights
    total = float((w * below).sum())
    people = int((below > 0).sum())
    if not total > 0:
        return UNKNOWN
    share = float((w * above).sum()) / total
    variance = float(sampled.covariance(((above - share * below) / total)[:, None])[0, 0])
    worth = min(share * (1 - share) / variance, len(above)) if variance > 0 else float(people)
    return share, *_wilson(share, worth, _quantile(sampled))


def _wilson(share: float, n: float, q: float) -> tuple[float, float]:
    middle = (share + q**2 / (2 * n)) / (1 + q**2 / n)
    reach = q / (1 + q**2 / n) * float(np.sqrt(share * (1 - share) / n + q**2 / (4 * n**2)))
    return max(middle - reach, 0.0), min(middle + reach, 1.0)


def _logistic(sampled: Sampled, z: Array, y: Array) -> tuple[Interval, Interval]:
    if min(y.sum(), (1 - y).sum()) < FEWEST or separated(y.astype(int), z) or separated(y.astype(int), -z):
        return UNKNOWN, UNKNOWN
    design, w, beta = np.column_stack([np.ones(len(z)), z]), sampled.weights, np.zeros(2)
    for _ in range(100):
        p = 1 / (1 + np.exp(-(design @ beta)))
        information = (design * (w * p * (1 - p))[:, None]).T @ design
        step = np.linalg.solve(information, design.T @ (w * (y - p)))
        beta = beta + step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-300))
        if np.abs(step).max() < 1e-10:
            break
    inverse = np.linalg.inv(information)
    leverage = w * p * (1 - p) * ((design @ inverse) * design).sum(axis=1)
    influence = (design * ((y - p) / (1 - leverage))[:, None]) @ inverse
    reach = _quantile(sampled) * np.sqrt(np.diag(sampled.covariance(influence)))
    first, second = ((float(b), float(b - r), float(b + r)) for b, r in zip(beta, reach, strict=True))
    return first, second
