"""The people who were learned from, each beside the models that had not seen them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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
    """

    profiles: Array
    label: Array
    reference: Array
    patient: Array
    member: Array

    @property
    def known(self) -> bool:
        """Whether anybody is kept."""
        return len(self.label) > 0

    @property
    def groups(self) -> NDArray[np.int64]:
        """Number (n,) of each person's label and role."""
        return (self.label * 4 + self.reference * 2).astype(np.int64)

    def table(self, by_member: Array) -> pd.DataFrame:
        """Out-of-fold scores as `fit_thresholds` takes them.

        Parameters
        ----------
        by_member : array of shape (n_members, n)
            What each model says of each person.

        Returns
        -------
        DataFrame
            Columns ``repeat, fold, sample_id, label, reference, score``.
        """
        n = len(self.label)
        places = self.member.astype(np.int64)
        return pd.DataFrame(
            {
                "repeat": np.repeat(np.arange(len(places)), n),
                "fold": places.ravel(),
                "sample_id": np.tile(np.arange(n), len(places)),
                "label": np.tile(self.label.astype(np.int64), len(places)),
                "reference": np.tile(self.reference > 0, len(places)),
                "score": np.concatenate([by_member[row, np.arange(n)] for row in places]),
            }
        )


NOBODY = HeldOut(*(np.zeros((0, 0)), *(np.zeros(0) for _ in range(3)), np.zeros((0, 0))))
