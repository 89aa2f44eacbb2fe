"""Fixed limits of detection: the vendor's list for a lot of reagents, without levels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.assay_table import text_in_assay
from stratify.assays.files.part import Part
from stratify.assays.files.row_batches import names_row
from stratify.assays.proteins.identity import gene_of, identify
from stratify.assays.registry import Format
from stratify.assays.schema import OBS_COLUMNS, VAR_COLUMNS, Column, as_text, parse_numbers, rename_columns
from stratify.errors import AssayFileError, listed

_COLUMNS = (
    *VAR_COLUMNS[:5],
    Column("analysis_reference", "the vendor's reference of a lot", ("dataanalysisrefid",)),
    Column("lod", "limit of detection, NPX", ("lodnpx", "lod", "fixedlod")),
    Column("lod_count", "limit of detection, reads", ("lodcount",)),
    Column("lod_method", "which of the two holds", ("lodmethod",)),
)


def is_fixed_lod(part: Part) -> bool:
    """Say whether a part lists limits of detection: one row an assay, and no samples.

    Parameters
    ----------
    part : Part
        Any part of a file.

    Returns
    -------
    bool
    """
    return part.kind in ("text", "cells") and names_row(part, _fits) is not None


def _fits(names: Sequence[str]) -> bool:
    known = set(rename_columns(names, _COLUMNS).values())
    levels = {"npx", "npxvalue", "ct", "quantifiedvalue"} & {name.lower().replace("_", "") for name in names}
    about_samples = "sample_id" in rename_columns(names, OBS_COLUMNS).values()
    return "lod" in known and bool({"assay_id", "assay", "uniprot"} & known) and not (about_samples or levels)


def read_fixed_lod(part: Part) -> AnnData:
    """Read a list of fixed limits of detection.

    Parameters
    ----------
    part : Part
        Text table or sheet.

    Returns
    -------
    AnnData of shape (0, assays)
        ``var["lod"]`` in plate-control-normalised NPX, ``var["lod_count"]`` in reads (NaN where the list has
        none), ``var["lod_method"]`` and ``var["analysis_reference"]`` ("" where the list has none).

    Raises
    ------
    AssayFileError
        Text in place of a limit, or one assay with two limits.
    """
    frame = part.frame.rename(columns=rename_columns(part.frame.columns, _COLUMNS))
    words = {
        column.name: _words(frame, column.name) for column in _COLUMNS if not column.name.startswith("lod")
    }
    named = words["assay"].where(words["assay"] != "", words["gene"])
    ids = words["assay_id"].where(words["assay_id"] != "", named.where(named != "", words["uniprot"]))
    uniprot = [u or identify(name)[0] for u, name in zip(words["uniprot"], named, strict=True)]
    genes = [gene_of(u, name) for u, name in zip(uniprot, named, strict=True)]
    var = pd.DataFrame({**words, "assay_id": ids, "uniprot": uniprot, "gene": genes, "assay": named})
    for name in ("lod", "lod_count"):
        cells = frame[name] if name in frame else pd.Series("", frame.index)
        var[name], wrong = parse_numbers(cells)
        if wrong.any():
            at = int(np.flatnonzero(wrong)[0])
            raise text_in_assay(part.where, name, ids.iloc[at], cells.iloc[at])
    var["lod_method"] = _words(frame, "lod_method").str.lower()
    references = words["analysis_reference"]
    var.index = pd.Index(ids.where(references == "", ids + "@" + references), dtype=object)
    if not var.index.is_unique:
        raise AssayFileError(
            "one limit of detection for each assay and lot",
            f"{part.where}: several for {listed(var.index[var.index.duplicated()].unique())}",
            "remove the repeated rows, or name the lots in a column DataAnalysisRefID",
        )
    facts = {"platform": "Olink Explore", "scale": "NPX", "format": "olink-fixed-lod"}
    return AnnData(
        np.empty((0, len(var))), var=var, uns={"stratify": {**facts, "normalization": "", "removed": []}}
    )


def _words(frame: pd.DataFrame, name: str) -> pd.Series:
    words = frame[name].map(as_text) if name in frame else pd.Series("", frame.index)
    return words.astype(object).reset_index(drop=True)


FORMAT = Format(
    "olink-fixed-lod",
    "fixed limits of detection of Olink",
    36,
    is_fixed_lod,
    read_fixed_lod,
    has_levels=False,
)
