from __future__ import annotations

import gzip
import hashlib
import zipfile

import pytest

from stratify.assays.files.container import digest, open_parts
from stratify.errors import AssayFileError


def written(tmp_path, data):
    path = tmp_path / "file"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"a,b\n1,2\n", "text"),
        (b"\x89HDF\r\n\x1a\n", "hdf5"),
        (b"PAR1..", "parquet"),
    ],
)
def test_kind_is_read_from_the_content(tmp_path, data, kind):
    assert open_parts(written(tmp_path, data))[0].kind == kind


@pytest.mark.parametrize(
    "data", [b"", b" \n\n", b"\x00\x01\x02" * 99, bytes(range(1, 32)) * 9, b"\x7fELF\x02\x01\x01\x00"]
)
def test_other_content_is_refused_in_three_lines(tmp_path, data):
    with pytest.raises(AssayFileError) as caught:
        open_parts(written(tmp_path, data))
    assert [line.partition(":")[0] for line in str(caught.value).splitlines()] == ["expected", "found", "do"]


def test_absent_file_and_folder_are_refused(tmp_path):
    with pytest.raises(AssayFileError, match="no such file"):
        open_parts(tmp_path / "absent.csv")
    with pytest.raises(AssayFileError, match="a folder"):
        open_parts(tmp_path)


@pytest.mark.parametrize(
    "encode",
    [
        str.encode,
        lambda t: t.encode("utf-16"),
        lambda t: t.encode("latin-1"),
        lambda t: gzip.compress(t.encode()),
    ],
)
def test_text_is_decoded(tmp_path, encode):
    assert open_parts(written(tmp_path, encode("Größe,IL6\n")))[0].text == "Größe,IL6\n"


def test_damaged_gzip_is_refused(tmp_path):
    with pytest.raises(AssayFileError, match="damaged gzip"):
        assert open_parts(written(tmp_path, gzip.compress(b"a,b\n" * 99)[:-12]))[0].text


def test_digest_is_sha256(tmp_path):
    assert digest(written(tmp_path, b"abc")) == hashlib.sha256(b"abc").hexdigest()


def test_members_of_an_archive_are_parts_of_their_own(tmp_path):
    path = tmp_path / "plates.dat"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/one.csv", "SampleID,IL6\nS1,1.5\n")
        archive.writestr("two.csv", "SampleID,IL6\nS2,2.5\n")
    assert [(part.where, part.kind) for part in open_parts(path)] == [
        ("plates.dat, member a/one.csv", "text"),
        ("plates.dat, member two.csv", "text"),
    ]


def test_archive_in_an_archive_is_refused(tmp_path):
    inner = tmp_path / "inner.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("one.csv", "SampleID,IL6\nS1,1.5\n")
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.write(inner, "inner.zip")
    with pytest.raises(AssayFileError, match="an archive inside an archive"):
        open_parts(tmp_path / "outer.zip")
