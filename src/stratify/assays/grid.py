"""The raw cells of a file, recognised by what it holds and never by its name."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import re
import zipfile
import zlib
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, ZipError

from stratify.errors import AssayFileError, listed

Kind = Literal["workbook", "text", "hdf5", "parquet"]
_SNIFFED = 1_000_000  # characters from which the layout of a text is guessed
_COMMA_NUMBER = re.compile(r'(^|;)"?-?\d+,\d+"?(;|$)', re.MULTILINE)
_SUPPORTED = "an Olink NPX workbook, an Olink long table, a sample-by-protein table or an h5ad file"
_EXPORT = "export the data from the laboratory's software again, as a workbook or a text table"


def refuse(path: Path, found: str, do: str = _EXPORT) -> AssayFileError:
    """Build the refusal of a file that is no protein table.

    Parameters
    ----------
    path : Path
        The file; only its name is shown.
    found : str
        What it holds instead.
    do : str
        What the user can do.

    Returns
    -------
    AssayFileError
        To be raised by the caller.
    """
    return AssayFileError(_SUPPORTED, f"{path.name}: {found}", do)


def digest(path: Path) -> str:
    """SHA-256 of a file.

    Parameters
    ----------
    path : Path
        An existing file.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def file_kind(path: Path) -> Kind:
    """Recognise the container of a file from its first bytes.

    Parameters
    ----------
    path : Path
        Any file.

    Returns
    -------
    {"workbook", "text", "hdf5", "parquet"}

    Raises
    ------
    AssayFileError
        No such file, a folder, an empty file or binary data of another kind.
    """
    if not path.is_file():
        raise refuse(path, "a folder" if path.is_dir() else "no such file", "check the path of the file")
    with path.open("rb") as handle:
        head = handle.read(4096)
    if not head.strip():
        raise refuse(path, "an empty file")
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "workbook"
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        return "hdf5"
    if head.startswith(b"PAR1"):
        return "parquet"
    if not head.startswith(b"\x1f\x8b") and _is_binary(head):
        raise refuse(path, "binary data that is neither a workbook nor text")
    return "text"


def _is_binary(data: bytes) -> bool:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    controls = sum(byte < 32 and byte not in (9, 10, 12, 13) for byte in data)
    return b"\0" in data or controls > len(data) // 100


def read_text(path: Path) -> str:
    """Read a text file, also when it is compressed by gzip or written in UTF-16 or an old Western code page.

    Parameters
    ----------
    path : Path
        A file of kind "text".

    Returns
    -------
    str

    Raises
    ------
    AssayFileError
        A damaged gzip file, or binary data inside one.
    """
    data = path.read_bytes()
    if data.startswith(b"\x1f\x8b"):
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            raise refuse(path, "a damaged gzip file", "copy the file again from its source") from error
        if _is_binary(data[:4096]) or not data.strip():
            raise refuse(path, "a gzip file without a table")
    return _decode(data)


def _decode(data: bytes) -> str:
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return data.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def delimiter(text: str) -> str:
    r"""Guess the delimiter of a table from its first lines: the one that splits them alike into most fields.

    Parameters
    ----------
    text : str
        Beginning of a table.

    Returns
    -------
    str
        ``","``, ``";"`` or a tabulator.

    Examples
    --------
    >>> delimiter("SampleID;NPX\nA;1,5\n")
    ';'
    """
    lines = text[:_SNIFFED].splitlines()[:20]
    return max(("\t", ";", ","), key=lambda mark: _regularity(lines[: max(1, len(lines) - 1)], mark))


def _regularity(lines: list[str], mark: str) -> tuple[bool, int]:
    """Say whether all lines have one number of fields, and how many the first has."""
    widths = [len(row) for row in csv.reader(lines, delimiter=mark)]
    return len(set(widths)) == 1 and widths[0] > 1, widths[0] if widths else 0


