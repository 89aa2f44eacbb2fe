"""Where the parts of a wide NPX Manager sheet lie: assays, samples, footers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from stratify.assays.panels import canonical_panel
from stratify.assays.refusal import refuse
from stratify.assays.schema import as_text

_HEADER_DEPTH = 60


@dataclass(frozen=True)
class WideSheet:
    """Where the parts of a wide sheet lie."""

    rows: list[list[object]]
    assay: int
    first: int
    last: int
    panels: list[str]

    def line(self, row: int) -> list[str]:
        """Cells of one row as text."""
        return [as_text(cell) for cell in self.rows[row]]

    def columns(self, name: str) -> list[int]:
        """Positions of the columns that the row of assays gives this name."""
        return [j for j, cell in enumerate(self.line(self.assay)) if cell.lower() == name.lower()]

    def footer(self, label: str) -> list[list[object]]:
        """Rows below the samples whose label holds this word."""
        return [row for row in self.rows[self.last :] if label in as_text(row[0]).lower()]


def _labels(rows: Sequence[Sequence[object]]) -> list[str]:
    return [as_text(row[0]).lower() if row else "" for row in rows]


def _assay_row(rows: Sequence[Sequence[object]]) -> int | None:
    labels = _labels(rows[:_HEADER_DEPTH])
    pairs = [(a.startswith("assay"), b.startswith("uniprot")) for a, b in pairwise(labels)]
    return pairs.index((True, True)) if (True, True) in pairs else None


def is_wide(rows: Sequence[Sequence[object]]) -> bool:
    """Say whether rows hold the wide layout of Olink NPX Manager.

    Parameters
    ----------
    rows : sequence of sequence
        Cells of a sheet, or of its first rows.

    Returns
    -------
    bool
    """
    return _assay_row(rows) is not None


def locate(rows: list[list[object]], where: str) -> WideSheet:
    """Find assays, samples and panels of a sheet in the wide layout.

    Parameters
    ----------
    rows : list of list
        Its cells.
    where : str
        Name of the table, for the message.

    Returns
    -------
    WideSheet

    Raises
    ------
    AssayFileError
        Another layout, or no sample.
    """
    labels, assay = _labels(rows), _assay_row(rows)
    if assay is None:
        raise refuse(where, "no row of assays above a row of UniProt accessions")
    if len(rows) == assay + 2:
        raise refuse(where, "no sample below the rows that describe the assays")
    width = max(len(row) for row in rows)
    rows = [row + [""] * (width - len(row)) for row in rows]
    start = assay + 2 + (labels[assay + 2] == "olinkid")
    while start < len(rows) and not labels[start]:
        start += 1
    end = start
    while end < len(rows) and labels[end] and not _is_footer(labels[end]):
        end += 1
    panel_rows = [i for i in range(assay) if labels[i] == "panel"]
    panels = (
        pd.Series(rows[panel_rows[-1]] if panel_rows else [""] * width)
        .astype(str)
        .where(lambda cells: cells != "")
        .ffill()
        .fillna("")
    )
    if end == start:
        raise refuse(where, "no sample below the rows that describe the assays")
    return WideSheet(rows, assay, start, end, [canonical_panel(name) for name in panels])


def _is_footer(label: str) -> bool:
    return label in ("lod", "max lod", "plate lod", "normalization", "normalisation") or label.startswith(
        "missing data"
    )
