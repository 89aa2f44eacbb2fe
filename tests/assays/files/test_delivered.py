from __future__ import annotations

from pathlib import Path

from stratify.assays.clinical import read_clinical
from stratify.assays.files.container import digest
from stratify.assays.files.delivered import Delivered, as_file
from stratify.assays.reader import read_assays

ROWS = (
    "SampleID;OlinkID;UniProt;Assay;Panel;NPX\n"
    "S1;OID1;P05231;IL6;Inflammation;1.5\nS2;OID1;P05231;IL6;Inflammation;2.5\n"
)


def test_a_file_in_memory_is_read_as_one_on_disk(tmp_path):
    path = tmp_path / "levels.csv"
    path.write_text(ROWS, encoding="utf-8")
    there, here = read_assays(path), read_assays(Delivered("levels.csv", path.read_bytes()))
    assert here.to_df().equals(there.to_df())
    assert here.uns["stratify"] == there.uns["stratify"]
    assert read_clinical(Delivered("x", path.read_bytes())).equals(read_clinical(path))
    assert digest(Delivered("x", path.read_bytes())) == digest(path)


def test_a_file_can_be_opened_again_and_again_and_shows_no_content():
    file = Delivered("x", b"secret")
    assert file.open().read() == file.open("r").read() == b"secret"
    assert "secret" not in repr(file)


def test_text_is_a_path():
    file = Delivered("x", b"")
    assert as_file("a/b") == Path("a/b")
    assert as_file(file) is file
