"""The long table of Olink software: one row a sample and assay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.assay_table import EXPLORE_ID, describe_assays, index_rows, provenance, text_in_assay
from stratify.assays.panels import canonical_panel
from stratify.assays.parquet import parquet_frame
from stratify.assays.part import Part
from stratify.assays.plates import store_by_panel
from stratify.assays.refusal import refuse
from stratify.assays.registry import Format
from stratify.assays.sample_names import sample_types
from stratify.assays.schema import (
    VAR_COLUMNS,
    Column,
    as_text,
    normalise_obs,
    normalise_word,
    parse_numbers,
    rename_columns,
)

_LONG_COLUMNS = (
    *VAR_COLUMNS,
    Column("npx", "protein level, log2 units", ("npx", "npxvalue")),
    Column("lod", "limit of detection, NPX", ("lod", "platelod", "lodnpx", "maxlod")),
    Column("normalization", "how the vendor normalised", ("normalization", "normalisation")),
)


def is_npx_long(part: Part) -> bool:
    """Say whether a part is a long Olink table: one row a sample and assay.

    Parameters
    ----------
    part : Part
        Any part of a file.

    Returns
    -------
    bool
    """
    if part.kind == "parquet":
        return True
    first = [str(cell) for row in part.top[:1] for cell in row]
    return _is_long(set(_long_names(first).values()))


def _is_long(names: set[str]) -> bool:
    return {"sample_id", "npx"} <= names and bool({"assay_id", "uniprot", "assay"} & names)


def _long_names(names: Sequence[str]) -> dict[str, str]:
    assays = rename_columns(names, _LONG_COLUMNS)
    return assays | rename_columns([name for name in names if name not in assays])


def read_npx_long(part: Part) -> AnnData:
    """Read a long Olink table (comma, semicolon or tabulator, or parquet): one row a sample and assay.

    Columns that are constant within a sample are kept in ``obs``; plate and verdict of the laboratory also
    a panel where they differ. A control that repeats is told apart by its plate and order.

    Parameters
    ----------
    part : Part
        The table.

    Returns
    -------
    AnnData of shape (samples, assays)
        NPX (log2), with the limit of detection in ``layers["lod"]``; NaN where the table has no row.

    Raises
    ------
    AssayFileError
        Missing columns, text in place of a level, or two levels for one sample and assay.
    """
    frame, where = _long_frame(part), part.where
    column, _ = pd.factorize(_assay_keys(frame))
    sample, _ = pd.factorize(frame["sample_id"])
    occurrence = _occurrence(frame, column)
    row = np.unique(sample * (occurrence.max() + 1) + occurrence, return_inverse=True)[1]
    var = describe_assays(_first_of(frame, column, [c.name for c in VAR_COLUMNS if c.name in frame]), where)
    obs = _long_obs(frame, row, where)
    adata = AnnData(_spread(frame["npx"], row, column), obs=obs, var=var)
    adata.layers["lod"] = _spread(frame["lod"], row, column)
    adata.uns["stratify"] = provenance(var, "npx-long", "; ".join(sorted(set(frame["normalization"]) - {""})))
    return adata


def _long_frame(part: Part) -> pd.DataFrame:
    """Read the cells into canonical columns, numbers parsed, panels and sample types named."""
    where = part.where
    raw = parquet_frame(part) if part.kind == "parquet" else part.frame
    frame = raw.rename(columns=_long_names(list(raw.columns)))
    if not _is_long(set(frame.columns)):
        raise refuse(where, "no columns for sample, assay and NPX of a long Olink table")
    if frame.empty:
        raise refuse(where, "columns without a single sample")
    for name in ("npx", "lod"):
        values, wrong = (
            parse_numbers(frame[name]) if name in frame else (np.full(len(frame), np.nan), np.zeros(0, bool))
        )
        if wrong.any():
            first = frame.iloc[int(np.flatnonzero(wrong)[0])]
            raise text_in_assay(
                where, as_text(first.get("assay", first.get("assay_id", name))), as_text(first["sample_id"])
            )
        frame[name] = values
    for name in ("assay_id", "uniprot", "assay", "panel", "normalization", "sample_type", "plate"):
        frame[name] = _by_unique(frame[name], as_text) if name in frame else ""
    frame["sample_id"] = _by_unique(frame["sample_id"], as_text)
    frame["panel"] = _by_unique(frame["panel"], canonical_panel)
    explore = frame["assay_id"].str.fullmatch(EXPLORE_ID)
    frame.loc[explore, "panel"] = "Explore " + frame.loc[explore, "panel"].str.removeprefix("Explore ")
    people = frame.drop_duplicates("sample_id")
    types = dict(
        zip(
            people["sample_id"],
            sample_types(people["sample_id"].tolist(), people["sample_type"].tolist()),
            strict=True,
        )
    )
    frame["sample_type"] = frame["sample_id"].map(types)
    return frame


def _occurrence(frame: pd.DataFrame, column: np.ndarray) -> np.ndarray:
    """Count how often a sample was seen before in its assay; controls in the order of their plates."""
    plate, _ = pd.factorize(frame["plate"], sort=True)
    order = np.argsort(np.where(frame["sample_type"] == "sample", 0, plate), kind="stable")
    keys = [frame["sample_id"].to_numpy()[order], column[order]]
    seen = np.empty(len(frame), dtype=int)
    seen[order] = frame.iloc[order].groupby(keys, sort=False).cumcount()
    return seen


def _assay_keys(frame: pd.DataFrame) -> pd.Series:
    composed = (frame["uniprot"] + "@" + frame["panel"]).where(frame["uniprot"] != "", frame["assay"])
    return composed.where(frame["assay_id"] == "", frame["assay_id"])


def _first_of(frame: pd.DataFrame, code: np.ndarray, names: list[str]) -> pd.DataFrame:
    return frame[names].iloc[np.unique(code, return_index=True)[1]].reset_index(drop=True)


def _spread(values: pd.Series, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    matrix = np.full((row.max() + 1, column.max() + 1), np.nan)
    matrix[row, column] = values
    return matrix


def _long_obs(frame: pd.DataFrame, row: np.ndarray, where: str) -> pd.DataFrame:
    """Columns that are constant within a sample, and plate and verdict by panel."""
    assay_columns = {column.name for column in _LONG_COLUMNS}
    others = [name for name in frame.columns if name not in assay_columns]
    first = _first_of(frame, row, others)
    constant = [n for n in others if (first[n].to_numpy()[row] == frame[n].to_numpy()).all()]
    obs = first[[n for n in constant if n not in ("plate", "qc")]].copy()
    names = (
        obs["control_name"]
        if "control_name" in obs
        else obs["sample_id"].str.replace(r" #\d+$", "", regex=True)
    )
    obs["control_name"] = names.where(obs["sample_type"] != "sample", "")
    for name in ("plate", "qc"):
        if name in others and frame[name].any():
            by_panel = (
                frame.assign(row=row)
                .groupby(["row", "panel"], sort=False)[name]
                .first()
                .unstack(fill_value="")
            )
            words = {word: normalise_word(name, word) for word in np.unique(by_panel.to_numpy(dtype=str))}
            store_by_panel(obs, name, by_panel.sort_index().map(words.get))
    return index_rows(normalise_obs(obs), where)


def _by_unique(values: pd.Series, function: Callable[[Any], str]) -> pd.Series:
    return values.map({value: function(value) for value in values.unique()})


FORMAT = Format("npx-long", "a long table of Olink software", 30, is_npx_long, read_npx_long)