def text_frame(text: str, path: Path) -> pd.DataFrame:
    r"""Parse a delimited table, each cell as the text that was delivered.

    A header that is one field short (row names without a name) gets "" as its first name. In a table with
    semicolons a decimal comma becomes a point.

    Parameters
    ----------
    text : str
        The table; its first line names the columns.
    path : Path
        Where it came from, for messages.

    Returns
    -------
    DataFrame of str

    Raises
    ------
    AssayFileError
        No table, or two columns of one name.

    Examples
    --------
    >>> text_frame("Sample;IL6\nA;1,5\n", Path("x.csv")).to_dict("list")
    {'Sample': ['A'], 'IL6': ['1.5']}
    """
    first = text_rows(text, 2)
    if not first:
        raise refuse(path, "text that is no table: it cannot be split into fields")
    mark = delimiter(text)
    names = [str(cell).strip() for cell in first[0]]
    names = [""] * (len(first[-1]) == len(names) + 1) + names
    check_header(names, path)
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            sep=mark,
            header=None,
            skiprows=1,
            names=range(len(names)),
            dtype=str,
            na_filter=False,
            index_col=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, pd.errors.ParserWarning) as error:
        raise refuse(path, "text that is no table: its lines have different numbers of fields") from error
    frame.columns = pd.Index(names, dtype=object)
    if mark == ";" and _COMMA_NUMBER.search(text[:_SNIFFED]):
        return frame.replace(r"^(-?\d+),(\d+)$", r"\1.\2", regex=True)
    return frame


def check_header(names: list[str], path: Path) -> None:
    """Refuse a table in which two columns have one name.

    Parameters
    ----------
    names : list of str
        Its columns.
    path : Path
        Where it came from.

    Raises
    ------
    AssayFileError
        Naming the repeated columns.
    """
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    if repeated:
        raise AssayFileError(
            "each column of a table has its own name",
            f"{path.name}: several columns named {listed(repeated)}",
            "rename or remove the repeated columns",
        )


def text_rows(text: str, limit: int | None = None) -> list[list[object]]:
    r"""Cells of a text file, line by line.

    Parameters
    ----------
    text : str
        The table.
    limit : int, optional
        Only so many lines.

    Returns
    -------
    list of list of str
        Empty where the text cannot be split into fields.

    Examples
    --------
    >>> text_rows("SampleID,IL6\nA,1.5\n", 1)
    [['SampleID', 'IL6']]
    """
    part = text if limit is None else text[:_SNIFFED]
    try:
        return [list(row) for row in islice(csv.reader(io.StringIO(part), delimiter=delimiter(text)), limit)]
    except csv.Error:
        return []


def parquet_frame(path: Path) -> pd.DataFrame:
    """Read a parquet table.

    Parameters
    ----------
    path : Path
        A file of kind "parquet".

    Returns
    -------
    DataFrame

    Raises
    ------
    AssayFileError
        A damaged file, or no reader of parquet in this environment.
    """
    try:
        from pyarrow import ArrowException
    except ImportError as error:
        raise refuse(path, "a parquet file, and no package pyarrow to read it", "install pyarrow") from error
    try:
        frame = pd.read_parquet(path, engine="pyarrow")
    except (ArrowException, OSError, ValueError) as error:
        raise refuse(path, "a damaged parquet file") from error
    words = frame.select_dtypes(object)
    nested = [
        str(name) for name in words if words[name].dropna().head(1).map(pd.api.types.is_list_like).any()
    ]
    if nested:
        raise refuse(path, f"lists in the cells of {listed(nested)}")
    return frame


def workbook_rows(path: Path) -> dict[str, list[list[Any]]]:
    """Cells of each sheet of a workbook, from its first cell on.

    Parameters
    ----------
    path : Path
        An Excel file of any version.

    Returns
    -------
    dict of str to list of list
        Sheet to rows; an empty cell is "".

    Raises
    ------
    AssayFileError
        A damaged or locked workbook, or an archive of another kind.
    """
    try:
        book = CalamineWorkbook.from_path(str(path))
        return {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names
        }
    except PasswordError as error:
        raise refuse(path, "a workbook locked by a password", "save it without a password") from error
    except (CalamineError, ZipError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise refuse(
            path, "an archive that is no workbook, or a damaged one", "open it and save it again"
        ) from error
