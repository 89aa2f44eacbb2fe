from __future__ import annotations

import hashlib
import zipfile

import pytest

from stratify.assays.files import archive as module
from stratify.assays.files.archive import archive_members, is_workbook_archive
from stratify.errors import AssayFileError

TABLE = b"SampleID,IL6\nS1,1.5\n"


def packed(tmp_path, **members):
    path = tmp_path / "delivery.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "."), data)
    return path


def members(path):
    return dict(archive_members(lambda: path.open("rb"), path.name))


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
@pytest.mark.parametrize("form", ["{digest}  npx.csv\n", "{digest}\n", "npx.csv: {digest}"])
def test_delivered_checksum_is_verified(tmp_path, algorithm, form):
    digest = hashlib.new(algorithm, TABLE).hexdigest()
    path = packed(tmp_path, npx__csv=TABLE, checksum__txt=form.format(digest=digest))
    assert members(path) == {"npx.csv": TABLE}
    path = packed(tmp_path, npx__csv=TABLE + b"S2,2.5\n", checksum__txt=form.format(digest=digest))
    with pytest.raises(AssayFileError, match=rf"npx.csv differs from the {algorithm.upper()}"):
        members(path)


def test_hidden_members_are_left_out(tmp_path):
    path = tmp_path / "mac.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("npx.csv", TABLE)
        archive.writestr("__MACOSX/._npx.csv", b"\0\1")
        archive.writestr(".DS_Store", b"\0\1")
    assert members(path) == {"npx.csv": TABLE}


def test_archive_that_grows_beyond_all_measure_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LARGEST_ARCHIVE", 1000)
    with pytest.raises(AssayFileError, match="unpacks to more than"):
        members(packed(tmp_path, npx__csv=b"0" * 1001))
    assert members(packed(tmp_path, npx__csv=b"0" * 1000))


def test_damaged_and_empty_archives_are_refused(tmp_path):
    path = packed(tmp_path, npx__csv=TABLE * 99)
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(AssayFileError, match="damaged"):
        members(path)
    with pytest.raises(AssayFileError, match="without a table"):
        members(packed(tmp_path, empty__txt=b"\n"))


def test_workbooks_are_told_from_archives_of_tables(tmp_path):
    book = packed(tmp_path, **{"xl/workbook__xml": b"<x/>"})
    assert is_workbook_archive(lambda: book.open("rb"), "x")
    plain = packed(tmp_path, npx__csv=TABLE)
    assert not is_workbook_archive(lambda: plain.open("rb"), "x")
