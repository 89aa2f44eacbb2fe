"""SomaScan levels written as an ADAT, for the vendor's tools and for collaborators."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.errors import AssayFileError

_DECIMALS = 6  # to which fluorescence comes back from its log2; more than any ADAT has


def write_adat(adata: AnnData, path: str | Path) -> None:
    """Write a table that was read from an ADAT, or a part of it, as an ADAT.

    Levels are written as fluorescence with one decimal and lines end with a line feed, as SomaDataIO writes
    them; a missing level is an empty cell. Header and descriptions are written as they were delivered, all
    but the checksum, which is not that of the new file.

    Parameters
    ----------
    adata : AnnData of shape (samples, aptamers)
        As `read_assays` gives it, on the scale log2 RFU; rows and columns may be chosen and reordered.
    path : str or Path
        The file to be written; it is complete or absent.

    Raises
    ------
    AssayFileError
        A table that does not come from one ADAT.

    References
    ----------
    Layout: SomaDataIO 6, ``write_adat``.
    """
    facts = adata.uns.get("stratify", {})
    if "row_data" not in adata.obsm or "col_data" not in adata.varm or facts.get("scale") != "log2 RFU":
        raise AssayFileError(
            "a table read from one ADAT",
            f"levels on the scale {facts.get('scale', 'unknown')}, or without the descriptions of an ADAT",
            "write one SomaScan delivery at a time, or write an h5ad file instead",
        )
    path = Path(path)
    unfinished = path.with_name(f"{path.name}.part")
    with unfinished.open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"{line}\n" for line in _lines(adata))
    unfinished.replace(path)


def _lines(adata: AnnData) -> Iterator[str]:
    samples, aptamers = _text(adata.obsm["row_data"]), _text(adata.varm["col_data"])
    header = adata.uns["stratify"]["header"]
    yield "^HEADER"
    for name, value in zip(header["name"], header["value"], strict=True):
        if str(name).strip("!") != "Checksum":
            yield f"{name}\t{value}"
    for section, table in (("COL_DATA", aptamers), ("ROW_DATA", samples)):
        yield f"^{section}"
        yield "\t".join(["!Name", *table.columns])
        yield "\t".join(["!Type", *["String"] * table.shape[1]])
    yield "^TABLE_BEGIN"
    for name in aptamers.columns:
        yield "\t".join([*[""] * samples.shape[1], name, *aptamers[name]])
    yield "\t".join([*samples.columns, *[""] * (adata.n_vars + 1)])
    for words, levels in zip(samples.to_numpy(), np.asarray(adata.X), strict=True):
        delivered = np.round(2.0**levels, _DECIMALS)
        yield "\t".join([*words, "", *np.where(np.isnan(levels), "", np.char.mod("%.1f", delivered))])


def _text(table: pd.DataFrame) -> pd.DataFrame:
    return table.astype(str)
