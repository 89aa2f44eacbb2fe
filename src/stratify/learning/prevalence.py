r"""How many are skewed, as a curve over how far they are: never one number.

**What is identified.** Nobody's skew was observed, so three things compete for the same scores: how many are
skewed, by how much, and how far the others lie from healthy people for reasons that are no skew (depression
itself, batch, handling). The mean of the scores gives one equation for the three. The shape gives two more (a
subgroup widens the scores and bends them to the right), but at small sizes they are too weak to be read from
a cohort of a hundred. So the prevalence is told for each relative size with an interval, the others' shift
and spread are left free within what is assumed (`Others`), and the interval is as wide as that leaves it: at
small sizes it often reaches from nobody to everybody. (Its two ends can have a gap between them: if all are
skewed by one size, that is a common shift again, which scores can not tell from nobody.) No estimate without
a size is given anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.errors import CohortError, ExperimentError
from stratify.learning.decision import Healthy
from stratify.learning.leak_effect import LeakEffect
from stratify.learning.skew_mixture import Others, everyone_shifts, log_likelihood

Array = NDArray[np.float64]

SIZES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
FEWEST = 10
OTHER_SPREAD = 0.2  # SD of the log of others' spread over that of healthy people
AS_MEASURED, RISE_OFF, FALL_ADDED = "as measured", "rise by leak taken off", "fall by leak added"
_SHARES = np.linspace(0.0, 1.0, 101)
_DROP = 1.9207  # half the 95% point of a chi-squared with one degree of freedom


@dataclass(frozen=True, eq=False)
class Target:
    """Scores of the people in question.

    Parameters
    ----------
    scores : mapping of str to array of shape (n,)
        Scores less the healthy mean, in units of relative size, by how a leak is treated.
    others : Others
        What is assumed of those who are not skewed.
    beyond : int
        People left out because their leak is larger than anything that the training people show.
    """

    scores: Mapping[str, Array]
    others: Others
    beyond: int

    @property
    def handling_known(self) -> bool:
        """Whether the effect of a leak could be judged."""
        return len(self.scores) > 1


def target_people(
    by_member: Array, leak: Array, healthy: Healthy, effect: LeakEffect, *, shift_sd: float
) -> Target:
    r"""Put scores of target people on the scale of the out-of-fold scores.

    The healthy and the diseased were scored by models of folds, so the target people are too: the mean
    over these models has their unit, where the final model's score is on a scale of its own. A mean over
    models varies less between people than one model's score; the healthy SD is made smaller by the same
    factor.

    Parameters
    ----------
    by_member : array of shape (n_members, n)
        Scores that the models of the folds give.
    leak : array of shape (n,)
        Leak scores, healthy SDs.
    healthy : Healthy
        Out-of-fold scores of the healthy people, and the unit of relative size.
    effect : LeakEffect
        How the score follows a leak.
    shift_sd : float
        As in `Others`.

    Returns
    -------
    Target
        People whose leak is beyond what the training people show are left out; where that holds of everybody,
        all are kept as measured and handling is not known.

    Raises
    ------
    CohortError
        Fewer than ten people, or a model without healthy people.
    """
    if by_member.shape[1] < FEWEST or not healthy.known or not healthy.unit > 0:
        raise CohortError(
            f"at least {FEWEST} scored people, and a model whose healthy people score below the diseased",
            f"{by_member.shape[1]} people, {healthy.n} healthy, unit {healthy.unit:.2f}",
            "screen more people, or use another model",
        )
    x = (by_member.mean(axis=0) - healthy.mean) / healthy.unit
    alone = float(np.sqrt(by_member.var(axis=1).mean()))
    averaged = float(by_member.mean(axis=0).std()) / alone if alone > 0 else 1.0
    freedom = 1 / (2 * (OTHER_SPREAD**2 + 0.5 / (healthy.n - 1)))
    others = Others(averaged * healthy.sd / healthy.unit, freedom, shift_sd)
    up, down = effect.upward(leak) / healthy.unit, effect.downward(leak) / healthy.unit
    known = np.isfinite(up) & np.isfinite(down)
    if known.sum() < FEWEST:
        return Target({AS_MEASURED: x}, others, int((~known).sum()))
    scores = {AS_MEASURED: x[known], RISE_OFF: (x - up)[known], FALL_ADDED: (x + down)[known]}
    return Target(scores, others, int((~known).sum()))


def prevalence_curve(target: Target, sizes: Sequence[float] = SIZES) -> pd.DataFrame:
    r"""Give the likely prevalences at each relative size, with the band that handling adds.

    Parameters
    ----------
    target : Target
        Scores of the people in question.
    sizes : sequence of float, default SIZES
        Relative sizes.

    Returns
    -------
    DataFrame
        One row a size: ``relative_size``; ``likeliest`` prevalence *at that size*; ``low`` and ``high``, the
        95% interval by profile likelihood over the others' shift and spread; ``band_low`` and ``band_high``,
        the same over all treatments of a leak (0 and 1 where its effect is not known); ``gain`` in
        log-likelihood over the rival that nobody is skewed.

    Raises
    ------
    ExperimentError
        A size that is not above 0.

    References
    ----------
    Murphy & van der Vaart, J Am Stat Assoc 2000, doi:10.1080/01621459.2000.10474219 (profile likelihood).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = 0.2 * rng.normal(size=200) + (np.arange(200) < 50)
    >>> told = prevalence_curve(Target({"as measured": x}, Others(0.2, 12.0, 0.3), 0), [1.0])
    >>> bool(told["low"].item() < 0.25 < told["high"].item())
    True
    """
    if wrong := [size for size in sizes if not 0 < size < np.inf]:
        raise ExperimentError("relative sizes above 0", f"{wrong[0]}", "give sizes, such as 0.5")
    rows = []
    for size in dict.fromkeys(sizes):
        fits = {name: log_likelihood(x, size, _SHARES, target.others) for name, x in target.scores.items()}
        limits = [_interval(fit) for fit in fits.values()]
        fit, (low, high) = fits[AS_MEASURED], limits[0]
        band = (min(one[0] for one in limits), max(one[1] for one in limits))
        band_low, band_high = band if target.handling_known else (0.0, 1.0)
        likeliest, gain = _SHARES[fit.argmax()], fit.max() - fit[0]
        rows.append([size, likeliest, low, high, band_low, band_high, gain])
    names = ["relative_size", "likeliest", "low", "high", "band_low", "band_high", "gain"]
    return pd.DataFrame(rows, columns=names)


def everyone_band(target: Target) -> tuple[float, float]:
    """Give the relative sizes at which all people could lie if nobody were skewed.

    Parameters
    ----------
    target : Target
        Scores of the people in question.

    Returns
    -------
    tuple of float
        Lowest and highest limit of the 95% intervals over all treatments of a leak.
    """
    fits = [everyone_shifts(x, target.others) for x in target.scores.values()]
    return (
        min(shift - 1.959964 * error for shift, error, _ in fits),
        max(shift + 1.959964 * error for shift, error, _ in fits),
    )


def _interval(fit: Array) -> tuple[float, float]:
    inside = _SHARES[fit >= fit.max() - _DROP]
    return float(inside.min()), float(inside.max())
