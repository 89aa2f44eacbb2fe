"""Concentrations of immunoassays (Luminex, MSD): analytes in columns, marks outside the measured range."""

from __future__ import annotations

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.assay_table import describe_assays, index_rows, text_in_assay
from stratify.assays.files.decimal_commas import point_decimals
from stratify.assays.files.grid import check_header
from stratify.assays.files.part import Part
from stratify.assays.layouts.concentration_sheet import ConcentrationSheet, as_frame, controls_of, find_sheet
from stratify.assays.layouts.concentrations import Concentrations, Unit, parse_concentrations, without_unit
from stratify.assays.layouts.footers import footer_kind
from stratify.assays.proteins.columns import identify_columns
from stratify.assays.refusal import refuse
from stratify.assays.registry import Format
from stratify.assays.sample_names import sample_types
from stratify.assays.schema import as_text, normalise_obs
from stratify.errors import AssayFileError, listed


def is_immunoassay(part: Part) -> bool:
    """Say whether a part holds concentrations of an immunoassay.

    Parameters
    ----------
    part : Part
        Any part of a file.

    Returns
    -------
    bool
        True for the sections of a Luminex instrument, for units of mass per volume, and for marks such as
        "<3.2" or "OOR >" between levels that no log scale reaches.
    """
    if part.kind not in ("text", "cells"):
        return False
    sheet = find_sheet(part.top)
    return sheet is not None and sheet.is_immunoassay()


def read_immunoassay(part: Part) -> AnnData:
    """Read concentrations of an immunoassay.

    A level outside the measured range has no number and stays NaN: nothing is put in its place. What is known
    of it is kept beside: ``layers["censored"]`` is -1 below the range and +1 above it, ``layers["lod"]`` and
    ``layers["uloq"]`` hold the limits where the file states them, and ``layers["extrapolated"]`` marks levels
    that the software took from beyond its standards.

    Parameters
    ----------
    part : Part
        A sheet or a text.

    Returns
    -------
    AnnData of shape (samples, analytes)
        log2 pg/mL from any unit of mass per volume (as delivered in ``var["unit"]``); log2 of the median
        fluorescence where a Luminex file holds no concentrations; "log2 concentration" where the file does
        not state a unit.

    Raises
    ------
    AssayFileError
        Text that is no level and no mark, negative concentrations, several logarithms, or two samples with
        one id.
    """
    sheet, where = find_sheet(part.rows), part.where
    if sheet is None:
        raise refuse(where, "no line that names analytes")
    if sheet.ragged:
        raise refuse(
            where,
            f"lines with more or fewer cells than there are columns, for {listed(sheet.ragged)}",
            "export the table again; numbers are written without commas between thousands",
        )
    check_header(sheet.names, where)
    frame = point_decimals(as_frame(sheet), where)
    names = [as_text(cell) for cell in frame.iloc[:, sheet.sample]]
    kinds = np.array([footer_kind(name) for name in names])
    chosen = sheet.analytes
    columns = [_column(frame, j, names, where) for j in chosen]
    units = [sheet.units[j] for j in chosen]
    obs = _obs(frame, sheet, chosen, kinds == "", where)
    adata = AnnData(
        _levels([c.value for c in columns], units, where)[kinds == ""],
        obs=obs,
        var=_var(sheet, chosen, where),
    )
    _add_marks(adata, columns, units, kinds)
    adata.uns["stratify"] = {
        "platform": sheet.platform or "immunoassay",
        "scale": _scale(sheet, units, where),
        "format": "immunoassay",
        "normalization": "",
        "zero_levels": int(_zeros(columns, units)[kinds == ""].sum()),
        "removed": [],
    }
    return adata


def _column(frame: pd.DataFrame, j: int, names: list[str], where: str) -> Concentrations:
    column = parse_concentrations(frame.iloc[:, j])
    wrong = np.flatnonzero(column.wrong)
    if len(wrong):
        raise text_in_assay(where, str(frame.columns[j]), names[wrong[0]], frame.iloc[wrong[0], j])
    return column


def _levels(values: list[np.ndarray], units: list[Unit | None], where: str) -> np.ndarray:
    """Take log2 of pg/mL; a level that is a logarithm already is only changed in base and unit."""
    levels = np.column_stack(values)
    for j, unit in enumerate(units):
        base, picograms = (unit.base, unit.picograms) if unit else (0, 1.0)
        if base:
            levels[:, j] = levels[:, j] * np.log2(base) + np.log2(picograms)
        elif (levels[:, j] < 0).any():
            raise AssayFileError(
                "concentrations of 0 and more",
                f"{where}: negative concentrations of analyte number {j + 1}",
                "if levels are logarithms, write 'log2 pg/mL' in the names of their columns",
            )
        else:
            levels[:, j] = np.log2(np.where(levels[:, j] > 0, levels[:, j], np.nan) * picograms)
    return levels


