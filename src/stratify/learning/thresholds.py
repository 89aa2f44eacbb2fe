"""What a score is measured against: out-of-fold scores of the people who were learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stratify.learning.calibration import Platt, fit_platt
from stratify.learning.conformal import Member
from stratify.learning.decision import Healthy
from stratify.learning.held_out import HeldOut
from stratify.learning.leak_effect import LeakEffect, fit_leak_effect
from stratify.learning.scorers import Scorer

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Thresholds:
    """Everything of a model that out-of-fold scores decide.

    Parameters
    ----------
    members : tuple of Member
        One model a fold and repeat, with what it said of the negatives whom it had not seen.
    calibration : Platt
        From the score to a probability.
    healthy : Healthy
        Summary of the healthy people's scores.
    leak_effect : LeakEffect
        How the score follows a leak.
    """

    members: tuple[Member, ...]
    calibration: Platt
    healthy: Healthy
    leak_effect: LeakEffect


def fit_thresholds(scores: Array, people: HeldOut, scorers: Sequence[Scorer], *, leak: Array) -> Thresholds:
    """Summarise out-of-fold scores.

    Parameters
    ----------
    scores : array of shape (n_repeats, n)
        What the model of each repeat that had not seen a person says of them.
    people : HeldOut
        The people.
    scorers : sequence of Scorer
        Of the folds, in the order of repeat and fold.
    leak : array of shape (n,)
        Leak score of each person, NaN where unknown.

    Returns
    -------
    Thresholds
    """
    return Thresholds(
        _members(scores, people, scorers),
        _calibrate(scores, people.label),
        healthy_reference(scores, people.label, people.reference > 0, people.patient),
        fit_leak_effect(scores.mean(axis=0), leak, people.groups, people.patient),
    )


def _members(scores: Array, people: HeldOut, scorers: Sequence[Scorer]) -> tuple[Member, ...]:
    repeat_of = {place: repeat for repeat, row in enumerate(people.member.tolist()) for place in row}
    members = []
    for place, scorer in enumerate(scorers):
        repeat = repeat_of[place]
        held = (people.member[repeat] == place) & (people.label == 0)
        members.append(Member(scorer, np.sort(scores[repeat, held]), repeat))
    return tuple(members)


def _calibrate(scores: Array, label: Array) -> Platt:
    chosen = scores[:, label >= 0]
    y = np.tile(label[label >= 0].astype(np.int64), len(scores))
    return fit_platt(chosen.ravel(), y, np.full(chosen.size, 1.0 / len(scores)))


def healthy_reference(
    scores: Array, label: Array, reference: NDArray[np.bool_], patient: NDArray[np.generic]
) -> Healthy:
    """Summarise the healthy people's out-of-fold scores.

    Mean and SD are taken within each repeat and then averaged, so that averaging a person's repeats
    does not make the healthy look more alike than they are. Several samples of one patient count as one
    person, in the number that the bound leans on and in the percentiles.

    Parameters
    ----------
    scores : array of shape (n_repeats, n)
        As in `fit_thresholds`.
    label : array of shape (n,)
        1 for people with the reference disease.
    reference : boolean array of shape (n,)
        The healthy people.
    patient : array of shape (n,)
        Patient of each sample.

    Returns
    -------
    Healthy
    """
    if not reference.any():
        return Healthy(0.0, 1.0, 0, 1.0, np.zeros(0))
    rows = scores[:, reference]
    mean, sd = float(rows.mean(axis=1).mean()), float(np.sqrt(rows.var(axis=1, ddof=1).mean()))
    diseased = float(scores[:, label == 1].mean())
    person = np.unique(patient[reference], return_inverse=True)[1]
    persons = np.sort(np.bincount(person, rows.mean(axis=0)) / np.bincount(person))
    return Healthy(mean, max(sd, 1e-9), len(persons), diseased - mean, persons)
