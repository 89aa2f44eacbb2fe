"""The text of a SomaScan ADAT: its header, what it says of aptamers and samples, and their fluorescence."""

from __future__ import annotations

import csv
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from itertools import islice

import numpy as np
import pandas as pd

from stratify.assays.assay_table import text_in_assay
from stratify.assays.files.part import Part
from stratify.assays.refusal import refuse
from stratify.assays.schema import parse_numbers
from stratify.errors import AssayFileError

_BLOCK = 1 << 22
_DECIMALS = re.compile(rb"\.(\d+)$")


@dataclass(frozen=True, eq=False)
class AdatText:
    """An ADAT as delivered.

    Parameters
    ----------
    header : dict of str to str
        Lines of the header, in their order.
    aptamers : DataFrame of shape (aptamers, described)
        Text, named as in the section ``COL_DATA``.
    samples : DataFrame of shape (samples, described)
        Text, named as in the section ``ROW_DATA``.
    fluorescence : ndarray of float64, shape (samples, aptamers)
        Relative fluorescence units (RFU), NaN where missing.
    """

    header: dict[str, str]
    aptamers: pd.DataFrame
    samples: pd.DataFrame
    fluorescence: np.ndarray


@dataclass(frozen=True)
class _Head:
    lines: list[str]  # down to the names of the samples' columns
    described: int  # columns that describe samples; one empty column follows them

    @property
    def table(self) -> list[list[str]]:
        start = next(i for i, line in enumerate(self.lines) if line.startswith("^TABLE_BEGIN"))
        return [_cells(line) for line in self.lines[start + 1 :]]


def damaged_adat(where: str, found: str) -> AssayFileError:
    """Build the refusal of an ADAT that no laboratory wrote like this.

    Parameters
    ----------
    where : str
        Name of the file.
    found : str
        What is wrong with it.

    Returns
    -------
    AssayFileError
        To be raised by the caller.

    Examples
    --------
    >>> damaged_adat("x.adat", "that is cut").found
    'x.adat: a SomaScan file that is cut'
    """
    again = "ask the sender for the file again; do not edit an ADAT in a spreadsheet"
    return refuse(where, f"a SomaScan file {found}", again)


def parse_adat(part: Part) -> AdatText:
    """Parse an ADAT.

    Header and descriptions go through the vendor's ``somadata``. Each line of descriptions must have as many
    fields as there are aptamers, where ``somadata`` fills short lines at their end, and the levels are parsed
    here, line by line, to the same numbers in less time and memory.

    Parameters
    ----------
    part : Part
        Text of an ADAT.

    Returns
    -------
    AdatText

    Raises
    ------
    AssayFileError
        A file that is cut, lacks a section, repeats an aptamer, or holds text in place of a level.
    """
    where, lines = part.where, _lines(part)
    head = _read_head(lines, where)
    header, aptamers = _through_somadata(head, where)
    words, levels = _read_body(lines, head.described, aptamers["SeqId"].tolist(), where)
    if not words:
        raise damaged_adat(where, "without a sample, or one that is cut before the first")
    names = head.table[-1][: head.described]
    if len(set(names)) < len(names):
        raise damaged_adat(where, "in which two columns of samples have one name")
    return AdatText(header, aptamers, pd.DataFrame(words, columns=names, dtype=object), levels)


def _lines(part: Part) -> Iterator[bytes]:
    """Yield lines with their ends, so that a last line without one is seen."""
    if part.encoding == "utf-16":
        yield from part.text.encode().splitlines(keepends=True)
        return
    rest = b""
    with part.open() as stream:
        while block := stream.read(_BLOCK):
            *whole, rest = (rest + block).splitlines(keepends=True)
            yield from whole
    yield rest


def _decode(line: bytes) -> str:
    try:
        return line.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        return line.decode("latin-1").rstrip("\r\n")


def _cells(line: str) -> list[str]:
    if '"' not in line:
        return line.split("\t")
    try:
        return next(csv.reader([line], delimiter="\t"), [])
    except csv.Error:  # one cell beyond all measure; its line will not fit
        return line.split("\t")


