"""Labels from a reference disease: clinical diagnoses, never the proteins themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.errors import CohortError, listed

UNLABELLED = -1
SMALLEST_CLASS = 5


@dataclass(frozen=True)
class Labels:
    """Who is learned as what.

    Parameters
    ----------
    y : integer array of shape (n,)
        1 reference disease, 0 not, -1 not labelled.
    reference : boolean array of shape (n,)
        Healthy people who standardise and give the magnitude.
    target : boolean array of shape (n,)
        People who are scored and never labelled.
    """

    y: NDArray[np.int64]
    reference: NDArray[np.bool_]
    target: NDArray[np.bool_]

    @property
    def learned(self) -> NDArray[np.bool_]:
        """People who take part in learning: labelled or reference."""
        return (self.y != UNLABELLED) | self.reference


def patient_ids(obs: pd.DataFrame) -> NDArray[np.str_]:
    """Patient of each sample; a sample without a stated patient is a patient of its own.

    Parameters
    ----------
    obs : DataFrame
        Index sample id; ``patient_id`` where known.

    Returns
    -------
    string array of shape (n,)

    Examples
    --------
    >>> patient_ids(pd.DataFrame({"patient_id": ["P1", None]}, index=["a", "b"])).tolist()
    ['P1', 'b']
    """
    samples = obs.index.to_numpy(dtype=str)
    if "patient_id" not in obs:
        return samples
    stated = obs["patient_id"].astype("string").fillna("").to_numpy(dtype=str)
    return np.where(stated == "", samples, stated)


def refuse_absent_groups(groups: pd.Series, named: Sequence[str]) -> None:
    """Refuse names of groups that no sample has.

    Parameters
    ----------
    groups : Series of str
        Diagnosis a sample.
    named : sequence of str
        Groups that must be there.

    Raises
    ------
    CohortError
        Naming what is absent and what the column has.
    """
    present = sorted(groups.dropna().astype(str).unique())
    absent = sorted(set(named) - set(present))
    if absent:
        raise CohortError(
            f"the groups {listed(sorted(set(named)))}",
            f"no sample of {listed(absent)}; the column has {listed(present)}",
            "name groups as they stand in the column",
        )


def refuse_small_class(
    y: NDArray[np.int64],
    patients: NDArray[Any],
    *,
    names: tuple[str, str] = ("the negative class", "the positive class"),
    smallest: int = SMALLEST_CLASS,
) -> None:
    """Refuse labels of which a class has too few patients.

    Parameters
    ----------
    y : integer array of shape (n,)
        1, 0 or -1.
    patients : array of shape (n,)
        Patient of each row.
    names : tuple of str
        What class 0 and class 1 are called.
    smallest : int
        Fewest patients a class needs.

    Raises
    ------
    CohortError
        Naming the class and its count.
    """
    for label in (1, 0):
        count = len(np.unique(patients[y == label]))
        if count < smallest:
            raise CohortError(
                f"two classes with at least {smallest} people each",
                f"{count} in {names[label] or 'an empty class'}",
                "add people or name other groups",
            )


def reference_disease(
    groups: pd.Series,
    *,
    positive: Sequence[str],
    negative: Sequence[str],
    reference: Sequence[str] = (),
    target: Sequence[str] = (),
    patients: Sequence[str] | NDArray[np.str_] | None = None,
    smallest: int = SMALLEST_CLASS,
) -> Labels:
    """Label by diagnosis.

    Parameters
    ----------
    groups : Series of str
        Diagnosis a sample.
    positive, negative, reference, target : sequence of str
        Names of groups; ``reference`` may be part of ``negative``.
    patients : sequence of str, optional
        Patient of each sample; every sample is a patient of its own if left out.
    smallest : int, default 5
        Fewest patients a class needs.

    Returns
    -------
    Labels

    Raises
    ------
    CohortError
        When a named group is absent, a group is both positive and negative, or a class is too small.

    Examples
    --------
    >>> groups = pd.Series(["AD"] * 5 + ["HC"] * 5 + ["MDD"])
    >>> labels = reference_disease(groups, positive=["AD"], negative=["HC"], reference=["HC"], target=["MDD"])
    >>> labels.y.tolist()
    [1, 1, 1, 1, 1, 0, 0, 0, 0, 0, -1]
    """
    named = [*positive, *negative, *reference, *target]
    refuse_absent_groups(groups, named)
    both = set(positive) & (set(negative) | set(target) | set(reference)) | (set(negative) & set(target))
    if both:
        raise CohortError("each group in one role", f"{listed(sorted(both))} in two", "keep it in one")
    values = groups.astype(str)
    y = np.full(len(values), UNLABELLED, dtype=np.int64)
    y[values.isin(negative)] = 0
    y[values.isin(positive)] = 1
    people = np.arange(len(values)) if patients is None else np.asarray(patients)
    refuse_small_class(y, people, names=(listed(negative), listed(positive)), smallest=smallest)
    return Labels(y, values.isin(reference).to_numpy(), values.isin(target).to_numpy())
