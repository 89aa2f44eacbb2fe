"""The wide sheet of Olink NPX Manager: one row a sample, one column an assay."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.assay_table import describe_assays, index_rows, provenance
from stratify.assays.files.decimal_commas import point_decimals
from stratify.assays.files.part import Part
from stratify.assays.files.unfinished import tell_unfinished
from stratify.assays.joining import combine
from stratify.assays.layouts.footers import LIMITS, spread_limits
from stratify.assays.layouts.levels import read_levels, take_logarithms
from stratify.assays.layouts.wide_sheet import WideSheet, is_wide, locate
from stratify.assays.plates import store_by_panel
from stratify.assays.proteins.panels import canonical_panel
from stratify.assays.refusal import refuse
from stratify.assays.registry import Format
from stratify.assays.sample_names import sample_types
from stratify.assays.schema import as_text, normalise_word, parse_numbers

_CONTROL_ASSAYS = (
    "inc ctrl",
    "det ctrl",
    "ext ctrl",
    "amp ctrl",
    "incubation control",
    "detection control",
    "extension control",
    "amplification control",
)
_PLATE, _VERDICT, _DEVIATION = "Plate ID", "QC Warning", "QC Deviation from median"
_UNIT_WORDS = re.compile(r"\b(npx|ct|quantified)\b", re.IGNORECASE)
_VERSION = re.compile(r"\((?:lot\s*)?(v\.?\s*\d+|[A-Z]?\d{4,})\)", re.IGNORECASE)
_OTHER_PRODUCTS = {"target 48": "Olink Target 48", "flex": "Olink Flex", "focus": "Olink Focus"}


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
    """Read a wide sheet of Olink NPX Manager: one row a sample, one column an assay.

    Control rows stay in the table and are told apart by ``obs["sample_type"]``; internal control assays are
    kept in ``obsm["internal_controls"]``. NPX and Ct (higher means less) are as in the cells; concentrations
    ("Quantified data") become logarithms to base 2, with their limits. An empty cell is NaN. Blocks below
    each other in one sheet are joined like files.

    Parameters
    ----------
    part : Part
        A sheet, or the same cells as text.

    Returns
    -------
    AnnData of shape (samples, assays)
        Scale "NPX", "Ct", "log2 pg/mL" (or another stated unit), or "unknown" where nothing says it; limits
        of detection in ``layers["lod"]``, limits of quantification in ``var``.

    Raises
    ------
    AssayFileError
        Another layout, text in place of a level, several units, or two samples with one id.
    """
    blocks = locate(_cells(part), part.where)
    return tell_unfinished(combine([_read_block(block, part.where) for block in blocks]), part)


def _cells(part: Part) -> list[list[object]]:
    """Rows as long as they were delivered, decimal commas as points."""
    cells = point_decimals(pd.DataFrame(part.rows, dtype=object).fillna(""), part.where).to_numpy()
    return [list(line[: len(row)]) for line, row in zip(cells, part.rows, strict=True)]


def _read_block(sheet: WideSheet, where: str) -> AnnData:
    assays, internal = _assay_columns(sheet)
    panels = list(dict.fromkeys(canonical_panel(sheet.panels[j]) for j in assays))
    names, scale = sheet.names, _scale(sheet, assays, where)
    var = _var(sheet, assays, where)
    obs = _obs(sheet, names, panels, where)
    levels, notes = _levels(sheet, assays, where)
    adata = AnnData(levels, obs=obs, var=var)
    limits = [row for kind in LIMITS for row in _limits(sheet, kind, assays, panels)]
    adata.layers["lod"] = _by_plate(sheet, limits, assays, panels)
    if quantifiable := _limits(sheet, "lowest quantifiable level", assays, panels):
        adata.layers["lowest_quantifiable"] = _by_plate(sheet, quantifiable, assays, panels)
    if internal:
        labels = [f"{sheet.line(sheet.assay)[j]}@{canonical_panel(sheet.panels[j])}" for j in internal]
        adata.obsm["internal_controls"] = pd.DataFrame(_levels(sheet, internal, where)[0], obs.index, labels)
    facts = provenance(var, "npx-wide", _normalization(sheet)) | {"scale": scale}
    adata.uns["stratify"] = facts | _product(sheet, assays) | {"notes": [*sheet.notes, *notes]}
    if scale.startswith("log2"):
        take_logarithms(adata, where)
    return adata


def _assay_columns(sheet: WideSheet) -> tuple[list[int], list[int]]:
    """Positions of the assays, and of internal controls."""
    special = {j for name in (_PLATE, _VERDICT, _DEVIATION) for j in sheet.columns(name)}
    names = sheet.line(sheet.assay)
    columns = [j for j, name in enumerate(names) if j > 0 and name and j not in special]
    internal = [j for j in columns if names[j].lower().startswith(_CONTROL_ASSAYS)]
    return [j for j in columns if j not in set(internal)], internal


def _scale(sheet: WideSheet, assays: list[int], where: str) -> str:
    """Find the unit that the sheet states; without one, verdicts and rows of limits speak for NPX."""
    units = {word for j in assays if (word := sheet.line(sheet.about.get("unit"))[j])}
    if len(units) > 1:
        raise refuse(where, f"assays in several units: {', '.join(sorted(units))}", "export one unit a file")
    if units - {"NPX", "Ct"}:
        return f"log2 {units.pop()}"
    stated = [
        found[1].lower() for word in (*sorted(units), *sheet.titles) if (found := _UNIT_WORDS.search(word))
    ]
    for word, scale in (("quantified", "log2 pg/mL"), ("ct", "Ct"), ("npx", "NPX")):
        if word in stated:
            return scale
    return "NPX" if sheet.columns(_VERDICT) or any(sheet.footer(kind) for kind in LIMITS) else "unknown"


def _var(sheet: WideSheet, assays: list[int], where: str) -> pd.DataFrame:
    raw = [sheet.panels[j] for j in assays]
    texts = {
        "assay_id": sheet.line(sheet.about.get("olinkid")),
        "uniprot": sheet.line(sheet.about.get("uniprot")),
        "assay": sheet.line(sheet.assay),
    }
    var = pd.DataFrame({name: [cells[j] for j in assays] for name, cells in texts.items()})
    var["panel"] = [canonical_panel(panel) for panel in raw]
    for row in sheet.footer("missing data")[:1]:
        var["missing_frequency"] = parse_numbers([row[j] for j in assays])[0]
    described = describe_assays(var, where)
    lots = [found[1].replace(" ", "") if (found := _VERSION.search(panel)) else "" for panel in raw]
    if any(lots):
        described["lot"] = lots
    for kind in ("lloq", "uloq"):
        for row in sheet.footer(kind)[:1]:
            described[kind] = parse_numbers([row[j] for j in assays])[0]
    warned = sheet.footer("assay warning")
    if warned:
        plate = sheet.columns(_PLATE)
        described["assay_warning"] = [
            " | ".join(as_text(row[plate[0]]) if plate else "yes" for row in warned if _is_warning(row[j]))
            for j in assays
        ]
    return described


def _is_warning(cell: object) -> bool:
    return normalise_word("qc", as_text(cell)) in ("warn", "fail")


def _obs(sheet: WideSheet, names: list[str], panels: list[str], where: str) -> pd.DataFrame:
    types = sample_types(names)
    obs = pd.DataFrame(
        {"sample_id": names, "sample_type": types, "control_name": np.where(types == "sample", "", names)}
    )
    for name, title in (("plate", _PLATE), ("qc", _VERDICT)):
        if columns := sheet.columns(title):
            own = sheet.by_panel(columns, panels)
            words = {
                panel: [normalise_word(name, as_text(c)) for c in sheet.cells(j)] for panel, j in own.items()
            }
            store_by_panel(obs, name, pd.DataFrame(words))
    controls = sheet.line(sheet.assay + 1)
    deviations = sheet.columns(_DEVIATION)
    for control in dict.fromkeys(controls[j] for j in deviations):
        own = sheet.by_panel([j for j in deviations if controls[j] == control], panels)
        for panel, j in own.items():
            obs[f"qc_deviation {control}@{panel}"] = parse_numbers(sheet.cells(j))[0]
    return index_rows(obs, where)


def _levels(sheet: WideSheet, columns: list[int], where: str) -> tuple[np.ndarray, list[str]]:
    names = sheet.line(sheet.assay)
    return read_levels([(names[j], sheet.cells(j)) for j in columns], sheet.names, where)


def _limits(
    sheet: WideSheet, kind: str, assays: list[int], panels: list[str]
) -> list[tuple[str, str, dict[str, str], np.ndarray]]:
    """Rows of limits: kind, and plate by panel ("" for all plates)."""
    plates = sheet.by_panel(sheet.columns(_PLATE), panels)
    found = []
    for row in sheet.footer(kind):
        named = {panel: as_text(row[j]) for panel, j in plates.items()}
        any_plate = next((plate for plate in named.values() if plate), "")
        own = {panel: named.get(panel) or any_plate for panel in panels}
        found.append((kind, any_plate, own, parse_numbers([row[j] for j in assays])[0]))
    return found


def _by_plate(
    sheet: WideSheet,
    limits: list[tuple[str, str, dict[str, str], np.ndarray]],
    assays: list[int],
    panels: list[str],
) -> np.ndarray:
    plates = sheet.by_panel(sheet.columns(_PLATE), panels)
    spread = np.full((len(sheet.samples), len(assays)), np.nan)
    panel_of = np.array([canonical_panel(sheet.panels[j]) for j in assays], dtype=object)
    for panel in panels:
        here = np.flatnonzero(panel_of == panel)
        on = [as_text(c) for c in sheet.cells(plates[panel])] if panel in plates else [""] * len(spread)
        rows = [(kind, own[panel], values[here]) for kind, _, own, values in limits]
        spread[:, here] = spread_limits(rows, on, len(here))
    return spread


def _normalization(sheet: WideSheet) -> str:
    words = [as_text(cell) for row in sheet.footer("normalization") for cell in row[1:]]
    above = (row for row in sheet.rows[: sheet.assay] if as_text(row[0]).lower().startswith("normali"))
    words += [as_text(row[1]) for row in above]
    return "; ".join(dict.fromkeys(word for word in words if word))


def _product(sheet: WideSheet, assays: list[int]) -> dict[str, str]:
    words = " ".join({sheet.panels[j] for j in assays} | set(sheet.titles)).lower()
    found = [name for word, name in _OTHER_PRODUCTS.items() if re.search(rf"\b{word}\b", words)]
    return {"platform": found[0]} if found else {}


FORMAT = Format("npx-wide", "a wide sheet of Olink NPX Manager", 20, is_npx_wide, read_npx_wide)
