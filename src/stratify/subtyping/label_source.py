"""What every source of labels gives: the labels, what made them, and how to make them again in a fold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.subtyping.labels import UNLABELLED, Labels

Array = NDArray[np.float64]


class FittedRule(Protocol):
    """A rule after it has seen people."""

    def positive(self, profiles: Array) -> NDArray[np.bool_]:
        """Whom (n,) the rule calls positive, from profiles (n, n_proteins), each on its own."""
        ...


class LabelRule(Protocol):
    """A rule that makes labels out of proteins, and has to see people first."""

    def fit(self, profiles: Array, reference: NDArray[np.bool_]) -> FittedRule:
        """Learn what the rule needs from profiles (n, n_proteins) and from who of them is reference."""
        ...


@dataclass(frozen=True)
class Relabelling:
    """Labels that depend on who was seen, ready to be made again from any part of the people.

    Parameters
    ----------
    rule : LabelRule
        Not fitted.
    profiles : array of shape (n, n_proteins)
        Proteins that the rule looks at; a patient's samples have their mean, so that they share a label.
    reference, labelled : boolean arrays of shape (n,)
        Healthy people, and who gets a label; neither depends on the rule.
    """

    rule: LabelRule
    profiles: Array
    reference: NDArray[np.bool_]
    labelled: NDArray[np.bool_]

    def fitted_to(self, rows: NDArray[Any]) -> NDArray[np.int64]:
        """Labels (n,) of everybody who gets one, by a rule that saw these rows only."""
        fitted = self.rule.fit(self.profiles[rows], self.reference[rows])
        y = np.full(len(self.profiles), UNLABELLED, dtype=np.int64)
        y[self.labelled] = fitted.positive(self.profiles[self.labelled])
        return y

    def exchanged(self, rows: NDArray[Any], giver: NDArray[Any]) -> Relabelling:
        """Give each of these rows what makes the label of another one, for a permutation test."""
        parts = {name: getattr(self, name).copy() for name in ("profiles", "reference", "labelled")}
        for values in parts.values():
            values[rows] = values[giver]
        return replace(self, **parts)


@dataclass(frozen=True)
class LabelSource:
    """Labels from one source.

    Parameters
    ----------
    name : str
        ``reference-disease``, ``axis-rule``, ``clusters`` or ``outside``.
    labels : Labels
        With everything that is learned for a label learned from all people who take part.
    statement : str
        What the label is, and on whom it was fitted, in one or two sentences.
    made_from : mapping of str to tuple of str
        Axis (or column) to the ids of the assays that made the label; empty where no protein did.
    relabelling : Relabelling or None
        How a fold makes the labels again; None where a label depends on its own patient only.
    """

    name: str
    labels: Labels
    statement: str
    made_from: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    relabelling: Relabelling | None = None


def patient_means(profiles: Array, patients: NDArray[Any]) -> Array:
    """Give every sample the mean profile of its patient, over what was measured.

    Parameters
    ----------
    profiles : array of shape (n, n_proteins)
        NaN where missing.
    patients : array of shape (n,)
        Patient of each sample.

    Returns
    -------
    array of shape (n, n_proteins)

    Examples
    --------
    >>> patient_means(np.array([[1.0], [3.0], [5.0]]), np.array(["a", "a", "b"])).ravel().tolist()
    [2.0, 2.0, 5.0]
    """
    if len(np.unique(patients)) == len(patients):
        return profiles
    means = pd.DataFrame(profiles).groupby(np.asarray(patients)).transform("mean")
    return means.to_numpy(dtype=float)
