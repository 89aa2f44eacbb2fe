"""How well a score repeats: within persons against between persons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import chi2
from scipy.stats import f as fisher

from stratify.errors import CohortError

Array = NDArray[np.float64]

FEWEST = 3
LEVEL = 0.95


@dataclass(frozen=True)
class Reliability:
    """Repeats of a score.

    Parameters
    ----------
    persons, samples : int
        Persons with two samples or more, and their samples.
    mean : float
        Of all samples.
    icc, icc_low, icc_high : float
        Intraclass correlation of single samples, with its 95% interval.
    sem, sem_low, sem_high : float
        Standard error of measurement: SD within persons, with its 95% interval.
    """

    persons: int
    samples: int
    mean: float
    icc: float
    icc_low: float
    icc_high: float
    sem: float
    sem_low: float
    sem_high: float

    @property
    def smallest_real_change(self) -> float:
        """Difference of two samples of a person that chance exceeds in 5% of persons."""
        return 1.959964 * float(np.sqrt(2)) * self.sem

    def chance_to_cross(self, values: Array, bound: float) -> Array:
        r"""Give the chance that a second sample of the person lies on the other side of a bound.

        With a normal score, a second sample of somebody at x has the mean :math:`\mu + \rho (x - \mu)` and
        the variance :math:`s^2 (1 + \rho)`; :math:`\rho` is the intraclass correlation (0 where it is
        estimated below), :math:`s` the standard error of measurement.

        Parameters
        ----------
        values : array of shape (n,)
            Scores of first samples.
        bound : float
            In the same unit.

        Returns
        -------
        array of shape (n,)
            NaN where the score is not known.
        """
        rho = max(self.icc, 0.0)
        middle = self.mean + rho * (values - self.mean)
        below = ndtr((bound - middle) / max(self.sem * np.sqrt(1 + rho), 1e-12))
        return np.asarray(np.where(values > bound, below, 1 - below) + 0.0 * values)


def reliability(values: Array, persons: NDArray[np.object_]) -> Reliability:
    """Estimate how well a score repeats, by a one-way analysis of variance with random persons.

    Parameters
    ----------
    values : array of shape (n,)
        Score of each sample; samples without one are left out.
    persons : array of shape (n,)
        Person of each sample; persons with one sample say nothing here and are left out.

    Returns
    -------
    Reliability

    Raises
    ------
    CohortError
        Fewer than three persons with two scores, or scores that do not vary.

    References
    ----------
    Shrout & Fleiss, Psychol Bull 1979, doi:10.1037/0033-2909.86.2.420, case 1; with unequal numbers of
    samples the interval takes their average as the analysis of variance weighs them.

    Examples
    --------
    >>> found = reliability(np.array([1.0, 1.2, 3.0, 2.8, 5.0, 5.2]), np.array(list("aabbcc"), dtype=object))
    >>> round(found.icc, 3), round(found.sem, 3)
    (0.995, 0.141)
    """
    frame = pd.DataFrame({"value": values, "person": persons}).dropna()
    frame = frame[frame.groupby("person")["value"].transform("size") > 1]
    groups = frame.groupby("person")["value"]
    size, m, n = groups.size().to_numpy(dtype=float), groups.ngroups, len(frame)
    if m < FEWEST:
        raise CohortError(
            f"at least {FEWEST} persons with two scored samples or more", f"{m}", "measure more persons twice"
        )
    middle = float(frame["value"].mean())
    between = float((size * (groups.mean().to_numpy() - middle) ** 2).sum()) / (m - 1)
    within = float(((frame["value"] - groups.transform("mean")) ** 2).sum()) / (n - m)
    if not within > 0:
        raise CohortError(
            "repeats that differ at least a little", "every repeat equals the first", "was a sample copied?"
        )
    each = (n - float((size**2).sum()) / n) / (m - 1)
    tail = (1 - LEVEL) / 2
    ratio = between / within
    low, high = ratio / fisher.ppf(1 - tail, m - 1, n - m), ratio / fisher.ppf(tail, m - 1, n - m)
    spread = np.sqrt(within * (n - m) / chi2.ppf([1 - tail, tail], n - m))
    icc, icc_low, icc_high = ((r - 1) / (r + each - 1) for r in (ratio, low, high))
    return Reliability(m, n, middle, icc, icc_low, icc_high, float(np.sqrt(within)), *map(float, spread))
