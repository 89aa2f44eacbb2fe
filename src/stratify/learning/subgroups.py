"""Discrimination among some of the people: by sex, by age, by whatever a table of them says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from stratify.learning.metrics import auc, score_interval

FEWEST = 3  # persons of either class


@dataclass(frozen=True)
class Subgroup:
    """Some of the people.

    Parameters
    ----------
    column, level : str
        What they share.
    positives, negatives : int
        Labelled samples.
    auc, low, high : float
        Mean over repeats, with an interval from the numbers of people (Newcombe); NaN under three of a class.
    """

    column: str
    level: str
    positives: int
    negatives: int
    auc: float
    low: float
    high: float


def subgroups(predictions: pd.DataFrame, people: pd.DataFrame) -> list[Subgroup]:
    """Look at the out-of-fold scores of each subgroup.

    The model was learned from everybody; a difference between two small subgroups is mostly chance, and the
    intervals, of which there are many, say how much of it could be.

    Parameters
    ----------
    predictions : DataFrame
        Out-of-fold scores of one family: ``repeat, sample_id, label, score``.
    people : DataFrame
        One row a sample, indexed by its id; numbers are split at their median, everything else by its values.

    Returns
    -------
    list of Subgroup
        In the order of the columns.

    References
    ----------
    Newcombe, Stat Med 2006, doi:10.1002/sim.2324 (method 5).
    """
    return subgroups_of(predictions, memberships(predictions, people))


def memberships(predictions: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Say who belongs to which subgroup.

    Parameters
    ----------
    predictions : DataFrame
        Out-of-fold scores of one family.
    people : DataFrame
        As in `subgroups`.

    Returns
    -------
    DataFrame
        Columns ``column, level, sample_id``, the columns and their levels in their order.
    """
    labelled = predictions[predictions["label"] >= 0]
    learned = people[people.index.isin(labelled["sample_id"])]
    rows = [
        (str(column), level, str(sample))
        for column in learned.columns
        for level, ids in _levels(learned[column])
        for sample in ids
    ]
    return pd.DataFrame(rows, columns=["column", "level", "sample_id"])


def subgroups_of(predictions: pd.DataFrame, members: pd.DataFrame) -> list[Subgroup]:
    """Look at the out-of-fold scores of subgroups whose members are known.

    Parameters
    ----------
    predictions : DataFrame
        Out-of-fold scores of one family.
    members : DataFrame
        As from `memberships`.

    Returns
    -------
    list of Subgroup
    """
    labelled = predictions[predictions["label"] >= 0]
    return [
        _subgroup(str(column), str(level), labelled[labelled["sample_id"].isin(part["sample_id"])])
        for (column, level), part in members.groupby(["column", "level"], sort=False)
    ]


def _levels(values: pd.Series) -> Iterator[tuple[str, pd.Index]]:
    values = values.dropna()
    if pd.api.types.is_numeric_dtype(values) and values.nunique() > 2:
        middle = float(values.median())
        yield f"at most {middle:.4g}", values.index[values <= middle]
        yield f"above {middle:.4g}", values.index[values > middle]
        return
    for level in sorted(values.astype(str).unique()):
        yield level, values.index[values.astype(str) == level]


def _subgroup(column: str, level: str, part: pd.DataFrame) -> Subgroup:
    once = part.drop_duplicates("sample_id")["label"]
    counts = int((once == 1).sum()), int((once == 0).sum())
    if min(counts) < FEWEST:
        return Subgroup(column, level, *counts, *[float("nan")] * 3)
    repeats = [
        auc(repeat["label"].to_numpy(), repeat["score"].to_numpy()) for _, repeat in part.groupby("repeat")
    ]
    area = float(np.mean(repeats))
    return Subgroup(column, level, *counts, area, *score_interval(area, *counts))
