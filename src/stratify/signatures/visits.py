"""An association split in two: between persons, and within persons from visit to visit."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.signatures.adjusted_rows import effects, prepare_rows

Array = NDArray[np.float64]


def between_and_within(
    columns: Array, outcome: Array, covariates: Array, persons: NDArray[np.int_]
) -> pd.DataFrame:
    """Associate persons' means with each other, and visits' deviations from these means.

    Who is ill is not the same question as when a person is ill: the two may even differ in sign.

    Parameters
    ----------
    columns : array of shape (n, m)
        Scores without gaps.
    outcome : array of shape (n,)
        Without gaps.
    covariates : array of shape (n, c)
        Without gaps; one that does not change within a person says nothing of the visits.
    persons : array of int, shape (n,)
        Person of each row.

    Returns
    -------
    DataFrame
        One row a score: ``between``, ``p_between`` (correlation of means, one row a person) and ``within``,
        ``p_within`` (of deviations, with errors robust against dependence within a person).

    References
    ----------
    Bland & Altman, BMJ 1995, doi:10.1136/bmj.310.6977.446 and doi:10.1136/bmj.310.6980.633.

    Examples
    --------
    >>> x = np.array([[1.0], [2], [2], [3], [3], [4], [4], [5], [5], [6]])
    >>> y = np.array([5.0, 4, 6, 5, 7, 6, 8, 7, 9, 8]) + np.tile([0.0, 0.1], 5) * np.repeat(np.arange(5), 2)
    >>> found = between_and_within(x, y, np.zeros((10, 0)), np.repeat(np.arange(5), 2))
    >>> found["between"].item() > 0.9, found["within"].item() < -0.9
    (True, True)
    """
    number = np.unique(persons, return_inverse=True)[1]
    parts = (columns, outcome[:, None], covariates)
    means = [person_means(values, number) for values in parts]
    between = effects(means[0], prepare_rows(means[1][:, 0], means[2], np.arange(number.max() + 1)))
    x, y, z = (values - mean[number] for values, mean in zip(parts, means, strict=True))
    moves = np.abs(z).max(axis=0, initial=0.0) > 1e-12
    within = effects(x, prepare_rows(y[:, 0], z[:, moves], number))
    return pd.DataFrame(
        {
            "between": between.correlation,
            "p_between": between.p_value,
            "within": within.correlation,
            "p_within": within.p_value,
        }
    )


def person_means(values: Array, persons: NDArray[np.int_]) -> Array:
    """Mean of each person's known values (n, ...), persons in rising order; NaN where none is known."""
    number = np.unique(persons, return_inverse=True)[1]
    known = np.isfinite(values)
    sums, counts = (np.zeros((number.max() + 1, *values.shape[1:])) for _ in range(2))
    np.add.at(sums, number, np.where(known, values, 0.0))
    np.add.at(counts, number, known.astype(float))
    return np.where(counts > 0, sums / np.maximum(counts, 1.0), np.nan)


def is_constant_within(outcome: Array, persons: NDArray[np.int_]) -> bool:
    """Say whether persons have several rows and the outcome (n,) of none of them changes."""
    number = np.unique(persons, return_inverse=True)[1]
    if number.max() + 1 == len(persons):
        return False
    moves = np.abs(outcome - person_means(outcome, persons)[number])
    return bool(moves.max() <= 1e-9 * max(float(np.abs(outcome).max()), 1e-300))
