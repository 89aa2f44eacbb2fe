"""Lists of assays: which protein is on which panel, without levels."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.files.grid import rough_frame
from stratify.assays.files.part import Part
from stratify.assays.layouts.assay_columns import assay_columns, naming_column
from stratify.assays.proteins.identity import gene_of, identify
from stratify.assays.proteins.panels import canonical_panel
from stratify.assays.registry import Format
from stratify.assays.schema import as_text, rename_columns


def is_assay_list(part: Part) -> bool:
    """Say whether a part describes assays: a column of proteins under a usual name, and no samples.

    Parameters
    ----------
    part : Part
        Any part of a file.

    Returns
    -------
    bool
    """
    frame = rough_frame(part.top)
    has_samples = "sample_id" in rename_columns(frame.columns).values()
    return not has_samples and naming_column(frame, assay_columns(frame.columns)) is not None


def read_assay_list(part: Part) -> AnnData:
    """Read a list of assays.

    Parameters
    ----------
    part : Part
        Text table or sheet.

    Returns
    -------
    AnnData of shape (0, assays)
        ``var`` as in a table of levels, with the list's other columns as text. An assay that is listed again
        gets " #2" behind its id.

    Raises
    ------
    AssayFileError
        A damaged table.
    """
    frame = part.frame
    frame = frame.loc[:, frame.columns != ""].map(as_text)
    var = frame.rename(columns=assay_columns(frame.columns))
    for name in ("assay_id", "uniprot", "gene", "panel", "assay"):
        if name not in var:
            var[name] = ""
    var["panel"] = var["panel"].map({panel: canonical_panel(panel) for panel in var["panel"].unique()})
    var["uniprot"] = [
        u or identify(g or a, p)[0]
        for u, g, a, p in zip(var["uniprot"], var["gene"], var["assay"], var["panel"], strict=True)
    ]
    var["gene"] = [
        g or gene_of(u, a) for g, u, a in zip(var["gene"], var["uniprot"], var["assay"], strict=True)
    ]
    listed = AnnData(np.empty((0, len(var))), var=var.set_axis(_index(var), axis=0).drop(columns="assay_id"))
    listed.uns["stratify"] = {
        "platform": "",
        "scale": "",
        "format": "assay-list",
        "normalization": "",
        "removed": [],
    }
    return listed


def _index(var: pd.DataFrame) -> pd.Index:
    seen: Counter[str] = Counter()
    names = []
    for i, u, p, a, g in zip(
        *(var[c] for c in ("assay_id", "uniprot", "panel", "assay", "gene")), strict=True
    ):
        name = i or (f"{u}@{p}" if u and p else u or a or g)
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} #{seen[name]}")
    return pd.Index(names, dtype=object)


FORMAT = Format("assay-list", "a list of assays", 85, is_assay_list, read_assay_list, has_levels=False)
