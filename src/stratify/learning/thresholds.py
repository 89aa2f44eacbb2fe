"""What a score is measured against: out-of-fold scores of the people who were learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.learning.calibration import Platt, fit_platt
from stratify.learning.conformal import Member
from stratify.learning.decision import Healthy
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


def fit_thresholds(scores: pd.DataFrame, scorers: Sequence[Scorer], people: pd.DataFrame) -> Thresholds:
    """Summarise out-of-fold scores.

    Parameters
    ----------
    scores : DataFrame
        Columns ``repeat, fold, sample_id, label, reference, score``; one row a person and repeat.
    scorers : sequence of Scorer
        Of the folds, in the order of repeat and fold.
    people : DataFrame
        Index sample id, in the order of the scores' first appearance; ``patient``, ``group`` (people of
        one group share label and role) and ``leak``, the leak score.

    Returns
    -------
    Thresholds
    """
    each = scores.groupby("sample_id", sort=False)["score"].mean()
    known = people.loc[each.index]
    return Thresholds(
        _members(scores, scorers),
        _calibrate(scores),
        healthy_reference(scores, people["patient"]),
        fit_leak_effect(
            each.to_numpy(), known["leak"].to_numpy(), known["group"].to_numpy(), known["patient"].to_numpy()
        ),
    )


def _members(scores: pd.DataFrame, scorers: Sequence[Scorer]) -> tuple[Member, ...]:
    folds = scores.groupby(["repeat", "fold"], sort=True)
    return tuple(
        Member(
            scorer,
            np.sort(part.loc[part["label"] == 0, "score"].to_numpy()),
            int(part["repeat"].iloc[0]),
        )
        for (_, part), scorer in zip(folds, scorers, strict=True)
    )


def _calibrate(scores: pd.DataFrame) -> Platt:
    labelled = scores[scores["label"] >= 0]
    weights = np.full(len(labelled), 1.0 / scores["repeat"].nunique())
    return fit_platt(labelled["score"].to_numpy(), labelled["label"].to_numpy(), weights)


def healthy_reference(scores: pd.DataFrame, patient_of: Mapping[str, str] | pd.Series) -> Healthy:
    """Summarise the healthy people's out-of-fold scores.

    Mean and SD are taken within each repeat and then averaged, so that averaging a person's repeats
    does not make the healthy look more alike than they are. Several samples of one patient count as one
    person, in the number that the bound leans on and in the percentiles.

    Parameters
    ----------
    scores : DataFrame
        Out-of-fold scores of one family.
    patient_of : mapping or Series
        Patient of each sample id.

    Returns
    -------
    Healthy
    """
    rows = scores[scores["reference"]]
    if rows.empty:
        return Healthy(0.0, 1.0, 0, 1.0, np.zeros(0))
    repeats = rows.groupby("repeat")["score"]
    mean, sd = float(repeats.mean().mean()), float(np.sqrt(repeats.var(ddof=1).mean()))
    diseased = float(scores.loc[scores["label"] == 1, "score"].mean())
    persons = np.sort(rows.groupby(rows["sample_id"].map(patient_of))["score"].mean().to_numpy())
    return Healthy(mean, max(sd, 1e-9), len(persons), diseased - mean, persons)
