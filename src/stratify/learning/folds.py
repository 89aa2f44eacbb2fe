"""Inner folds that keep a patient's samples together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

Rows = NDArray[np.int64]


def patient_folds(
    y: NDArray[np.int64], patients: NDArray[Any] | None, *, folds: int, seed: int
) -> list[tuple[Rows, Rows]]:
    """Split rows into stratified folds of patients.

    Parameters
    ----------
    y : integer array of shape (n,)
        Labels; a patient has one.
    patients : array of shape (n,) or None
        Patient of each row; every row is one if None.
    folds : int
        Cut to the number of patients in the smallest class.
    seed : int
        Of the shuffle.

    Returns
    -------
    list of (rest, held) row numbers
        Empty when a class has fewer than two patients.

    Examples
    --------
    >>> folds = patient_folds(np.array([0, 0, 0, 1, 1]), np.array(list("aabcd")), folds=5, seed=0)
    >>> [held.tolist() for _, held in folds]
    [[2, 3], [0, 1, 4]]
    """
    person, ids = pd.factorize(np.arange(len(y)) if patients is None else np.asarray(patients))
    label = np.zeros(len(ids), dtype=np.int64)
    label[person] = y
    folds = min(folds, int(np.bincount(label).min()))
    if folds < 2:
        return []
    splits = StratifiedKFold(folds, shuffle=True, random_state=seed).split(label, label)
    return [
        (np.flatnonzero(np.isin(person, rest)), np.flatnonzero(np.isin(person, held)))
        for rest, held in splits
    ]