def _add_marks(
    adata: AnnData, columns: list[Concentrations], units: list[Unit | None], kinds: np.ndarray
) -> None:
    samples = kinds == ""
    side = np.column_stack([c.side for c in columns])[samples]
    adata.layers["censored"] = np.where(_zeros(columns, units)[samples], -1.0, side)
    limit = np.column_stack([c.limit for c in columns])[samples]
    for layer, sign, rows in (("lod", -1, ("lod", "lloq")), ("uloq", 1, ("uloq",))):
        stated = np.where(side == sign, limit, np.nan)
        for j, column in enumerate(columns):
            for kind in rows:
                if (line := column.value[kinds == kind]).size:
                    stated[:, j] = np.where(np.isnan(stated[:, j]), line[0], stated[:, j])
            _spread_common(stated[:, j])
        if layer == "lod" or not np.isnan(stated).all():
            adata.layers[layer] = _levels(list(stated.T), units, "")
    extrapolated = np.column_stack([c.extrapolated for c in columns])[samples]
    if extrapolated.any():
        adata.layers["extrapolated"] = extrapolated


def _zeros(columns: list[Concentrations], units: list[Unit | None]) -> np.ndarray:
    """Mark concentrations of zero, which have no logarithm; a logarithm of zero is a level like others."""
    logged = [unit is not None and unit.base > 0 for unit in units]
    zeros: np.ndarray = (np.column_stack([c.value for c in columns]) == 0) & ~np.array(logged)
    return zeros


def _spread_common(limits: np.ndarray) -> None:
    """Give all samples the one limit that a column states; several limits stay where they stand."""
    stated = np.unique(limits[~np.isnan(limits)])
    if len(stated) == 1:
        limits[:] = stated[0]


def _obs(
    frame: pd.DataFrame, sheet: ConcentrationSheet, analytes: list[int], rows: np.ndarray, where: str
) -> pd.DataFrame:
    kept = [j for j, name in enumerate(sheet.names) if name and j not in {*analytes, sheet.sample}]
    samples = frame.loc[rows].reset_index(drop=True)
    obs = normalise_obs(samples.iloc[:, kept])
    obs["sample_id"] = [as_text(cell) for cell in samples.iloc[:, sheet.sample]]
    names = obs["sample_id"].tolist()
    wells = samples["Type"].map(as_text).tolist() if {"Type", "Well"} <= set(samples) else [""] * len(samples)
    declared = obs["sample_type"].tolist() if "sample_type" in obs else [""] * len(samples)
    own = controls_of(names, wells)
    obs["sample_type"] = sample_types(names, [a or b for a, b in zip(declared, own, strict=True)])
    obs["control_name"] = obs["sample_id"].where(obs["sample_type"] != "sample", "")
    return index_rows(obs, where)


def _var(sheet: ConcentrationSheet, analytes: list[int], where: str) -> pd.DataFrame:
    names = [without_unit(sheet.names[j]) or sheet.names[j] for j in analytes]
    known = identify_columns(names)
    described = {
        "assay_id": names,
        "uniprot": [known.get(name, ("", ""))[0] for name in names],
        "gene": [known.get(name, ("", ""))[1] for name in names],
        "assay": names,
    }
    var = describe_assays(pd.DataFrame(described), where)
    var["unit"] = [unit.name if (unit := sheet.units[j]) else sheet.statistic for j in analytes]
    return var


def _scale(sheet: ConcentrationSheet, units: list[Unit | None], where: str) -> str:
    if sheet.statistic:
        return f"log2 {sheet.statistic}"
    silent = [sheet.names[j] for j, unit in zip(sheet.analytes, units, strict=True) if unit is None]
    if 0 < len(silent) < len(units):
        raise AssayFileError(
            "a unit for every analyte, or for none",
            f"{where}: no unit for {listed(silent)}",
            "write the unit in the name of each column, such as 'IL-6 (pg/mL)'",
        )
    return "log2 concentration" if silent else "log2 pg/mL"


FORMAT = Format("immunoassay", "concentrations of an immunoassay", 60, is_immunoassay, read_immunoassay)
