from __future__ import annotations

import io
import struct
import zipfile

import numpy as np
import pytest

from stratify.reporting.plain_arrays import ArrayFileError, read_arrays


@pytest.fixture
def path(tmp_path):
    return tmp_path / "arrays.npz"


def npy(values, **options):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, values, **options)
    return stream.getvalue()


def write(path, entries, **packing):
    with zipfile.ZipFile(path, "w", **packing) as archive:
        for name, content in entries:
            archive.writestr(name, content)


def raw(header, content=b""):
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + content


def stating(shape):
    return b"{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + b"}"


def test_what_numpy_saved_is_read_to_the_bit(path):
    arrays = {
        "scorer.weights": np.array([1.5, -0.0, np.nan, np.inf]),
        "b": np.arange(6.0).reshape(2, 3).T,
        "none": np.zeros((0, 4)),
        "one": np.array(2.0),
    }
    np.savez(path, **arrays)
    found = read_arrays(path)
    assert list(found) == list(arrays)
    for name, array in arrays.items():
        assert found[name].tobytes() == np.ascontiguousarray(array).tobytes()
        assert (found[name].shape, found[name].flags.writeable) == (array.shape, True)


@pytest.mark.parametrize("name", ["../x.npy", "/x.npy", "a/b.npy", "x", ".npy", "..npy", "C:x.npy", "ä.npy"])
def test_entry_whose_name_leads_elsewhere_is_refused(path, name):
    write(path, [(name, npy(np.zeros(2)))])
    with pytest.raises(ArrayFileError, match="no name of an array"):
        read_arrays(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("entries", "packing", "found"),
    [
        ([("a.npy", npy(np.zeros(9)))], {"compression": zipfile.ZIP_DEFLATED}, "packed"),
        ([("a.npy", npy(np.zeros(9)))], {"compression": zipfile.ZIP_LZMA}, "packed"),
        ([("a.npy", npy(np.zeros(2)))] * 2, {}, "two entries"),
        ([("a.npy", npy(np.array([{}], dtype=object)))], {}, "a holds objects"),
        ([("a.npy", npy(np.zeros(2, dtype="<i8")))], {}, "a is not of plain numbers"),
        ([("a.npy", npy(np.zeros(2, dtype=[("x", "<f8")])))], {}, "a is not of plain numbers"),
        ([("a.npy", npy(np.zeros(2)) + b"more")], {}, "not of the size that it states"),
        ([("a.npy", npy(np.zeros(2))[:-1])], {}, "not of the size that it states"),
        ([("a.npy", raw(stating(b"(10**9,)")))], {}, "not plain arrays"),
        ([("a.npy", raw(stating(b"(1000000000000000,)")))], {}, "not of the size that it states"),
        ([("a.npy", raw(stating(b"(-1, -1)"), b"x" * 8))], {}, "not of plain numbers"),
        ([("a.npy", raw(b"__import__('os').mkdir('x')"))], {}, "not plain arrays"),
        ([("a.npy", b"\x80\x04.")], {}, "not plain arrays"),
        ([("a.npy", b"")], {}, "not plain arrays"),
    ],
)  # fmt: skip
def test_entry_that_savez_does_not_write_is_refused(path, entries, packing, found):
    write(path, entries, **packing)
    with pytest.raises(ArrayFileError, match=found):
        read_arrays(path)


def test_entries_over_each_other_are_refused_before_any_is_read(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.npy", npy(np.zeros(1000)))
        first = archive.filelist[0]
        for copy in range(200):
            entry = zipfile.ZipInfo(f"a{copy}.npy")
            for field in ("header_offset", "file_size", "compress_size", "CRC"):
                setattr(entry, field, getattr(first, field))
            archive.filelist.append(entry)
    with pytest.raises(ArrayFileError, match="larger than the file"):
        read_arrays(path)


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04", b"\x80\x04."])
def test_no_archive_is_refused(path, content):
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ArrayFileError, match="missing, truncated or not plain arrays"):
        read_arrays(path)
