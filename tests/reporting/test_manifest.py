import json
import os

import pytest

from stratify.errors import ModelError
from stratify.reporting.manifest import software_version, verify_manifest, write_manifest


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "tiny-1"
    (folder / "bundle").mkdir(parents=True)
    (folder / "facts").mkdir()
    header = {"bundle_schema": 1, "model": {"name": "tiny", "version": 1}}
    (folder / "bundle" / "model.json").write_text(json.dumps(header))
    (folder / "bundle" / "arrays.npz").write_bytes(bytes(range(256)))
    (folder / "card.md").write_text("# Card\n")
    (folder / "facts" / "out_of_fold.csv").write_text("sample_id,score\n")
    write_manifest(folder)
    return folder


FILES = ["bundle/arrays.npz", "bundle/model.json", "card.md", "facts/out_of_fold.csv"]


def forge(folder, **changes):
    """Write a manifest whose own digest holds."""
    from stratify.reporting import manifest

    content = {k: v for k, v in json.loads((folder / "manifest.json").read_text()).items() if k != "digest"}
    content |= changes
    content |= {"digest": manifest._content_digest(content)}
    (folder / "manifest.json").write_bytes(manifest._canonical(content))


def test_manifest_lists_every_file_and_no_time(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    assert list(manifest["files"]) == FILES
    assert set(manifest) == {
        "name", "version", "bundle_schema", "stratify", "licence", "files", "digest",
    }  # fmt: skip
    assert manifest["stratify"] == software_version()
    assert verify_manifest(folder) == manifest["digest"]


def test_manifest_says_what_made_the_model(folder):
    record = {"definition": {"name": "Th2", "version": 2}, "data_digest": "ab", "software": {"numpy": "1"}}
    (folder / "facts" / "run.json").write_text(json.dumps(record), encoding="utf-8")
    write_manifest(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    told = [manifest[key] for key in ("definition", "data_sha256", "software")]
    assert told == ["Th2 2", "ab", {"numpy": "1"}]
    verify_manifest(folder)


def test_writing_again_changes_nothing(folder):
    before = (folder / "manifest.json").read_bytes()
    assert write_manifest(folder) == json.loads(before)["digest"]
    assert (folder / "manifest.json").read_bytes() == before


@pytest.mark.parametrize("name", FILES)
def test_flipped_byte_is_refused_by_name(folder, name):
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(ModelError, match=f"changed: {name}"):
        verify_manifest(folder)


def test_any_flipped_byte_of_the_manifest_is_refused(folder):
    path = folder / "manifest.json"
    content = path.read_bytes()
    for place in range(0, len(content), 7):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(ModelError, match=r"manifest\.json"):
            verify_manifest(folder)


@pytest.mark.parametrize("name", FILES)
def test_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(ModelError, match=f"missing: {name}"):
        verify_manifest(folder)


def test_extra_file_is_named_unless_it_is_tolerated(folder):
    (folder / "facts" / "extra.pkl").write_bytes(b"\x80")
    with pytest.raises(ModelError, match=r"not listed: facts/extra\.pkl"):
        verify_manifest(folder)
    verify_manifest(folder, tolerated=["facts/extra.pkl"])


def test_links_are_refused(folder, tmp_path):
    (tmp_path / "outside").write_text("# Card\n")
    (folder / "card.md").unlink()
    os.symlink(tmp_path / "outside", folder / "card.md")
    with pytest.raises(ModelError, match=r"link or device: card\.md"):
        verify_manifest(folder)


def test_linked_folder_is_refused(folder, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    os.symlink(tmp_path / "elsewhere", folder / "more")
    with pytest.raises(ModelError, match="link or device: more"):
        verify_manifest(folder)


@pytest.mark.parametrize("name", ["../outside", "/etc/hosts", "a/../../b", "C:x", "a\\b", ""])
def test_name_that_leaves_the_folder_is_refused(folder, name):
    forge(folder, files={name: {"sha256": "0" * 64, "bytes": 1}})
    with pytest.raises(ModelError, match="inside the model folder"):
        verify_manifest(folder)


def test_folder_without_manifest_is_refused(folder):
    (folder / "manifest.json").unlink()
    with pytest.raises(ModelError, match="none in 'tiny-1'"):
        verify_manifest(folder)


@pytest.mark.parametrize("text", ["", "[]", '{"files": []}', "[" * 100_000, '{"files": {}, "x": "\\ud800"}'])
def test_foreign_manifest_is_refused(folder, text):
    (folder / "manifest.json").write_text(text)
    with pytest.raises(ModelError, match=r"manifest\.json"):
        verify_manifest(folder)
