"""What a delivered file is made of, recognised by its bytes and never by its name."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Literal

from stratify.assays.files.archive import archive_members, is_workbook_archive
from stratify.assays.files.delivered import Delivered
from stratify.assays.files.part import HEAD, Part
from stratify.assays.files.workbook import sheets
from stratify.assays.refusal import refuse

_ZIP, _OLE, _GZIP = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b"


def digest(path: Path | Delivered) -> str:
    """SHA-256 of a file.

    Parameters
    ----------
    path : Path or Delivered
        An existing file.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def open_parts(path: Path | Delivered) -> list[Part]:
    """Open a file and name the tables in it.

    Parameters
    ----------
    path : Path or Delivered
        Text (also compressed by gzip), workbook, parquet, HDF5, or a zip archive of these.

    Returns
    -------
    list of Part
        One a sheet that is not empty, one a member of an archive, else one.

    Raises
    ------
    AssayFileError
        No such file, a folder, an empty or damaged file, binary data of another kind, or an archive that
        grows beyond all measure.
    """
    if not path.is_file():
        found = "a folder" if isinstance(path, Path) and path.is_dir() else "no such file"
        raise refuse(path.name, found, "check the path of the file")
    return _parts(path.name, lambda: path.open("rb"))


def _parts(where: str, opener: Callable[[], BinaryIO], *, nested: bool = False) -> list[Part]:
    with opener() as stream:
        head = stream.read(4096)
    if not head.strip():
        raise refuse(where, "an empty file")
    if head.startswith(_OLE) or (head.startswith(_ZIP) and is_workbook_archive(opener, where)):
        return [Part(name, "cells", rows) for name, rows in sheets(opener, where)]
    if head.startswith(_ZIP):
        if nested:
            raise refuse(where, "an archive inside an archive", "unpack it first")
        members = archive_members(opener, where)
        return [
            part
            for name, data in members
            for part in _parts(f"{where}, member {name}", partial(BytesIO, data), nested=True)
        ]
    return [Part(where, *_stream(where, head, opener))]


def _stream(
    where: str, head: bytes, opener: Callable[[], BinaryIO]
) -> tuple[Literal["hdf5", "parquet", "text"], Callable[[], Any]]:
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        return "hdf5", opener
    if head.startswith(b"PAR1"):
        return "parquet", opener
    if head.startswith(_GZIP):
        return "text", _unzipped(where, opener)
    if _is_binary(head):
        raise refuse(where, "binary data that is neither a workbook nor text")
    return "text", opener


def _is_binary(data: bytes) -> bool:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    controls = sum(byte < 32 and byte not in (9, 10, 12, 13) for byte in data)
    return b"\0" in data or controls > len(data) // 100


class _Gzip(gzip.GzipFile):
    """A gzip stream whose damage is a refusal, wherever it is met."""

    def __init__(self, stream: BinaryIO, where: str) -> None:
        super().__init__(fileobj=stream)
        self._source, self._where = stream, where

    def read(self, size: int | None = -1) -> bytes:
        try:
            return super().read(size)
        except (OSError, EOFError, zlib.error) as error:
            raise refuse(self._where, "a damaged gzip file", "copy the file again from its source") from error

    def close(self) -> None:
        super().close()
        self._source.close()


def _unzipped(where: str, opener: Callable[[], BinaryIO]) -> Callable[[], BinaryIO]:
    def unzip() -> BinaryIO:
        return _Gzip(opener(), where)  # type: ignore[return-value]

    with unzip() as stream:
        head = stream.read(HEAD)
    if not head.strip() or _is_binary(head[:4096]):
        raise refuse(where, "a gzip file without a table")
    return unzip
