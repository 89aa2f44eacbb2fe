"""Prevalence among the people of a file, as a curve over relative size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from stratify.learning.prevalence import SIZES, everyone_band, prevalence_curve, target_people
from stratify.learning.subgroup_test import DRAWS, TRUE_SHARE, TRUE_SIZE, SubgroupTest, subgroup_test
from stratify.screening.target_scores import TargetScores

NOT_IDENTIFIED = (
    "how many and how far can not be told apart by the scores of people whose skew nobody observed: read "
    "each line as an answer to one assumed size, and none of them as the prevalence"
)


@dataclass(frozen=True, eq=False)
class Prevalence:
    """What the scores of a cohort leave possible.

    Parameters
    ----------
    table : DataFrame
        As from `prevalence_curve`.
    people, beyond : int
        People who count, and people left out for a leak beyond what the training people show.
    handling_known : bool
        Whether the effect of a leak could be judged.
    everyone : (float, float)
        Relative sizes at which all could lie if nobody were skewed.
    test : SubgroupTest
        A subgroup against that rival.
    assumed_shift : float
        How far others may lie from healthy people without being skewed (SD, relative size).
    """

    table: pd.DataFrame
    people: int
    beyond: int
    handling_known: bool
    everyone: tuple[float, float]
    test: SubgroupTest
    assumed_shift: float

    def as_dict(self) -> dict[str, Any]:
        """Everything but the table, as JSON can hold it."""
        return {
            "people": self.people,
            "left_out_for_leak": self.beyond,
            "handling_known": self.handling_known,
            "everyone_low": self.everyone[0],
            "everyone_high": self.everyone[1],
            "assumed_shift": self.assumed_shift,
            **asdict(self.test),
            "preferred": self.test.preferred,
            "told_apart": self.test.told_apart,
            "caution": NOT_IDENTIFIED,
        }


def prevalence(
    people: TargetScores,
    *,
    sizes: Sequence[float] = SIZES,
    shift_sd: float | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Prevalence:
    """Say which prevalences the scores of a cohort leave possible, for each relative size.

    Parameters
    ----------
    people : TargetScores
        As from `target_scores`.
    sizes : sequence of float, default SIZES
        Relative sizes.
    shift_sd : float, optional
        How far people without skew may lie from healthy people; the definition's smallest relevant size if
        left out. The error of the batch offset is added to it.
    draws : int, default 199
        Simulated cohorts of the test.
    seed : int, default 0
        Of these.

    Returns
    -------
    Prevalence

    Raises
    ------
    CohortError, ExperimentError
        As `target_people` and `prevalence_curve`.
    """
    model = people.loaded.model
    wanted = model.rule.smallest_relevant_size if shift_sd is None else shift_sd
    assumed = float(np.hypot(wanted, people.batch_error / model.healthy.unit))
    target = target_people(people.by_member, people.leak, model.healthy, model.leak_effect, shift_sd=assumed)
    table = prevalence_curve(target, sizes)
    return Prevalence(
        table,
        len(next(iter(target.scores.values()))),
        target.beyond,
        target.handling_known,
        everyone_band(target),
        subgroup_test(target, draws=draws, seed=seed),
        assumed,
    )


def prevalence_sentences(found: Prevalence) -> list[str]:
    """Word a result; the rival is named beside the curve.

    Parameters
    ----------
    found : Prevalence
        What the scores leave possible.

    Returns
    -------
    list of str
    """
    lines = [
        f"if the skew has relative size {row.relative_size:g}: {row.low:.0%} to {row.high:.0%} of "
        f"{found.people} are skewed; with what a leak may have done {row.band_low:.0%} to {row.band_high:.0%}"
        for row in found.table.itertuples()
    ]
    low, high = found.everyone
    test = found.test
    lines.append(f"rival: nobody is skewed, and all lie at one relative size, {low:+.2f} to {high:+.2f}")
    apart = "can be told apart" if test.told_apart else "can not be told apart"
    lines.append(f"preferred by likelihood: {test.preferred} (p {test.p_value:.3f}); the two {apart} here")
    lines.append(
        f"in {test.power:.0%} of cohorts of this many people, {TRUE_SHARE:.0%} of them skewed at relative "
        f"size {TRUE_SIZE:g}, they could be"
    )
    if found.beyond:
        word = "left out" if found.handling_known else "kept, and the band left open"
        lines.append(f"{found.beyond} people leak more than anybody of the training shows: {word}")
    return lines
