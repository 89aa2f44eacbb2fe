"""Uploads that would unpack to more than a server can hold are refused before they are read."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO

import pyarrow
import pyarrow.parquet

from stratify.assays.files.delivered import Delivered
from stratify.screening.app.refusal import RequestError
from stratify.screening.app.settings import Limits

_CHUNK = 1 << 20
_HDF5, _PARQUET, _GZIP, _ZIP = b"\x89HDF\r\n\x1a\n", b"PAR1", b"\x1f\x8b", b"PK\x03\x04"


def refuse_packed(file: Delivered, limits: Limits) -> None:
    """Refuse a file that unpacks to too much, and kinds that can not be bounded.

    Parameters
    ----------
    file : Delivered
        As it was sent.
    limits : Limits
        How much it may become.

    Raises
    ------
    RequestError
        Status 413, or 422 for HDF5. What is damaged is left to the readers.
    """
    _refuse(file.data, limits)
    if not file.data.startswith(_ZIP):
        return
    try:
        with zipfile.ZipFile(BytesIO(file.data)) as archive:
            # a member never gives more than the archive says
            if sum(info.file_size for info in archive.infolist()) > limits.unpacked_bytes:
                raise _too_large(limits)
            for info in archive.infolist():
                if archive.open(info).read(8).startswith((_GZIP, _PARQUET, _HDF5)):
                    _refuse(archive.read(info), limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        return


def _refuse(data: bytes, limits: Limits) -> None:
    if data.startswith(_HDF5):
        raise RequestError(
            422,
            "a table, a workbook, parquet or a zip archive of these",
            "an HDF5 file",
            "send what the laboratory sent, or score it with stratify screen",
        )
    if data.startswith(_GZIP) and _unzips_beyond(data, limits.unpacked_bytes):
        raise _too_large(limits)
    if data.startswith(_PARQUET) and _parquet_cells(data) > limits.cells:
        raise _too_large(limits)


def _unzips_beyond(data: bytes, most: int) -> bool:
    """Unpack a gzip stream piece by piece, keeping nothing."""
    seen, rest = 0, data
    while rest.startswith(_GZIP):
        stream = zlib.decompressobj(wbits=31)
        try:
            while not stream.eof and rest:
                seen += len(stream.decompress(rest, _CHUNK))
                if seen > most:
                    return True
                if rest == stream.unconsumed_tail:
                    return False
                rest = stream.unconsumed_tail
        except zlib.error:
            return False
        rest = stream.unused_data
    return False


def _parquet_cells(data: bytes) -> int:
    try:
        found = pyarrow.parquet.read_metadata(BytesIO(data))
    except (pyarrow.ArrowException, OSError, ValueError):
        return 0
    return int(found.num_rows) * int(found.num_columns)


def _too_large(limits: Limits) -> RequestError:
    return RequestError(
        413,
        f"a file that unpacks to at most {limits.unpacked_bytes // 1_000_000} MB",
        "one that unpacks to more",
        "send the plates one by one, or score it with stratify screen",
    )
