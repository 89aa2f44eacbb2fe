"""The long table of Olink software: one row a sample and assay."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.assay_table import describe_assays, provenance
from stratify.assays.files.parquet import parquet_head
from stratify.assays.files.part import Part
from stratify.assays.files.row_batches import names_row, row_batches
from stratify.assays.layouts.internal_controls import is_extension_control
from stratify.assays.layouts.long_assays import merge_assays, name_panels
from stratify.assays.layouts.long_matrix import LongMatrix, repeat_wells
from stratify.assays.layouts.long_samples import (
    constant_columns,
    describe_samples,
    place_samples,
    type_samples,
)
from stratify.assays.layouts.long_table import LEVELS, LongTable, collect, is_long
from stratify.assays.refusal import refuse
from stratify.assays.registry import Format
from stratify.errors import AssayFileError, listed

_KEY = re.compile(r"[A-Za-z][\w .-]*")
_LONGEST = 1000  # characters of what a file says about itself
_KEPT = ("lot", "block", "analysis_reference", "qc")


def is_npx_long(part: Part) -> bool:
    """Say whether a part is a long Olink table: one row a sample and assay.

    Parameters
    ----------
    part : Part
        Any part of a file.

    Returns
    -------
    bool
        Also for a damaged parquet file, which the reader refuses with its cause.
    """
    if part.kind != "parquet":
        return part.kind != "hdf5" and names_row(part, is_long) is not None
    try:
        return is_long(parquet_head(part)[0])
    except AssayFileError:
        return True


def read_npx_long(part: Part) -> AnnData:
    """Read a long Olink table, as text, sheet or parquet: one row a sample and assay.

    Rows are read in batches, so that memory holds little more than the result. Columns that are constant
    within a sample are kept in ``obs``; plate and verdict of the laboratory also a panel where they differ. A
    control that repeats is told apart by its plate, well and order.

    Parameters
    ----------
    part : Part
        The table.

    Returns
    -------
    AnnData of shape (samples, assays)
        NPX (log2), or where the file has none log2 concentrations or Ct; NaN where the table has no row.
        ``layers`` hold the limit of detection ("lod"), counts and other levels where they were delivered,
        ``obsm["internal_controls"]`` the vendor's internal controls.

    Raises
    ------
    AssayFileError
        Missing columns, text in place of a level, two levels for one sample and assay, one assay described in
        two ways, mixed units, or a damaged file.
    """
    at, where = 0 if part.kind == "parquet" else names_row(part, is_long), part.where
    if at is None:
        raise refuse(where, "no columns for sample, assay and NPX of a long Olink table")
    rows = row_batches(part, at)
    table = collect(rows, where)
    product, panel_of = name_panels(table.assays, rows.metadata, where)
    number, assays = merge_assays(table.assays, panel_of, where)
    spots = type_samples(table.spots.assign(panel=table.spots["panel"].map(panel_of)), where)
    place = place_samples(spots)
    constant = constant_columns(spots, place, table.others)
    left_out = [name for name in table.others if name not in constant]
    spots = spots.drop(columns=left_out, errors="ignore")
    wells, copies = repeat_wells(table.cells, place, number, _are_controls(spots, place))
    matrix = LongMatrix(table.cells, wells, number, (int(copies.sum()), len(assays)))
    obs = describe_samples(spots, place, copies, rows.metadata, where)
    _refuse_repeated(matrix, obs, where)
    adata, scale = _annotated(matrix, obs, assays, _unit(table, where), where)
    facts = provenance(adata.var, "npx-long", _listed(table.assays["normalization"]))
    facts |= {"platform": product, "scale": scale, "columns_left_out": left_out}
    stated = {key: text[:_LONGEST] for key, text in rows.metadata.items() if _KEY.fullmatch(key)}
    adata.uns["stratify"] = facts | ({"metadata": stated} if stated else {})
    return adata


def _are_controls(spots: pd.DataFrame, place: np.ndarray) -> np.ndarray:
    first = np.unique(place, return_index=True)[1]
    controls: np.ndarray = (spots["sample_type"].iloc[first] != "sample").to_numpy()
    return controls


def _listed(words: pd.Series) -> str:
    return "; ".join(sorted(set(words) - {""}))


def _refuse_repeated(matrix: LongMatrix, obs: pd.DataFrame, where: str) -> None:
    if len(repeated := matrix.repeated()):
        raise AssayFileError(
            "each sample has an id of its own, and one row an assay",
            f"{where}: more than one row for {listed(obs.index[repeated])} and one assay",
            "give each tube its own id, for example by adding the visit, or remove the repeated rows",
        )


def _unit(table: LongTable, where: str) -> str:
    """Name the unit of concentrations, where the table has some."""
    units = sorted(set(table.assays["unit"]) - {""})
    if "quantified" in table.cells[0].measures and len(units) != 1:
        raise refuse(
            where,
            f"concentrations in {' and '.join(units)}" if units else "concentrations without a unit",
            "deliver each unit in a file of its own, with the unit in a column Unit",
        )
    return units[0] if units else ""


def _annotated(
    matrix: LongMatrix, obs: pd.DataFrame, assays: pd.DataFrame, unit: str, where: str
) -> tuple[AnnData, str]:
    """Put proteins into a table and internal controls beside it; the scale of the levels comes second."""
    inner = assays["internal"].to_numpy()
    level, layers, scale = _levels(matrix, unit)
    described = assays[~inner]
    var = describe_assays(described, where)
    for name in (name for name in _KEPT if described[name].any()):
        var[name] = described[name].to_numpy()
    adata = AnnData(_columns(level, ~inner), obs=obs, var=var)
    for name in [name for name in layers if np.isfinite(layers[name]).any()]:
        adata.layers[name] = _columns(layers[name], ~inner)
    if inner.any():
        adata.obsm["internal_controls"] = pd.DataFrame(level[:, inner], obs.index, _labels(assays[inner]))
    extension = [
        is_extension_control(*pair) for pair in zip(assays["assay"], assays["assay_type"], strict=True)
    ]
    if "count" in layers and any(extension):
        blocks = (assays["panel"] + "@" + assays["block"])[extension]
        adata.obsm["extension_counts"] = pd.DataFrame(layers["count"][:, extension], obs.index, blocks)
    return adata, scale


def _columns(matrix: np.ndarray, kept: np.ndarray) -> np.ndarray:
    return matrix if kept.all() else matrix[:, kept]


def _labels(controls: pd.DataFrame) -> pd.Series:
    plain = controls["assay"] + "@" + controls["panel"]
    return plain.where(~plain.duplicated(keep=False), plain + "@" + controls["block"])


def _levels(matrix: LongMatrix, unit: str) -> tuple[np.ndarray, dict[str, np.ndarray], str]:
    """Choose the level among all measures; its scale comes last."""
    taken = {name: matrix.take(name) for name in matrix.measures}
    levels = [name for name in LEVELS if name in taken]
    name = next((name for name in levels if np.isfinite(taken[name]).any()), levels[0])
    level, limit = taken.pop(name), taken.pop("lod", None)
    quantified_limit = taken.pop("lod_quantified", limit)
    if name != "quantified":
        return level, taken if limit is None else taken | {"lod": limit}, "Ct" if name == "ct" else "NPX"
    logged = _log2(level)
    hidden = np.isfinite(level) & np.isnan(logged)
    layers = taken | ({} if quantified_limit is None else {"lod": _log2(quantified_limit)})
    return (
        logged,
        layers | ({"censored": np.where(hidden, -1.0, 0.0)} if hidden.any() else {}),
        f"log2 {unit}",
    )


def _log2(levels: np.ndarray) -> np.ndarray:
    return np.log2(levels, where=levels > 0, out=np.full(levels.shape, np.nan))


FORMAT = Format("npx-long", "a long table of Olink software", 30, is_npx_long, read_npx_long)
