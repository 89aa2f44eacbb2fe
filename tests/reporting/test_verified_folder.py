from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from stratify.errors import ModelError
from stratify.reporting.manifest import write_manifest
from stratify.reporting.verified_folder import verify_folder

DEMO = Path(__file__).parents[2] / "models" / "demo-1"


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(DEMO, tmp_path / "demo-1", ignore=shutil.ignore_patterns("figures", "card.html"))
    write_manifest(tmp_path / "demo-1")
    return tmp_path / "demo-1"


def test_digest_of_a_sound_folder(folder):
    stated = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["digest"]
    assert verify_folder(folder) == verify_folder(str(folder)) == stated


def test_files_beside_are_tolerated_by_name_only(folder):
    (folder / "registered_model_meta").write_text("x", encoding="utf-8")
    with pytest.raises(ModelError, match="not listed"):
        verify_folder(folder)
    verify_folder(folder, tolerated=["registered_model_meta"])


def test_description_and_signature_are_part_of_it(folder, tmp_path, monkeypatch):
    (folder / "manifest.sig").write_bytes(bytes(64))
    verify_folder(folder)
    monkeypatch.setenv("STRATIFY_TRUSTED_KEYS", str(tmp_path / "none.pem"))
    with pytest.raises(ModelError, match=r"none\.pem"):
        verify_folder(folder)
    monkeypatch.delenv("STRATIFY_TRUSTED_KEYS")
    (folder / "requirements.txt").write_text("forger\n", encoding="utf-8")
    write_manifest(folder)
    with pytest.raises(ModelError, match=r"requirements\.txt"):
        verify_folder(folder)
