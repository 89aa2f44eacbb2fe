"""Where an immunoassay's table lies in a sheet: its titles, analytes, units and sections."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from stratify.assays.files.decimal_commas import point_decimals
from stratify.assays.layouts.concentrations import Unit, find_unit, parse_concentrations, without_unit
from stratify.assays.layouts.log_scale import is_logged
from stratify.assays.layouts.msd_wells import is_wells, samples_of_wells
from stratify.assays.proteins.columns import identify_columns
from stratify.assays.schema import as_text, parse_numbers, rename_columns
from stratify.errors import AssayFileError

_SECTION = "datatype:"
_STATISTICS = {"avg result": "", "result": "", "avg net mfi": "MFI", "net mfi": "MFI", "median": "MFI"}
_NOT_ANALYTES = (
    "total events",
    "notes",
    "location",
    "well",
    "type",
    "outlier",
    "dilution",
    "sampling errors",
)
_SAMPLES = ("sample", "description", "sample id", "sample name")
_LATEST_HEADER = 30
_LATIN_WORD = re.compile(r"[a-z]{4}")


@dataclass(frozen=True, eq=False)
class ConcentrationSheet:
    """A table of analytes below the line that names them.

    Parameters
    ----------
    names : list of str
        Columns as delivered.
    units : list of Unit or None
        Unit of each column: in its name, in a line of units, or in a title above.
    rows : list of list
        Cells below, as many as there are names.
    statistic : str
        "" for concentrations, "MFI" for median fluorescence intensities.
    platform : str
        "Luminex" or "MSD" where the layout is that of the instrument's software, else "".
    ragged : tuple of str, default ()
        First cells of lines that have more or fewer cells than there are names: the table is damaged.
    """

    names: list[str]
    units: list[Unit | None]
    rows: list[list[object]]
    statistic: str = ""
    platform: str = ""
    ragged: tuple[str, ...] = ()

    @cached_property
    def sample(self) -> int:
        """Column of sample ids: the software's, a declared one, else the first."""
        lower = [name.lower() for name in self.names]
        declared = [name for name, is_a in rename_columns(self.names).items() if is_a == "sample_id"]
        named = [lower.index(name) for name in _SAMPLES if name in lower]
        return self.names.index(declared[0]) if declared else next(iter(named), 0)

    @cached_property
    def analytes(self) -> list[int]:
        """Columns with a unit, of a known protein or of numbers; no clinical ones, none of the instrument."""
        clinical = set(rename_columns(self.names))
        free = [
            j
            for j, name in enumerate(self.names)
            if j != self.sample and name and name not in clinical and name.lower() not in _NOT_ANALYTES
        ]
        bare = {j: without_unit(self.names[j]) for j in free}
        known = identify_columns(dict.fromkeys(bare.values()))
        named = {j for j in free if find_unit(self.names[j])}
        return [j for j in free if j in named or bare[j] in known or (not named and self._measured(j))]

    def _measured(self, j: int) -> bool:
        if _LATIN_WORD.match(self.names[j]):
            return False
        if self.platform:
            return True
        column = parse_concentrations(row[j] for row in self.rows)
        values = column.value[~np.isnan(column.value)]
        usable = len(values) + (column.side != 0).sum()
        return bool(usable > column.wrong.sum() and (column.marked or (values % 1 != 0).any()))

    def is_immunoassay(self) -> bool:
        """Say whether units or marks show that these are concentrations.

        Returns
        -------
        bool
            True where half of the columns, or at least five, are analytes with a unit of mass per volume, or
            where analytes hold an immunoassay's marks between levels that no log scale reaches.
        """
        if self.platform:
            return True
        analytes = self.analytes
        others = sum(name != "" for name in self.names) - 1
        with_unit = sum(self.units[j] is not None for j in analytes)
        if analytes and (with_unit >= 5 or 2 * with_unit >= others > 0):
            return True
        columns = [parse_concentrations(row[j] for row in self.rows) for j in analytes]
        levels = np.concatenate([column.value for column in columns]) if columns else np.empty(0)
        levels = levels[~np.isnan(levels)]
        marked = any(column.marked for column in columns)
        return bool(marked and len(levels) and not is_logged(levels) and levels.min() >= 0)


def find_sheet(rows: Sequence[Sequence[object]]) -> ConcentrationSheet | None:
    """Find the table of an immunoassay.

    Parameters
    ----------
    rows : sequence of sequence
        Cells of a sheet or a text, or the first of them.

    Returns
    -------
    ConcentrationSheet or None
        Of a file in sections the concentrations, averaged over replicates where the software did so; else
        its median fluorescence. None where no line names analytes.
    """
    if any(as_text(row[0]).lower() == _SECTION for row in rows if row):
        return _from_sections(rows)
    for i, row in enumerate(rows[:_LATEST_HEADER]):
        names = [as_text(cell) for cell in row]
        if is_wells(names):
            wells, ragged = _fitted(rows[i + 1 :], len(names))
            names, cells = samples_of_wells(names, wells)
            return ConcentrationSheet(names, [None] * len(names), cells, platform="MSD", ragged=ragged)
        if _names_analytes(names):
            titles = [as_text(cell) for above in rows[:i] for cell in above]
            return _sheet(names, rows[i + 1 :], next(filter(None, map(find_unit, titles)), None))
    return None


