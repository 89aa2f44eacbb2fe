"""The people who were learned from, each beside the models that had not seen them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stratify.learning.scorers import Scorer

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Profiles without names, from which thresholds can be made again for fewer proteins.

    Parameters
    ----------
    profiles : array of shape (n, n_proteins)
        On the model's scale, what lay below a limit treated, NaN where missing.
    label : array of shape (n,)
        1 reference disease, 0 not, -1 not labelled.
    reference : array of shape (n,)
        1 for the healthy people who give the magnitude, else 0.
    patient : array of shape (n,)
        Samples of one patient have one number.
    member : array of shape (n_repeats, n)
        Place of the model of each repeat that had not seen the person.
    covariates : array of shape (n, n_covariates) or None
        As coded, where the model adjusts for any.
    """

    profiles: Array
    label: Array
    reference: Array
    patient: Array
    member: Array
    covariates: Array | None = None

    @property
    def known(self) -> bool:
        """Whether anybody is kept."""
        return len(self.label) > 0

    @property
    def groups(self) -> NDArray[np.int64]:
        """Number (n,) of each person's label and role."""
        return (self.label * 4 + self.reference * 2).astype(np.int64)

    def scores(self, scorers: Sequence[Scorer], filled: Array) -> Array:
        """Score each person by the models that had not seen them.

        Parameters
        ----------
        scorers : sequence of Scorer
            In the order of their places.
        filled : array of shape (n, n_proteins)
            Profiles without gaps.

        Returns
        -------
        array of shape (n_repeats, n)
        """
        told = np.zeros(self.member.shape)
        for place, scorer in enumerate(scorers):
            for repeat in np.flatnonzero((self.member == place).any(axis=1)):
                rows = np.flatnonzero(self.member[repeat] == place)
                told[repeat, rows] = scorer.score(filled[rows], self._covariates_of(rows))
        return told

    def some(self, chosen: NDArray[np.bool_]) -> HeldOut:
        """Keep the chosen people (n,)."""
        return HeldOut(
            self.profiles[chosen],
            self.label[chosen],
            self.reference[chosen],
            self.patient[chosen],
            self.member[:, chosen],
            self._covariates_of(chosen),
        )

    def _covariates_of(self, rows: NDArray[Any]) -> Array | None:
        return None if self.covariates is None else self.covariates[rows]


NOBODY = HeldOut(*(np.zeros((0, 0)), *(np.zeros(0) for _ in range(3)), np.zeros((0, 0))))
