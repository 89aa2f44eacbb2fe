"""The wide sheet of Olink NPX Manager: one row a sample, one column an assay."""

from __future__ import annotations

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.assay_table import describe_assays, index_rows, provenance, text_in_assay
from stratify.assays.part import Part
from stratify.assays.plates import store_by_panel
from stratify.assays.registry import Format
from stratify.assays.sample_names import sample_types
from stratify.assays.schema import as_text, normalise_word, parse_numbers
from stratify.assays.wide_sheet import WideSheet, is_wide, locate

_CONTROL_ASSAYS = (
    "inc ctrl",
    "det ctrl",
    "ext ctrl",
    "incubation control",
    "extension control",
    "amplification control",
)


def is_npx_wide(part: Part) -> bool:
    """Say whether a part has the wide layout of Olink NPX Manager.

    Parameters
    ----------
    part : Part
        Any part of a file.

    Returns
    -------
    bool
    """
    return is_wide(part.top)


def read_npx_wide(part: Part) -> AnnData:
    """Read a wide workbook of Olink NPX Manager: one row a sample, one column an assay.

    Control rows stay in the table and are told apart by ``obs["sample_type"]``; internal control assays are
    kept in ``obsm["internal_controls"]``. Values are as in the cells; an empty cell is NaN.

    Parameters
    ----------
    part : Part
        A sheet, or the same cells as text.

    Returns
    -------
    AnnData of shape (samples, assays)
        NPX (log2), with the limit of detection in ``layers["lod"]``.

    Raises
    ------
    AssayFileError
        Another layout, text in place of a level, or two samples with one id.
    """
    sheet, where = locate(part.rows, part.where), part.where
    var, assays, internal = _wide_assays(sheet, where)
    names = [as_text(row[0]) for row in sheet.rows[sheet.first : sheet.last]]
    obs = _wide_obs(sheet, names, where)
    adata = AnnData(_wide_values(sheet, assays, names, where), obs=obs, var=var)
    adata.layers["lod"] = _wide_lod(sheet, assays)
    if internal:
        labels = [f"{sheet.line(sheet.assay)[j]}@{sheet.panels[j]}" for j in internal]
        adata.obsm["internal_controls"] = pd.DataFrame(
            _wide_values(sheet, internal, names, where), obs.index, labels
        )
    adata.uns["stratify"] = provenance(var, "npx-wide", _wide_normalization(sheet))
    return adata


def _wide_assays(sheet: WideSheet, where: str) -> tuple[pd.DataFrame, list[int], list[int]]:
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
    return describe_assays(var, where), assays, internal


def _wide_obs(sheet: WideSheet, names: list[str], where: str) -> pd.DataFrame:
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
    return index_rows(obs, where)


def _wide_values(sheet: WideSheet, columns: list[int], names: list[str], where: str) -> np.ndarray:
    body, levels = sheet.rows[sheet.first : sheet.last], np.empty((len(names), len(columns)))
    for k, j in enumerate(columns):
        levels[:, k], wrong = parse_numbers([row[j] for row in body])
        if wrong.any():
            raise text_in_assay(where, sheet.line(sheet.assay)[j], names[int(np.flatnonzero(wrong)[0])])
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


FORMAT = Format("npx-wide", "a wide sheet of Olink NPX Manager", 20, is_npx_wide, read_npx_wide)
