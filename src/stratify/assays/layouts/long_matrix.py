"""The numbers of a long table written into matrices of samples by assays."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import pandas as pd

from stratify.assays.layouts.long_table import Cells


def repeat_wells(
    cells: Sequence[Cells], row: np.ndarray, column: np.ndarray, repeatable: np.ndarray
) -> tuple[list[np.ndarray], np.ndarray]:
    """Give each number its row, and each repeat of a control within a plate a row of its own.

    Parameters
    ----------
    cells : sequence of Cells
        Batches of numbers.
    row, column : ndarray of int
        Row of each spot and column of each described assay.
    repeatable : ndarray of bool, shape (rows,)
        Rows of controls.

    Returns
    -------
    rows : list of ndarray of int
        Row of each number, a batch an array.
    copies : ndarray of int, shape (len(repeatable),)
        How many rows each given one became.
    """
    rows, copies = [row[batch.spot] for batch in cells], np.ones(len(repeatable), dtype=np.int64)
    masks = [repeatable[of_batch] for of_batch in rows]
    wells = np.concatenate([of_batch[mask] for of_batch, mask in zip(rows, masks, strict=True)])
    assays = np.concatenate([column[batch.assay[mask]] for batch, mask in zip(cells, masks, strict=True)])
    order = pd.DataFrame({"row": wells, "assay": assays}).groupby(["row", "assay"]).cumcount().to_numpy()
    if not order.any():
        return rows, copies
    np.maximum.at(copies, wells, order + 1)
    start = np.cumsum(copies) - copies
    rows = [start[of_batch] for of_batch in rows]
    ends = np.cumsum([int(mask.sum()) for mask in masks])[:-1]
    for of_batch, mask, add in zip(rows, masks, np.split(order, ends), strict=True):
        of_batch[mask] += add
    return rows, copies


class LongMatrix:
    """Matrices of samples by assays, filled from batches of numbers.

    Parameters
    ----------
    cells : sequence of Cells
        Batches of numbers; a measure is taken out of them when it is written.
    rows : sequence of ndarray of int
        Row of each number, a batch an array.
    column : ndarray of int
        Column of each described assay.
    shape : tuple of int
        Rows and columns.
    """

    def __init__(
        self, cells: Sequence[Cells], rows: Sequence[np.ndarray], column: np.ndarray, shape: tuple[int, int]
    ) -> None:
        self._cells, self._rows, self._column, self._shape = cells, rows, column, shape

    @property
    def measures(self) -> list[str]:
        """Measures that are not yet written."""
        return list(self._cells[0].measures)

    def take(self, name: str) -> np.ndarray:
        """Write a measure into a matrix, and give back the memory of its batches.

        Parameters
        ----------
        name : str
            The measure.

        Returns
        -------
        ndarray of float64, shape (rows, columns)
            NaN where the table has no row.
        """
        import pyarrow as pa

        matrix = np.full(self._shape, np.nan)
        for batch, rows in zip(self._cells, self._rows, strict=True):
            matrix[rows, self._column[batch.assay]] = batch.measures.pop(name)
        pa.default_memory_pool().release_unused()
        return matrix

    @cached_property
    def filled(self) -> np.ndarray:
        """Samples and assays for which the table has a row, as a matrix of bool."""
        filled = np.zeros(self._shape, dtype=bool)
        for batch, rows in zip(self._cells, self._rows, strict=True):
            filled[rows, self._column[batch.assay]] = True
        return filled

    def repeated(self) -> np.ndarray:
        """Find samples with two numbers for one assay.

        Returns
        -------
        ndarray of int
            Their rows.
        """
        count = sum(np.bincount(rows, minlength=self._shape[0]) for rows in self._rows)
        return np.flatnonzero(count > self.filled.sum(axis=1))
