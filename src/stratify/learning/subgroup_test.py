"""A skewed subgroup, or everyone shifts a little: the two by likelihood."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stratify.learning.prevalence import Target
from stratify.learning.skew_mixture import Others, binned, everyone_shifts, log_likelihood

Array = NDArray[np.float64]

DRAWS = 199
TESTED_SIZES = (0.3, 0.5, 0.7, 1.0)
TRUE_SIZE, TRUE_SHARE = 0.5, 0.25
_SHARES = np.array([0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.65, 0.8])
_MORE_PARAMETERS = 2  # a prevalence and a size
_AT_ONCE = 40


@dataclass(frozen=True)
class SubgroupTest:
    """Outcome of the comparison.

    Parameters
    ----------
    statistic : float
        Twice the gain in log-likelihood of the best subgroup over the rival, scores as measured.
    p_value : float
        Largest over the treatments of a leak: share of cohorts simulated under the rival that reach it.
    power : float
        Share of cohorts of as many people, a quarter of them skewed at relative size .5, in which the test
        would reach .05: what could be told at all.
    draws : int
        Simulated cohorts.
    """

    statistic: float
    p_value: float
    power: float
    draws: int

    @property
    def preferred(self) -> str:
        """What the likelihood prefers when each further number costs one (Akaike): no proof."""
        return "subgroup" if self.statistic > 2 * _MORE_PARAMETERS else "everyone shifts"

    @property
    def told_apart(self) -> bool:
        """Whether the rival is excluded at .05 under every treatment of a leak."""
        return self.p_value <= 0.05


def subgroup_test(target: Target, *, draws: int = DRAWS, seed: int = 0) -> SubgroupTest:
    """Compare a skewed subgroup with the rival that all people lie at one small shift.

    The rival is a corner of the mixture (prevalence 0, where the size has no meaning), so that the usual
    reference distributions do not hold: cohorts are simulated from the fitted rival, with healthy people of
    their own.

    Parameters
    ----------
    target : Target
        Scores of the people in question.
    draws : int, default 199
        Simulated cohorts; the smallest p-value is one over one more.
    seed : int, default 0
        Of the simulated cohorts.

    Returns
    -------
    SubgroupTest

    References
    ----------
    McLachlan, J R Stat Soc C 1987, doi:10.2307/2347790 (bootstrap of the likelihood ratio of a mixture).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = 0.2 * rng.normal(size=200) + (np.arange(200) < 50)
    >>> told = subgroup_test(Target({"as measured": x}, Others(0.2, 12.0, 0.3), 0), draws=19)
    >>> told.p_value, told.preferred
    (0.05, 'subgroup')
    """
    rng = np.random.default_rng(seed)
    gains, p_values = [], []
    for x in target.scores.values():
        gain = float(_gain(x[None], target.others)[0])
        shift, _, spread = everyone_shifts(x, target.others)
        null = _simulated(rng, target.others, (len(x), 0.0, 0.0), (shift, spread), draws)
        gains.append(gain)
        p_values.append((1 + int((null >= gain).sum())) / (1 + draws))
    n, usual = len(x), (0.0, float(target.others.spread))
    null = _simulated(rng, target.others, (n, 0.0, 0.0), usual, draws)
    found = _simulated(rng, target.others, (n, TRUE_SHARE, TRUE_SIZE), usual, draws)
    power = float((found > np.quantile(null, 0.95)).mean())
    return SubgroupTest(gains[0], max(p_values), power, draws)


def _simulated(
    rng: np.random.Generator,
    others: Others,
    people: tuple[int, float, float],
    normal: tuple[float, float],
    draws: int,
) -> Array:
    """Gains (draws,) of cohorts of n people, a share of them skewed by a size."""
    n, share, size = people
    shift, spread = normal
    skewed = size * (np.arange(n) < round(share * n))
    x = shift + skewed + spread * rng.standard_normal((draws, n))
    healthy = spread * np.sqrt(rng.chisquare(others.freedom, draws) / others.freedom)
    return _gain(x, replace(others, spread=healthy[:, None]))


def _gain(x: Array, others: Others) -> Array:
    """Twice the gain in log-likelihood of the best subgroup, one a cohort."""
    gains, spread = np.zeros(len(x)), np.broadcast_to(others.spread, (len(x), 1))
    for start in range(0, len(x), _AT_ONCE):
        rows = slice(start, start + _AT_ONCE)
        together = replace(others, spread=spread[rows])
        points, counts = binned(x[rows], together)
        for size in TESTED_SIZES:
            fit = log_likelihood(points, size, _SHARES, together, counts=counts)
            gains[rows] = np.maximum(gains[rows], 2 * (fit.max(axis=-1) - fit[..., 0]))
    return gains