def _names_analytes(names: list[str]) -> bool:
    words = [name for name in names if name]
    if len(words) < 2 or not parse_numbers(words)[1].all():
        return False
    if any(is_a == "sample_id" for is_a in rename_columns(words).values()):
        return True
    with_unit = sum(find_unit(word) is not None for word in words[1:])
    return with_unit > 1 or bool(identify_columns(map(without_unit, words)))


def _sheet(names: list[str], below: Sequence[Sequence[object]], title: Unit | None) -> ConcentrationSheet:
    units = [find_unit(name) for name in names]
    if below and not any(units) and (line := _line_of_units(below[0])):
        units, below = [*line, *[None] * len(names)][: len(names)], below[1:]
    rows, ragged = _fitted(below, len(names))
    return ConcentrationSheet(names, [unit or title for unit in units], _pointed(rows), ragged=ragged)


def _pointed(rows: list[list[object]]) -> list[list[object]]:
    """Write decimal commas as points where they are sure; the reader refuses what is not."""
    try:
        pointed: list[list[object]] = point_decimals(pd.DataFrame(rows, dtype=object), "").to_numpy().tolist()
    except AssayFileError:
        return rows
    return pointed


def _fitted(rows: Sequence[Sequence[object]], width: int) -> tuple[list[list[object]], tuple[str, ...]]:
    """Give each line that is not empty as many cells as there are names; tell those that had others."""
    filled = [row for row in rows if any(as_text(cell) for cell in row)]
    ragged = [row for row in filled if len(row) < width or any(as_text(cell) for cell in row[width:])]
    cells = [[*row, *[""] * (width - len(row))][:width] for row in filled]
    return cells, tuple(as_text(row[0]) for row in ragged)


def _line_of_units(row: Sequence[object]) -> list[Unit | None]:
    units = [find_unit(as_text(cell)) for cell in row]
    filled = sum(as_text(cell) != "" for cell in row[1:])
    return units if filled and sum(unit is not None for unit in units) >= filled else []


def _from_sections(rows: Sequence[Sequence[object]]) -> ConcentrationSheet | None:
    sections: dict[str, list[list[object]]] = {}
    here: list[list[object]] | None = None
    for row in rows:
        first = as_text(row[0]).lower() if row else ""
        if first == _SECTION:
            here = sections.setdefault(as_text(row[1]).lower() if len(row) > 1 else "", [])
        elif not any(as_text(cell) for cell in row):
            here = None
        elif here is not None:
            here.append(list(row))
    for name, statistic in _STATISTICS.items():
        if len(table := sections.get(name, [])) > 1:
            names = [as_text(cell) for cell in table[0]]
            units = _section_units(sections.get("units", []))
            body, ragged = _fitted(table[1:], len(names))
            return ConcentrationSheet(
                names, [units.get(n) for n in names], body, statistic, "Luminex", ragged
            )
    return None


def _section_units(section: list[list[object]]) -> dict[str, Unit | None]:
    lines = {as_text(row[0]).lower(): [as_text(cell) for cell in row[1:]] for row in section}
    names, units = lines.get("analyte:", []), lines.get("units:", [])
    return {name: find_unit(unit) for name, unit in zip(names, units, strict=False)}


def controls_of(names: Sequence[str], types: Sequence[str]) -> list[str]:
    """Tell the plate's own wells from samples, as the instrument's software names them.

    Parameters
    ----------
    names, types : sequence of str
        Sample names, and Bio-Plex types of wells ("X1", "S2", "B", "C1"), "" where there are none.

    Returns
    -------
    list of str
        "control", "sample", or "" where nothing is said.

    Examples
    --------
    >>> controls_of(["Standard1", "Background0", "A-17", "A-18"], ["", "", "", "X2"])
    ['control', 'control', '', 'sample']
    """
    own = re.compile(r"(standard|std|background|blank|calibrator)[\s_-]*\d*", re.IGNORECASE)
    well = re.compile(r"(?P<x>X)\d*|(ES|S|B|C)\d*")
    found = []
    for name, kind in zip(names, types, strict=True):
        match = well.fullmatch(kind)
        if match:
            found.append("sample" if match["x"] else "control")
        else:
            found.append("control" if own.fullmatch(name) else "")
    return found


def as_frame(sheet: ConcentrationSheet) -> pd.DataFrame:
    """Give the cells of a sheet as a table.

    Parameters
    ----------
    sheet : ConcentrationSheet
        As found.

    Returns
    -------
    DataFrame
        Named as delivered.
    """
    return pd.DataFrame(sheet.rows, columns=pd.Index(sheet.names, dtype=object), dtype=object)
