"""Arrays of an npz file, read by a list of what may be in one: stored entries of plain numbers, no more."""

from __future__ import annotations

import io
import math
import re
import zipfile
import zlib
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

# A dotted field name: no folder, no drive, nothing that leads anywhere.
_ENTRY = re.compile(r"(?!\.)[A-Za-z0-9_.]{1,200}(?<!\.)\.npy", re.ASCII)
_BROKEN = (OSError, ValueError, EOFError, LookupError, NotImplementedError, RuntimeError, zipfile.BadZipFile)


class ArrayFileError(ValueError):
    """A file that is no npz of plain numbers."""


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Read an npz of float arrays; nothing in it is unpickled, unpacked to disk or inflated.

    ``np.load`` takes what the archive says of itself; this reader takes only what `np.savez` makes of
    float arrays, so that a small file can not ask for much memory and no entry has another meaning.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    dict of str to array
        Float arrays in the order of the file.

    Raises
    ------
    ArrayFileError
        A file that is missing, truncated or no archive, or an entry with another name, kind or size.
    """
    try:
        size = path.stat().st_size
        with zipfile.ZipFile(path) as archive:
            _refuse_foreign_entries(archive, size)
            return {e.filename.removesuffix(".npy"): _array(archive, e) for e in archive.infolist()}
    except ArrayFileError:
        raise
    except (*_BROKEN, zlib.error) as error:
        raise ArrayFileError("missing, truncated or not plain arrays") from error


def _refuse_foreign_entries(archive: zipfile.ZipFile, size: int) -> None:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    strange = [name for name in names if not _ENTRY.fullmatch(name)]
    if strange:
        raise ArrayFileError(f"an entry {strange[0]!r}, which is no name of an array")
    if len(set(names)) < len(names):
        raise ArrayFileError("two entries of one name")
    if any(entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1 for entry in entries):
        raise ArrayFileError("packed or locked entries, which stratify does not write")
    if sum(entry.file_size for entry in entries) > size:
        raise ArrayFileError("entries that would be larger than the file")


def _array(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> np.ndarray:
    name, raw = entry.filename.removesuffix(".npy"), archive.read(entry)
    stream = io.BytesIO(raw)
    reader = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}[npy.read_magic(stream)]
    shape, fortran, kind = reader(stream)
    if kind.hasobject:
        raise ArrayFileError(f"array {name} holds objects, not plain arrays of numbers")
    if kind != np.dtype("<f8") or any(n < 0 for n in shape):
        raise ArrayFileError(f"array {name} is not of plain numbers")
    if len(raw) - stream.tell() != math.prod(shape) * kind.itemsize:
        raise ArrayFileError(f"array {name} is not of the size that it states")
    values = np.frombuffer(raw, dtype=kind, offset=stream.tell()).reshape(
        shape, order="F" if fortran else "C"
    )
    return np.array(values, dtype=np.float64, order="C")
