from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from stratify.errors import ModelError
from stratify.reporting.manifest import verify_manifest, write_manifest
from stratify.reporting.signature import TRUSTED, refuse_unsigned, sign_folder


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "tiny-1"
    (folder / "bundle").mkdir(parents=True)
    header = {"bundle_schema": 1, "model": {"name": "tiny", "version": 1}}
    (folder / "bundle" / "model.json").write_text(json.dumps(header), encoding="utf-8")
    write_manifest(folder)
    return folder


def write_keys(folder, name, key):
    private, public = folder / f"{name}.pem", folder / f"{name}-public.pem"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


@pytest.fixture
def keys(tmp_path):
    return write_keys(tmp_path, "maker", ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


@pytest.fixture
def others(tmp_path):
    return write_keys(tmp_path, "other", ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)))


def test_signed_folder_is_taken_and_signing_again_changes_nothing(folder, keys, others, monkeypatch):
    place = sign_folder(folder, keys[0])
    first = place.read_bytes()
    assert (place.name, len(first)) == ("manifest.sig", 64)
    assert sign_folder(folder, keys[0]).read_bytes() == first
    assert sorted(p.name for p in folder.iterdir()) == ["bundle", "manifest.json", "manifest.sig"]
    write_manifest(folder)
    verify_manifest(folder, tolerated=["manifest.sig"])
    monkeypatch.setenv(TRUSTED, f"{others[1]}:{keys[1]}")
    refuse_unsigned(folder)


def test_without_keys_nothing_is_asked(folder, monkeypatch):
    monkeypatch.delenv(TRUSTED, raising=False)
    refuse_unsigned(folder)


def test_missing_foreign_and_old_signatures_are_refused(folder, keys, others, monkeypatch):
    monkeypatch.setenv(TRUSTED, str(keys[1]))
    with pytest.raises(ModelError, match=r"found: no manifest\.sig"):
        refuse_unsigned(folder)
    sign_folder(folder, others[0])
    with pytest.raises(ModelError, match="of another key or of other files"):
        refuse_unsigned(folder)
    sign_folder(folder, keys[0])
    (folder / "card.md").write_text("another card", encoding="utf-8")
    write_manifest(folder)
    with pytest.raises(ModelError, match="of another key or of other files"):
        refuse_unsigned(folder)


@pytest.mark.parametrize("content", [b"", b"x" * 63, b"x" * 10_000])
def test_damaged_signature_is_refused(folder, keys, monkeypatch, content):
    monkeypatch.setenv(TRUSTED, str(keys[1]))
    (folder / "manifest.sig").write_bytes(content)
    with pytest.raises(ModelError, match=r"manifest\.sig"):
        refuse_unsigned(folder)


def test_keys_of_another_kind_are_refused_by_name(folder, keys, tmp_path, monkeypatch):
    curve = write_keys(tmp_path, "curve", ec.generate_private_key(ec.SECP256R1()))
    for private in (curve[0], keys[1], tmp_path / "none.pem"):
        with pytest.raises(ModelError, match=private.name.replace(".", r"\.")):
            sign_folder(folder, private)
    assert not (folder / "manifest.sig").exists()
    for public in (curve[1], keys[0], tmp_path / "none.pem"):
        monkeypatch.setenv(TRUSTED, str(public))
        with pytest.raises(ModelError, match=public.name.replace(".", r"\.")):
            refuse_unsigned(folder)
