from __future__ import annotations

import h5py
import numpy as np
import pytest

from stratify.assays.files import hdf5 as module
from stratify.assays.files.container import open_parts
from stratify.assays.files.hdf5 import sound_hdf5
from stratify.errors import AssayFileError


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file["levels"] = np.arange(6.0)
        file.attrs["unit"] = "NPX"
    return path


def test_a_sound_file_is_copied_and_the_copy_removed(file):
    with sound_hdf5(open_parts(file)[0]) as path:
        assert path.read_bytes() == file.read_bytes()
    assert not path.exists()


def test_a_cut_file_is_refused(file):
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(AssayFileError, match="damaged HDF5"), sound_hdf5(open_parts(file)[0]):
        pass


@pytest.mark.parametrize("end", ["import os; os.abort()", "import time; time.sleep(60)"])
def test_a_reading_that_crashes_or_hangs_is_a_refusal(file, monkeypatch, end):
    monkeypatch.setattr(module, "_WALK", end)
    monkeypatch.setattr(module, "_SECONDS", 1)
    with pytest.raises(AssayFileError, match="damaged HDF5"), sound_hdf5(open_parts(file)[0]):
        pass
