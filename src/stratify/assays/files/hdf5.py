"""HDF5 files, walked by another process first: damage can end the process that reads it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stratify.assays.files.part import Part
from stratify.assays.refusal import refuse

_SECONDS = 600
_WALK = """
import sys
import h5py

def look(name, item):
    for key in item.attrs:
        item.attrs[key]
    if isinstance(item, h5py.Dataset):
        item[()]

with h5py.File(sys.argv[1]) as file:
    look("/", file)
    file.visititems(look)
"""


@contextmanager
def sound_hdf5(part: Part) -> Iterator[Path]:
    """Give the path of a copy that could be read to its end.

    The HDF5 library may crash on a damaged file instead of raising an error. A process of its own reads
    everything once; what it does not survive is refused.

    Parameters
    ----------
    part : Part
        Of kind "hdf5".

    Yields
    ------
    Path
        A copy; removed at the end.

    Raises
    ------
    AssayFileError
        A damaged file.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "copy.h5"
        with part.open() as stream, path.open("wb") as copy:
            shutil.copyfileobj(stream, copy)
        if not _is_survived(path):
            raise refuse(part.where, "a damaged HDF5 file", "write the cohort again")
        yield path


def _is_survived(path: Path) -> bool:
    command = [sys.executable, "-I", "-c", _WALK, str(path)]
    try:
        walk = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603 (our own code)
    except subprocess.TimeoutExpired:
        return False
    return walk.returncode == 0
