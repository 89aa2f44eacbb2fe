"""Sheets of an Excel or OpenDocument workbook."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from functools import partial
from typing import Any, BinaryIO

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, ZipError

from stratify.assays.files.archive import DAMAGE, LARGEST_ARCHIVE
from stratify.assays.files.special_cells import column_number, special_cells
from stratify.assays.refusal import refuse

_LARGEST_SHEET = 50_000_000  # cells between the first and the last one
_CHUNK = 1 << 20
_LOCKED = "EncryptedPackage".encode("utf-16-le")  # [MS-OFFCRYPTO] 2.3.4.4: the name of its stream
_REFERENCE = re.compile(rb'r="([A-Z]{1,3})(\d{1,7})"')


def sheets(opener: Callable[[], BinaryIO], where: str) -> list[tuple[str, Callable[[], list[list[Any]]]]]:
    """Name the sheets of a workbook that are not empty.

    Parameters
    ----------
    opener : callable
        Opens the workbook.
    where : str
        Its name, for messages.

    Returns
    -------
    list of (str, callable)
        What to call the sheet in messages, and its rows from its first cell on; an empty cell is "".

    Raises
    ------
    AssayFileError
        A damaged or locked workbook, or one that is larger than any real one.
    """
    special: list[dict[tuple[int, int], str]] = []
    try:
        with opener() as stream:
            if zipfile.is_zipfile(stream):
                stream.seek(0)
                with zipfile.ZipFile(stream) as archive:
                    _refuse_huge(archive, where)
                    special = special_cells(archive)
        with opener() as stream:
            book = CalamineWorkbook.from_filelike(stream)
            rows = {name: _rows(book, name) for name in book.sheet_names}
    except (CalamineError, ZipError, *DAMAGE) as error:
        if isinstance(error, PasswordError) or _is_locked(opener):
            raise refuse(where, "a workbook locked by a password", "save it without a password") from error
        raise refuse(
            where,
            "an archive that is no workbook, or a damaged or locked one",
            "open it and save it again, without a password",
        ) from error
    for cells, marked in zip(rows.values(), special, strict=False):
        _write(cells, marked)
    filled = {name: trimmed for name, cells in rows.items() if (trimmed := _trimmed(cells))}
    if not filled:
        raise refuse(where, "a workbook without a table")
    several = len(filled) > 1
    return [
        (f"{where}, sheet {name}" if several else where, partial(list, cells))
        for name, cells in filled.items()
    ]


def _is_locked(opener: Callable[[], BinaryIO]) -> bool:
    """Whether it is the container of a locked workbook, of which the reader says only that it is none."""
    with opener() as stream:
        return _LOCKED in stream.read()


def _rows(book: CalamineWorkbook, name: str) -> list[list[Any]]:
    sheet: list[list[Any]] = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return sheet


def _write(rows: list[list[Any]], marked: dict[tuple[int, int], str]) -> None:
    """Put the cells that the reader of workbooks gives as empty back to their places."""
    width = max([len(rows[0]) if rows else 0, *(column + 1 for _, column in marked)])
    rows += [[] for _ in range(max([len(rows), *(row + 1 for row, _ in marked)]) - len(rows))]
    for row in rows:
        row += [""] * (width - len(row))
    for (i, j), word in marked.items():
        rows[i][j] = word


def _trimmed(rows: list[list[Any]]) -> list[list[Any]]:
    """Cut empty columns off at both sides, and empty rows below; nothing where no cell is filled."""
    filled = [[j for j, cell in enumerate(row) if cell != ""] for row in rows]
    used = [row for row in filled if row]
    if not used:
        return []
    first, last = min(row[0] for row in used), max(row[-1] for row in used)
    height = max(i for i, row in enumerate(filled) if row) + 1
    return [row[first : last + 1] for row in rows[:height]]


def _refuse_huge(archive: zipfile.ZipFile, where: str) -> None:
    """Refuse what would not fit into memory: too many bytes, or cells too far apart."""
    left = LARGEST_ARCHIVE // 2
    for info in archive.infolist():
        last_row, last_column, tail = 0, 0, b""
        with archive.open(info) as member:
            while chunk := member.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise _huge(where)
                if not info.filename.startswith("xl/worksheets/"):
                    continue
                for column, row in _REFERENCE.findall(tail + chunk):
                    last_row, last_column = max(last_row, int(row)), max(last_column, column_number(column))
                tail = chunk[-20:]
        if last_row * last_column > _LARGEST_SHEET:
            raise _huge(where)


def _huge(where: str) -> Exception:
    return refuse(
        where,
        "a workbook larger than any laboratory's, or one with a cell far outside its table",
        "remove stray cells, or export the data as a text table",
    )
