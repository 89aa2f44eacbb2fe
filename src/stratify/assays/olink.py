"""Olink exports: the wide workbook of NPX Manager and the long table of newer software."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.assay_table import EXPLORE_ID, describe_assays, index_rows, provenance, text_in_assay
from stratify.assays.grid import file_kind, parquet_frame, read_text, refuse, text_frame, text_rows
from stratify.assays.panels import canonical_panel
from stratify.assays.plates import store_by_panel
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
from stratify.assays.wide_sheet import WideSheet, find_wide_sheet, locate

_LONG_COLUMNS = (
    *VAR_COLUMNS,
    Column("npx", "protein level, log2 units", ("npx", "npxvalue")),
    Column("lod", "limit of detection, NPX", ("lod", "platelod", "lodnpx", "maxlod")),
    Column("normalization", "how the vendor normalised", ("normalization", "normalisation")),
)
_CONTROL_ASSAYS = (
    "inc ctrl",
    "det ctrl",
    "ext ctrl",
    "incubation control",
    "extension control",
    "amplification control",
)


def read_npx_wide(path: Path) -> AnnData:
    """Read a wide workbook of Olink NPX Manager: one row a sample, one column an assay.

    Control rows stay in the table and are told apart by ``obs["sample_type"]``; internal control assays are
    kept in ``obsm["internal_controls"]``. Values are as in the cells; an empty cell is NaN.

    Parameters
    ----------
    path : Path
        Workbook (its first sheet in this layout) or the same cells as text.

    Returns
    -------
    AnnData of shape (samples, assays)
        NPX (log2), with the limit of detection in ``layers["lod"]``.

    Raises
    ------
    AssayFileError
        Another layout, text in place of a level, or two samples with one id.
    """
    rows = find_wide_sheet(path)
    if rows is None:
        raise refuse(path, "not the wide layout of NPX Manager")
    sheet = locate(rows, path)
    var, assays, internal = _wide_assays(sheet, path)
    names = [as_text(row[0]) for row in sheet.rows[sheet.first : sheet.last]]
    obs = _wide_obs(sheet, names, path)
    adata = AnnData(_wide_values(sheet, assays, names, path), obs=obs, var=var)
    adata.layers["lod"] = _wide_lod(sheet, assays)
    if internal:
        labels = [f"{sheet.line(sheet.assay)[j]}@{sheet.panels[j]}" for j in internal]
        adata.obsm["internal_controls"] = pd.DataFrame(
            _wide_values(sheet, internal, names, path), obs.index, labels
        )
    adata.uns["stratify"] = provenance(var, "npx-wide", _wide_normalization(sheet))
    return adata


def _wide_assays(sheet: WideSheet, path: Path) -> tuple[pd.DataFrame, list[int], list[int]]:
    names, uniprot, ids = sheet.line(sheet.assay), sheet.line(sheet.assay + 1), sheet.line(sheet.assay + 2)
    if as_text(sheet.rows[sheet.assay + 2][0]).lower() != "olinkid":
        ids = [""] * len(names)
    special = {
        j for name in ("Plate ID", "QC Warning", "QC Deviation from median") for j in sheet.columns(name)
    }
    columns = [j for j, name in enumerate(names) if j > 0 and name and j not in special]
    internal = [j for j in columns if names[j].lower().startswith(_CONTROL_ASSAYS)]
    assays = [j for j in columns if j not in set(internal)]
    missing = sheet.footer("missing data")
    var = pd.DataFrame(
        {
            "assay_id": [ids[j] for j in assays],
            "uniprot": [uniprot[j] for j in assays],
            "panel": [sheet.panels[j] for j in assays],
            "assay": [names[j] for j in assays],
        }
    )
    if missing:
        var["missing_frequency"] = parse_numbers([missing[0][j] for j in assays])[0]
    return describe_assays(var, path), assays, internal


def _wide_obs(sheet: WideSheet, names: list[str], path: Path) -> pd.DataFrame:
    types = sample_types(names)
    obs = pd.DataFrame(
        {"sample_id": names, "sample_type": types, "control_name": np.where(types == "sample", "", names)}
    )
    body = sheet.rows[sheet.first : sheet.last]
    for name, title in (("plate", "Plate ID"), ("qc", "QC Warning")):
        if columns := sheet.columns(title):
            cells = pd.DataFrame({sheet.panels[j]: [as_text(row[j]) for row in body] for j in columns})
            store_by_panel(obs, name, cells.map(lambda word, name=name: normalise_word(name, word)))
    for j in sheet.columns("QC Deviation from median"):
        obs[f"qc_deviation {sheet.line(sheet.assay + 1)[j]}@{sheet.panels[j]}"] = parse_numbers(
            [row[j] for row in body]
        )[0]
    return index_rows(obs, path)


def _wide_values(sheet: WideSheet, columns: list[int], names: list[str], path: Path) -> np.ndarray:
    body, levels = sheet.rows[sheet.first : sheet.last], np.empty((len(names), len(columns)))
    for k, j in enumerate(columns):
        levels[:, k], wrong = parse_numbers([row[j] for row in body])
        if wrong.any():
            raise text_in_assay(path, sheet.line(sheet.assay)[j], names[int(np.flatnonzero(wrong)[0])])
    return levels


def _wide_lod(sheet: WideSheet, assays: list[int]) -> np.ndarray:
    """Spread each row of detection limits over the samples of its plate, or over all where it names none."""
    body = sheet.rows[sheet.first : sheet.last]
    lod = np.full((len(body), len(assays)), np.nan)
    plate_column = {sheet.panels[j]: j for j in sheet.columns("Plate ID")}
    for row in sheet.footer("lod"):
        limits = parse_numbers([row[j] for j in assays])[0]
        for panel in dict.fromkeys(sheet.panels[j] for j in assays):
            of_panel = np.array([sheet.panels[j] == panel for j in assays])
            at = plate_column.get(panel)
            plate = as_text(row[at]) if at is not None else ""
            on_plate = np.array([not plate or as_text(line[at]) == plate for line in body])  # type: ignore[index]
            lod[np.ix_(on_plate, of_panel)] = limits[of_panel]
    return lod


def _wide_normalization(sheet: WideSheet) -> str:
    words = [as_text(cell) for row in sheet.footer("normali") for cell in row[1:]]
    words += [
        as_text(row[1]) for row in sheet.rows[: sheet.assay] if as_text(row[0]).lower().startswith("normali")
    ]
    return "; ".join(dict.fromkeys(word for word in words if word))


def is_npx_long(path: Path) -> bool:
    """Say whether a file is a long Olink table: one row a sample and assay.

    Parameters
    ----------
    path : Path
        Any file.

    Returns
    -------
    bool
    """
    kind = file_kind(path)
    if kind == "parquet":
        return True
    first = text_rows(read_text(path), 1) if kind == "text" else []
    return _is_long({name for row in first for name in _long_names([str(cell) for cell in row]).values()})


def _is_long(names: set[str]) -> bool:
    return {"sample_id", "npx"} <= names and bool({"assay_id", "uniprot", "assay"} & names)


def _long_names(names: Sequence[str]) -> dict[str, str]:
    assays = rename_columns(names, _LONG_COLUMNS)
    return assays | rename_columns([name for name in names if name not in assays])


def read_npx_long(path: Path) -> AnnData:
    """Read a long Olink table (comma, semicolon or tabulator, or parquet): one row a sample and assay.

    Columns that are constant within a sample are kept in ``obs``; plate and verdict of the laboratory also
    a panel where they differ. A control that repeats is told apart by its plate and order.

    Parameters
    ----------
    path : Path
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
    frame = _long_frame(path)
    column, _ = pd.factorize(_assay_keys(frame))
    sample, _ = pd.factorize(frame["sample_id"])
    occurrence = _occurrence(frame, column)
    row = np.unique(sample * (occurrence.max() + 1) + occurrence, return_inverse=True)[1]
    var = describe_assays(_first_of(frame, column, [c.name for c in VAR_COLUMNS if c.name in frame]), path)
    obs = _long_obs(frame, row, path)
    adata = AnnData(_spread(frame["npx"], row, column), obs=obs, var=var)
    adata.layers["lod"] = _spread(frame["lod"], row, column)
    adata.uns["stratify"] = provenance(var, "npx-long", "; ".join(sorted(set(frame["normalization"]) - {""})))
    return adata


def _long_frame(path: Path) -> pd.DataFrame:
    """Read the cells into canonical columns, numbers parsed, panels and sample types named."""
    raw = parquet_frame(path) if file_kind(path) == "parquet" else text_frame(read_text(path), path)
    frame = raw.rename(columns=_long_names(list(raw.columns)))
    if not _is_long(set(frame.columns)):
        raise refuse(path, "no columns for sample, assay and NPX of a long Olink table")
    if frame.empty:
        raise refuse(path, "columns without a single sample")
    for name in ("npx", "lod"):
        values, wrong = (
            parse_numbers(frame[name]) if name in frame else (np.full(len(frame), np.nan), np.zeros(0, bool))
        )
        if wrong.any():
            first = frame.iloc[int(np.flatnonzero(wrong)[0])]
            raise text_in_assay(
                path, as_text(first.get("assay", first.get("assay_id", name))), as_text(first["sample_id"])
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


def _long_obs(frame: pd.DataFrame, row: np.ndarray, path: Path) -> pd.DataFrame:
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
    return index_rows(normalise_obs(obs), path)


def _by_unique(values: pd.Series, function: Callable[[Any], str]) -> pd.Series:
    return values.map({value: function(value) for value in values.unique()})
