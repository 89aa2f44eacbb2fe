"""Whether a label can be told apart from the site where people were seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.learning.label_spread import label_spread
from stratify.learning.probe_columns import ProbeColumn

CLASSES = ("negative", "positive")


def inseparable_from_site(
    site: pd.Series, y: NDArray[np.int64], patients: NDArray[Any], *, name: str = "site"
) -> str:
    """Say why a label can not be told from the site; empty where some site has patients of both classes.

    Parameters
    ----------
    site : Series of shape (n,)
        Site of each sample, missing where unknown.
    y : integer array of shape (n,)
        1, 0 or -1.
    patients : array of shape (n,)
        Patient of each sample.
    name : str, default "site"
        Of the column.

    Returns
    -------
    str

    Examples
    --------
    >>> y = np.array([1, 1, 0, 0])
    >>> inseparable_from_site(pd.Series(["A", "A", "B", "B"]), y, np.arange(4))
    'no site has people of both classes'
    >>> inseparable_from_site(pd.Series(["A", "B", "B", "B"]), y, np.arange(4))
    ''
    """
    words = site.astype("string").fillna("").str.strip().to_numpy(dtype=object)
    label = np.array([CLASSES[value] if value >= 0 else "" for value in y], dtype=object)
    spread = label_spread(ProbeColumn(name, "batch", words), label, np.asarray(patients))
    if spread is None:
        return f"{name} is known for one class only, or for nobody"
    return "" if spread.pairs[0].meetings else f"no {name} has people of both classes"
