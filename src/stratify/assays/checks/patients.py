"""The patients' samples of a table, as all checks look at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.checks.profiles import principal_scores, quantiles, standardise
from stratify.assays.sample_names import patient_rows

ENOUGH = 3  # samples from which an assay can be judged
_COMPONENTS = 10


@dataclass(frozen=True, eq=False)
class Patients:
    """The patients' samples of a table; what several checks need is computed once, when it is asked for.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        The whole table, with controls and bridges; it is not changed.

    Examples
    --------
    >>> people = Patients(AnnData(np.array([[1.0, 5.0], [2.0, np.nan]])))
    >>> people.n, people.named(np.array([False, True])), people.column("group").tolist()
    (2, ('1',), ['', ''])
    """

    adata: AnnData

    @cached_property
    def rows(self) -> np.ndarray:
        """Which rows of the table are patients' samples."""
        return patient_rows(self.adata)

    @cached_property
    def n(self) -> int:
        """How many there are."""
        return int(self.rows.sum())

    @cached_property
    def ids(self) -> pd.Index:
        """Their ids."""
        return self.adata.obs_names[self.rows]

    @cached_property
    def levels(self) -> np.ndarray:
        """Their levels, shape (n, assays), as delivered."""
        return self._of(np.asarray(self.adata.X, dtype=float))

    @cached_property
    def lod(self) -> np.ndarray | None:
        """Their detection limits, shape (n, assays); None where the file has none."""
        return self._of(np.asarray(self.adata.layers["lod"])) if "lod" in self.adata.layers else None

    @cached_property
    def quartiles(self) -> np.ndarray:
        """Quartiles of each assay, shape (3, assays)."""
        return quantiles(self.levels, (0.25, 0.5, 0.75))

    @cached_property
    def standard(self) -> np.ndarray:
        """Levels as robust z, cut at 4 SDs, 0 where missing; shape (n, assays)."""
        return standardise(self.levels, self.quartiles)

    @cached_property
    def components(self) -> tuple[np.ndarray, np.ndarray]:
        """Scores on ten principal components and what these leave, as from `principal_scores`."""
        return principal_scores(self.standard, _COMPONENTS)

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        """What the reader wrote down about the file."""
        facts: Mapping[str, Any] = self.adata.uns.get("stratify", {})
        return facts

    def column(self, name: str) -> np.ndarray:
        """Words of a column of `obs`.

        Parameters
        ----------
        name : str
            Canonical name.

        Returns
        -------
        ndarray of str, shape (n,)
            "" where nothing is known, or where there is no such column.
        """
        return _words(self.adata.obs[self.rows], name)

    def described(self, name: str) -> np.ndarray:
        """Words of a column of `var`.

        Parameters
        ----------
        name : str
            Canonical name.

        Returns
        -------
        ndarray of str, shape (assays,)
            "" where nothing is known, or where there is no such column.
        """
        return _words(self.adata.var, name)

    def named(self, mask: np.ndarray) -> tuple[str, ...]:
        """Ids of some of the samples.

        Parameters
        ----------
        mask : ndarray of bool, shape (n,)
            Which.

        Returns
        -------
        tuple of str
        """
        return tuple(str(name) for name in self.ids[mask])

    def assays(self, mask: np.ndarray) -> tuple[str, ...]:
        """Ids of some of the assays.

        Parameters
        ----------
        mask : ndarray of bool, shape (assays,)
            Which.

        Returns
        -------
        tuple of str
        """
        return tuple(str(name) for name in self.adata.var_names[mask])

    @cached_property
    def patients(self) -> np.ndarray:
        """Number of each sample's patient, shape (n,); a sample without one is a patient of its own."""
        number, names = pd.factorize(self.column("patient_id"))
        unnamed = np.flatnonzero(self.column("patient_id") == "")
        number[unnamed] = len(names) + np.arange(len(unnamed))
        return np.asarray(number)

    def patient_and(self, values: np.ndarray) -> np.ndarray:
        """Give each patient a number for each value of a column.

        Parameters
        ----------
        values : ndarray of shape (n,)
            Words or numbers.

        Returns
        -------
        ndarray of int, shape (n,)
        """
        codes, found = pd.factorize(values, use_na_sentinel=False)
        return np.asarray(self.patients * max(len(found), 1) + codes)

    def _of(self, values: np.ndarray) -> np.ndarray:
        return values if self.rows.all() else values[self.rows]


def one_row_each(levels: np.ndarray, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Average the rows that share a key.

    Parameters
    ----------
    levels : ndarray of shape (n, p)
        NaN where missing.
    keys : ndarray of int, shape (n,)
        What rows must share to count once.

    Returns
    -------
    levels : ndarray of shape (m, p)
        Means of what was measured.
    first : ndarray of int, shape (m,)
        First row of each key.

    Examples
    --------
    >>> one_row_each(np.array([[1.0], [3.0], [5.0]]), np.array([0, 0, 1]))
    (array([[2.],
           [5.]]), array([0, 2]))
    """
    first = np.unique(keys, return_index=True)[1]
    if len(first) == len(keys):
        return levels, np.arange(len(keys))
    return pd.DataFrame(levels).groupby(keys, sort=True).mean().to_numpy(), first


def _words(frame: pd.DataFrame, name: str) -> np.ndarray:
    if name not in frame:
        return np.full(len(frame), "", dtype=object)
    values = frame[name].astype(object)
    return values.where(values.notna(), "").astype(str).replace("nan", "").to_numpy(dtype=object)
