"""Which proteins go together, so that credit given to one could lie with the other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TOGETHER = 0.7  # correlation from which two proteins are said to share their credit


def shared_credit(
    profiles: Array, names: NDArray[np.str_], leading: NDArray[np.int64]
) -> list[dict[str, Any]]:
    """Name the proteins that go together with leading ones, so that their credit could lie with either.

    Parameters
    ----------
    profiles : array of shape (n, n_proteins)
        Of the training people.
    names : array of shape (n_proteins,)
        Of the proteins.
    leading : integer array
        Places of the proteins that are asked about.

    Returns
    -------
    list of dict
        ``protein``, ``partner`` (its closest) and ``correlation``, where the latter is at least .7 in size.

    Examples
    --------
    >>> profiles = np.array([[0.0, 1.0], [1.0, 2.0], [2.0, 3.5]])
    >>> [row["partner"] for row in shared_credit(profiles, np.array(["CCL17", "CCL22"]), np.array([0]))]
    ['CCL22']
    """
    centred = profiles - profiles.mean(axis=0)
    size = np.sqrt((centred**2).sum(axis=0))
    unit = centred / np.where(size > 0, size, 1.0)
    found: list[dict[str, Any]] = []
    for one in leading:
        together = (unit * unit[:, [one]]).sum(axis=0)
        together[one] = 0.0
        partner = int(np.abs(together).argmax())
        told = {row["partner"]: row["protein"] for row in found}
        if abs(together[partner]) >= TOGETHER and told.get(str(names[one])) != str(names[partner]):
            row = {"protein": str(names[one]), "partner": str(names[partner])}
            found.append({**row, "correlation": float(together[partner])})
    return found
