"""Are there enough people for a prediction model: criteria for an outcome of yes or no."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SHRINKAGE = 0.9
OPTIMISM = 0.05
MARGIN = 0.05


@dataclass(frozen=True)
class SampleSize:
    """What a number of people allows, and how many each criterion asks for.

    Parameters
    ----------
    n, events : int
        People, and those of them in the positive class.
    parameters : int
        Predictors that were offered.
    r2 : float
        Cox-Snell R2 that the model is expected to reach.
    r2_max : float
        Largest possible one at this mix.
    for_shrinkage, for_optimism, for_mix : float
        Criterion 1: people for a global shrinkage of at least .9; 2: for an optimism of at most .05 in
        Nagelkerke's R2; 3: for an error of at most .05 in the overall risk. Infinite where R2 is not above 0.
    expected_shrinkage : float
        That an unpenalised model of these people would need.
    most_parameters : int
        Predictors that these people would bear under all criteria.
    """

    n: int
    events: int
    parameters: int
    r2: float
    r2_max: float
    for_shrinkage: float
    for_optimism: float
    for_mix: float
    expected_shrinkage: float
    most_parameters: int

    @property
    def needed(self) -> float:
        """People that all criteria ask for."""
        return max(self.for_shrinkage, self.for_optimism, self.for_mix)

    @property
    def adequate(self) -> bool:
        """Whether there are as many."""
        return self.n >= self.needed


def sample_size(n: int, events: int, parameters: int, r2: float) -> SampleSize:
    """Judge a number of people.

    The criteria are written for unpenalised regression on predictors that were named beforehand. A penalised
    model on hundreds of proteins fails them as a matter of course; what they then say is how much of the fit
    the penalty must take back.

    Parameters
    ----------
    n, events : int
        People, and those of them in the positive class.
    parameters : int
        Predictors that were offered, before any selection.
    r2 : float
        Cox-Snell R2 that is expected, from scores of people who were not learned from.

    Returns
    -------
    SampleSize

    References
    ----------
    Riley et al., BMJ 2020, doi:10.1136/bmj.m441 (criteria 1 to 3 for a binary outcome); Riley et al.,
    Stat Med 2019, doi:10.1002/sim.7992.

    Examples
    --------
    >>> found = sample_size(n=500, events=37, parameters=20, r2=0.051)
    >>> round(found.for_shrinkage), round(found.for_mix), found.adequate
    (3428, 105, False)
    """
    mix = events / n
    r2_max = 1 - float(np.exp(2 * (mix * np.log(mix) + (1 - mix) * np.log(1 - mix))))
    shrunken = r2 / (r2 + OPTIMISM * r2_max) if r2 > 0 else 0.0  # that keeps the optimism
    return SampleSize(
        n,
        events,
        parameters,
        r2,
        r2_max,
        for_shrinkage=_people(parameters, r2, SHRINKAGE),
        for_optimism=_people(parameters, r2, shrunken),
        for_mix=(1.96 / MARGIN) ** 2 * mix * (1 - mix),
        expected_shrinkage=_shrinkage(n, parameters, r2),
        most_parameters=int(max(0.0, min(_parameters(n, r2, s) for s in (SHRINKAGE, shrunken)))),
    )


def cox_snell(loss: float, mix: float) -> float:
    """Cox-Snell R2 of probabilities with a mean log loss, against the same probability for everybody.

    Parameters
    ----------
    loss : float
        Mean log loss (nats).
    mix : float
        Share of the positive class.

    Returns
    -------
    float
        At most 0 where the probabilities say no more than the mix.

    References
    ----------
    Cox & Snell, Analysis of Binary Data, 1989.

    Examples
    --------
    >>> round(cox_snell(0.5, 0.5), 3)
    0.32
    """
    alone = -(mix * np.log(mix) + (1 - mix) * np.log(1 - mix))
    return float(1 - np.exp(2 * (loss - alone)))


def _people(parameters: int, r2: float, shrinkage: float) -> float:
    if r2 <= 0 or shrinkage <= 0:
        return float("inf")
    if r2 >= shrinkage:
        return 0.0
    return float(parameters / ((shrinkage - 1) * np.log(1 - r2 / shrinkage)))


def _parameters(n: int, r2: float, shrinkage: float) -> float:
    one = _people(1, r2, shrinkage)
    return n / one if one > 0 else float(n)


def _shrinkage(n: int, parameters: int, r2: float) -> float:
    """Shrinkage after one step of the heuristic of van Houwelingen & le Cessie (1 - parameters / chi2)."""
    if r2 <= 0:
        return 0.0
    chi2 = -n * np.log(1 - r2)
    return float(chi2 / (chi2 + parameters))
