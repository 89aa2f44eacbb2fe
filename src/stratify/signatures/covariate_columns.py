"""Clinical columns as numbers that an analysis can adjust for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.assays.clinical import require_columns
from stratify.assays.schema import OBS_COLUMNS, as_text, parse_numbers

Array = NDArray[np.float64]

_WORDS = {column.name for column in OBS_COLUMNS if not column.numeric}  # a plate "3" is no number


def covariate_columns(obs: pd.DataFrame, names: Sequence[str]) -> tuple[Array, NDArray[np.bool_], list[str]]:
    """Turn named columns into numbers: numeric ones as they are, words as one column a level less one.

    Parameters
    ----------
    obs : DataFrame
        Samples.
    names : sequence of str
        Columns, in the file's or the canonical spelling.

    Returns
    -------
    columns : array of shape (n, c)
        NaN where not known; a column that does not vary is left out.
    known : array of bool, shape (n,)
        Samples with all covariates.
    found : list of str
        Names in `obs`.

    Raises
    ------
    ClinicalTableError
        For a column that is not there.

    Examples
    --------
    >>> obs = pd.DataFrame({"age": [30, 40, None], "sex": ["F", "M", "F"]})
    >>> columns, known, _ = covariate_columns(obs, ["age", "sex"])
    >>> known.tolist(), columns[:2].tolist()
    ([True, True, False], [[30.0, 0.0], [40.0, 1.0]])
    """
    found = list(dict.fromkeys(require_columns(obs, names)))
    parts = [_numbers(obs[name]) for name in found]
    wide = np.column_stack([np.zeros((len(obs), 0)), *parts]) if parts else np.zeros((len(obs), 0))
    known = np.asarray(np.isfinite(wide).all(axis=1))
    varies = np.ptp(wide[known], axis=0) > 0 if known.any() else np.zeros(wide.shape[1], dtype=bool)
    return wide[:, varies], known, found


def are_numbers(cells: pd.Series) -> Array | None:
    """Read a column as numbers.

    Parameters
    ----------
    cells : Series
        A column of samples, under its canonical name.

    Returns
    -------
    array of shape (n,) or None
        NaN where missing; None where the column holds words, or codes that stand for words (a site, a plate).

    Examples
    --------
    >>> are_numbers(pd.Series(["30", None], name="age")), are_numbers(pd.Series(["1", "2"], name="site"))
    (array([30., nan]), None)
    """
    numbers, wrong = parse_numbers(cells)
    return None if wrong.any() or cells.name in _WORDS else numbers


def _numbers(cells: pd.Series) -> Array:
    numbers = are_numbers(cells)
    if numbers is not None:
        return numbers[:, None]
    words = np.array([as_text(cell) for cell in cells], dtype=object)
    levels = sorted(set(words) - {""})
    columns = (words[:, None] == np.array(levels[1:], dtype=object)[None, :]).astype(float)
    columns[words == ""] = np.nan
    return np.asarray(columns)
