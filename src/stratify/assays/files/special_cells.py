"""Cells of a workbook without a value: errors of the spreadsheet, formulas that were never computed."""

from __future__ import annotations

import re
import zipfile
from posixpath import join, normpath

UNCOMPUTED = "="
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*?\w+:id=\"([^\"]+)\"")
_TARGET = re.compile(rb"<Relationship\s([^>]*)>")
_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_PLACE = re.compile(rb"\br=\"([A-Z]{1,3})(\d{1,7})\"")
_VALUE = re.compile(rb"<(?:\w+:)?v[^>/]*>([^<]+)<")


def special_cells(archive: zipfile.ZipFile) -> list[dict[tuple[int, int], str]]:
    """Find the cells of an Office Open XML workbook that readers take for empty.

    Parameters
    ----------
    archive : ZipFile
        The workbook; nothing is found in one of another kind.

    Returns
    -------
    list of dict
        One a sheet, in the order of the workbook: position (row, column, from 0) to the error as the
        spreadsheet shows it ("#DIV/0!"), or to `UNCOMPUTED` for a formula without a value.
    """
    return [_in_sheet(archive.read(path)) if path else {} for path in _sheets(archive)]


def _sheets(archive: zipfile.ZipFile) -> list[str]:
    """Paths of the sheets inside the archive, in the order of the workbook; "" for one that is not there."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return []
    target = {}
    for relation in _TARGET.findall(archive.read("xl/_rels/workbook.xml.rels")):
        facts = dict(re.findall(rb"(\w+)=\"([^\"]*)\"", relation))
        path = facts.get(b"Target", b"").decode("utf-8", errors="replace")
        target[facts.get(b"Id", b"")] = (
            path.lstrip("/") if path.startswith("/") else normpath(join("xl", path))
        )
    ids = _SHEET.findall(archive.read("xl/workbook.xml"))
    return [path if (path := target.get(name, "")) in names else "" for name in ids]


def _in_sheet(data: bytes) -> dict[tuple[int, int], str]:
    found: dict[tuple[int, int], str] = {}
    if b't="e"' not in data and b"<f" not in data and b":f" not in data:
        return found
    for attributes, body in _CELL.findall(data):
        place, value = _PLACE.search(attributes), _VALUE.search(body)
        if place is None:
            continue
        at = int(place[2]) - 1, column_number(place[1]) - 1
        if b't="e"' in attributes:
            found[at] = value[1].decode("utf-8", errors="replace") if value else "#VALUE!"
        elif re.search(rb"<(?:\w+:)?f\b", body) and value is None and b't="str"' not in attributes:
            found[at] = UNCOMPUTED
    return found


def column_number(letters: bytes) -> int:
    """Position of a column of a spreadsheet.

    Parameters
    ----------
    letters : bytes
        Its name.

    Returns
    -------
    int
        From 1.

    Examples
    --------
    >>> column_number(b"A"), column_number(b"AA")
    (1, 27)
    """
    value = 0
    for letter in letters:
        value = value * 26 + letter - 64
    return value
