"""Where the parts of a wide NPX Manager sheet lie: titles, assays, samples, footers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from stratify.assays.layouts.footers import footer_kind
from stratify.assays.proteins.panels import canonical_panel
from stratify.assays.refusal import refuse
from stratify.assays.schema import as_text

_HEADER_DEPTH = 60
_DESCRIBING = {
    "panel": "panel",
    "uniprotid": "uniprot",
    "uniprot": "uniprot",
    "olinkid": "olinkid",
    "unit": "unit",
}
_PLATE, _TITLE_CELLS = "Plate ID", 2
_MOST = 0.75  # share of rows around the samples from which all are expected to be filled up


@dataclass(frozen=True)
class WideSheet:
    """One block of a wide sheet: assays, and the samples below them.

    Parameters
    ----------
    rows : list of list
        Cells of the whole sheet, all rows of one length.
    assay : int
        Position of the row that names the assays.
    about : dict of str to int
        Positions of the rows that describe them: ``uniprot``, ``olinkid``, ``unit``.
    samples : tuple of int
        Positions of the rows of samples.
    footers : tuple of (str, int)
        Kinds and positions of the rows below them.
    panels : list of str
        Panel of each column as the sheet writes it.
    titles : tuple of str
        Words above the assays.
    notes : tuple of str
        What was left out.
    """

    rows: list[list[object]]
    assay: int
    about: dict[str, int]
    samples: tuple[int, ...]
    footers: tuple[tuple[str, int], ...]
    panels: list[str]
    titles: tuple[str, ...]
    notes: tuple[str, ...]

    def line(self, row: int | None) -> list[str]:
        """Cells of one row as text; empty cells for a row that is not there."""
        return [as_text(cell) for cell in self.rows[row]] if row is not None else [""] * len(self.panels)

    def columns(self, name: str) -> list[int]:
        """Positions of the columns that the row of assays gives this name."""
        return [j for j, cell in enumerate(self.line(self.assay)) if cell.lower() == name.lower()]

    def footer(self, kind: str) -> list[list[object]]:
        """Rows below the samples of one kind (`footer_kind`)."""
        return [self.rows[i] for found, i in self.footers if found == kind]

    def cells(self, column: int) -> list[object]:
        """Cells of a column, one a sample."""
        return [self.rows[i][column] for i in self.samples]

    @property
    def names(self) -> list[str]:
        """Sample ids as delivered, without the blanks around them."""
        return [as_text(cell) for cell in self.cells(0)]

    def by_panel(self, columns: Sequence[int], panels: Sequence[str]) -> dict[str, int]:
        """Give each panel its own of several columns of one name (plates, verdicts).

        Parameters
        ----------
        columns : sequence of int
            Positions of the columns of that name.
        panels : sequence of str
            Canonical names of the panels, in the order of the sheet.

        Returns
        -------
        dict of str to int
            A single column is of all panels. Several are told apart by the panels above them, else, where
            these are not written, by their order.
        """
        if len(columns) == 1:
            return dict.fromkeys(panels, columns[0])
        above = {canonical_panel(self.panels[j]): j for j in columns}
        if len(above) == len(columns) or len(columns) != len(panels):
            return above
        return dict(zip(panels, columns, strict=True))


def _labels(rows: Sequence[Sequence[object]]) -> list[str]:
    return [as_text(row[0]).lower() if row else "" for row in rows]


def _assay_rows(labels: Sequence[str]) -> list[int]:
    return [
        i for i, (a, b) in enumerate(pairwise(labels)) if a.startswith("assay") and b.startswith("uniprot")
    ]


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
    return bool(_assay_rows(_labels(rows[:_HEADER_DEPTH])))


def locate(rows: list[list[object]], where: str) -> list[WideSheet]:
    """Find the blocks of a sheet in the wide layout: other panels, or other plates, below each other.

    Parameters
    ----------
    rows : list of list
        Its cells.
    where : str
        Name of the table, for the message.

    Returns
    -------
    list of WideSheet

    Raises
    ------
    AssayFileError
        Another layout, no sample, a row that is neither a sample's nor a known footer, or one of another
        length.
    """
    labels, widths = _labels(rows), [len(row) for row in rows]
    rows = [[*row, *[""] * (max(widths) - len(row))] for row in rows]
    starts = _assay_rows(labels)
    if not starts:
        raise refuse(where, "no row of assays above a row of UniProt accessions")
    tops = [0, *(_top(rows, labels, above, start) for above, start in pairwise(starts))]
    ends = [*tops[1:], len(rows)]
    blocks = [_block(rows, labels, span, where) for span in zip(tops, starts, ends, strict=True)]
    for block in blocks:
        _refuse_shifted(block, widths, where)
    return blocks


def _refuse_shifted(block: WideSheet, widths: list[int], where: str) -> None:
    """Refuse a line of a text that lost or gained fields: its levels would stand below other assays."""
    expected = widths[block.assay]
    others = [*block.about.values(), *(i for _, i in block.footers)]
    full = sum(widths[i] == expected for i in others) >= _MOST * len(others)
    for i in (*block.samples, *(others if full else ())):
        if widths[i] != expected:
            counts = f"row {i + 1} has {widths[i]} fields, the row of assays {expected}"
            raise refuse(where, f"a row that lost its shape: {counts}")


def _top(rows: list[list[object]], labels: list[str], above: int, start: int) -> int:
    """First row of a block below another: its panels, and titles right above them."""
    panels = [i for i in range(above + 2, start) if labels[i] == "panel"]
    top = panels[-1] if panels else start
    while top > above + 2 and labels[top - 1] and not footer_kind(labels[top - 1]) and _few(rows[top - 1]):
        top -= 1
    return top


def _few(row: list[object]) -> bool:
    return sum(as_text(cell) != "" for cell in row) <= _TITLE_CELLS


def _block(rows: list[list[object]], labels: list[str], span: tuple[int, int, int], where: str) -> WideSheet:
    top, assay, end = span
    start, about = assay + 1, {}
    while start < end and (kind := _DESCRIBING.get(re.sub(r"[^a-z]", "", labels[start]))):
        about[kind] = start
        start += 1
    above = (i for i in range(assay, top - 1, -1) if labels[i] == "panel")
    panel = about.get("panel", next(above, None))
    panels = _forward([as_text(cell) for cell in rows[panel]] if panel is not None else [""] * len(rows[0]))
    titles = tuple(word for row in rows[top:assay] for cell in row[:_TITLE_CELLS] if (word := as_text(cell)))
    samples, footers, notes = _below(rows, labels, (assay, start, end), where)
    if not samples:
        raise refuse(where, "no sample below the rows that describe the assays")
    return WideSheet(rows, assay, about, tuple(samples), tuple(footers), panels, titles, tuple(notes))


def _forward(cells: list[str]) -> list[str]:
    """Names of panels, each written above its first column or above all."""
    named = [""]
    for cell in cells[1:]:
        named.append(cell or named[-1])
    return named


def _below(
    rows: list[list[object]], labels: list[str], span: tuple[int, int, int], where: str
) -> tuple[list[int], list[tuple[str, int]], list[str]]:
    """Tell samples, footers and remarks apart."""
    assay, start, end = span
    plates = [j for j, cell in enumerate(rows[assay]) if as_text(cell).lower() == _PLATE.lower()]
    samples: list[int] = []
    footers: list[tuple[str, int]] = []
    notes: list[str] = []
    below = False
    for i in range(start, end):
        filled = sum(as_text(cell) != "" for cell in rows[i])
        if kind := footer_kind(labels[i]):
            footers.append((kind, i))
        elif filled <= 1 and below and labels[i]:
            notes.append(f"remark: {where}: row {i + 1} below the samples was left out")
        elif filled and below and plates and not any(as_text(rows[i][j]) for j in plates):
            raise refuse(
                where, f"row {i + 1} below the samples is neither a sample on a plate nor a known footer"
            )
        elif filled:
            samples.append(i)
        below = below or bool(kind) or (bool(samples) and not filled)
    return samples, footers, notes
