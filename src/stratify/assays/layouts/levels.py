"""Cells of protein columns read as levels, each exactly, or refused by name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from anndata import AnnData

from stratify.assays.assay_table import text_in_assay
from stratify.assays.schema import parse_numbers
from stratify.errors import listed

_SPREADSHEET_MISSING = "#N/A"


def read_levels(
    columns: Sequence[tuple[str, Sequence[object]]], samples: Sequence[str], where: str
) -> tuple[np.ndarray, list[str]]:
    """Read columns of levels.

    Parameters
    ----------
    columns : sequence of (str, sequence of object)
        Name and cells of each assay.
    samples : sequence of str
        Ids of the rows, for the message.
    where : str
        Name of the table, for the message.

    Returns
    -------
    levels : ndarray of float64, shape (samples, columns)
        As delivered; NaN where a cell is empty or says that the level is missing.
    notes : list of str
        What stood in place of missing levels, if it was an error of the spreadsheet.

    Raises
    ------
    AssayFileError
        A cell that is neither a number nor missing, named by column and sample.

    Examples
    --------
    >>> read_levels([("IL6", ["1.5", "NA"])], ["S1", "S2"], "x.csv")[0].tolist()
    [[1.5], [nan]]
    """
    levels, errors = np.empty((len(samples), len(columns))), []
    for k, (name, cells) in enumerate(columns):
        levels[:, k], wrong = parse_numbers(cells)
        if wrong.any():
            first = int(np.flatnonzero(wrong)[0])
            raise text_in_assay(where, name, str(samples[first]), cells[first])
        if any(isinstance(cell, str) and cell.strip() == _SPREADSHEET_MISSING for cell in cells):
            errors.append(name)
    return levels, [f"spreadsheet-error: {where}: #N/A read as missing in {listed(errors)}"] if errors else []


def take_logarithms(adata: AnnData, where: str) -> None:
    """Turn concentrations and their limits into logarithms to base 2; zero and less has none and is noted.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        Concentrations; changed in place, with its layers and the columns ``lloq`` and ``uloq`` of `var`.
    where : str
        Name of the table, for the note.

    Examples
    --------
    >>> adata = AnnData(np.array([[8.0], [0.0]]), uns={"stratify": {"notes": []}})
    >>> take_logarithms(adata, "x.xlsx")
    >>> adata.X.tolist(), adata.uns["stratify"]["notes"]
    ([[3.0], [nan]], ['no-logarithm: x.xlsx: 1 levels of zero or less became missing, in 0'])
    """
    levels = np.asarray(adata.X)
    without = levels <= 0
    if without.any():
        names = listed(adata.var_names[without.any(axis=0)])
        line = f"no-logarithm: {where}: {without.sum()} levels of zero or less became missing, in {names}"
        adata.uns["stratify"]["notes"].append(line)
    adata.X = log2_or_missing(levels)
    for name in list(adata.layers):
        adata.layers[name] = log2_or_missing(np.asarray(adata.layers[name]))
    for name in {"lloq", "uloq"} & set(adata.var):
        adata.var[name] = log2_or_missing(adata.var[name].to_numpy())


def log2_or_missing(values: np.ndarray) -> np.ndarray:
    """Logarithms to base 2, NaN for zero and less.

    Parameters
    ----------
    values : ndarray
        Of any shape.

    Returns
    -------
    ndarray of float64

    Examples
    --------
    >>> log2_or_missing(np.array([4.0, 0.0, -1.0])).tolist()
    [2.0, nan, nan]
    """
    return np.log2(values, out=np.full(np.shape(values), np.nan), where=values > 0)