def _read_head(lines: Iterator[bytes], where: str) -> _Head:
    found: list[str] = []
    widths: dict[str, int] = {}
    section = ""
    for text in filter(str.strip, map(_decode, lines)):
        found.append(text)
        if text.startswith("^"):
            section = text.split("\t")[0].strip()
        if section == "^TABLE_BEGIN":
            break
        if text.startswith("!Name"):
            widths[section] = len(text.rstrip("\t").split("\t"))
    if section != "^TABLE_BEGIN" or not {"^COL_DATA", "^ROW_DATA"} <= set(widths):
        raise damaged_adat(where, "that is cut or lacks a section")
    found += map(_decode, islice(lines, widths["^COL_DATA"]))
    return _Head(found, widths["^ROW_DATA"] - 1)


def _through_somadata(head: _Head, where: str) -> tuple[dict[str, str], pd.DataFrame]:
    from somadata import parse_file
    from somadata.io.adat.errors import AdatReadError

    named = _names_of_descriptions(head, where)
    damaged = damaged_adat(where, "with a damaged header")
    text = StringIO("\n".join(head.lines) + "\n")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of SeqIds of the third version, which it renames
            _, _, aptamers, header = parse_file(text, compatibility_mode=True)
        table = pd.DataFrame(aptamers, dtype=object)
    except (AdatReadError, LookupError, ValueError, NameError, csv.Error) as error:
        raise damaged from error
    if not set(named) <= set(table):
        raise damaged
    return {name: value for name, value in header.items() if name.strip("!")}, table


def _names_of_descriptions(head: _Head, where: str) -> list[str]:
    *rows, titles = head.table or [[]]
    named = [row[head.described] for row in rows if len(row) > head.described]
    if len({len(row) for row in rows}) != 1 or "SeqId" not in named or len(titles) < head.described:
        raise damaged_adat(where, "whose lines about aptamers are cut or of different lengths")
    if len(set(named)) < len(named):
        raise damaged_adat(where, "that describes its aptamers twice")
    return named


def _read_body(
    lines: Iterator[bytes], described: int, aptamers: list[str], where: str
) -> tuple[list[list[str]], np.ndarray]:
    words: list[list[str]] = []
    levels: list[np.ndarray] = []
    last: tuple[bytes, list[bytes]] = (b"\n", [])
    for line in lines:
        if not line.strip():
            continue
        cells = line.rstrip(b"\r\n").split(b"\t")
        if b'"' in line:
            cells = [cell.encode() for cell in _cells(_decode(line))]
        values = _aligned(cells, described, len(aptamers), where, len(levels) + 1)
        levels.append(_numbers(values, aptamers, where, len(levels) + 1))
        words.append([_decode(cell) for cell in cells[:described]])
        last = line, values
    _refuse_cut_number(*last, where)
    return words, np.array(levels)


def _aligned(cells: list[bytes], described: int, width: int, where: str, row: int) -> list[bytes]:
    values = cells[described + 1 : described + 1 + width]
    if len(values) < width or cells[described] or any(cells[described + 1 + width :]):
        raise damaged_adat(where, f"that is cut or damaged: sample {row} does not have one level an aptamer")
    return values


def _numbers(cells: list[bytes], aptamers: list[str], where: str, row: int) -> np.ndarray:
    try:
        values = np.fromiter(map(float, cells), dtype=float, count=len(cells))
        if np.isfinite(values).all() and b"_" not in b"".join(cells):  # float reads "1_5"
            return values
    except ValueError:
        pass  # a missing level, or text: looked at cell by cell below
    values, wrong = parse_numbers([_decode(cell) for cell in cells])
    if wrong.any():
        j = int(np.flatnonzero(wrong)[0])
        raise text_in_assay(where, aptamers[j], f"row {row}", _decode(cells[j]))
    return values


def _refuse_cut_number(line: bytes, cells: list[bytes], where: str) -> None:
    """Refuse a last line that ends inside a number; all numbers of an ADAT have the same decimals."""
    if line.endswith((b"\n", b"\r")) or len(cells) < 2:
        return
    decimals = [len(found[1]) if (found := _DECIMALS.search(cell)) else 0 for cell in (cells[-2], cells[-1])]
    if decimals[1] < decimals[0]:
        raise damaged_adat(where, "that is cut inside its last number")
