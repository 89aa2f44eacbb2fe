from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

DEMO = Path(__file__).parents[2] / "models" / "demo-1"


@pytest.fixture
def private(tmp_path, monkeypatch):
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "public.pem").write_bytes(public)
    path = tmp_path / "private.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    monkeypatch.setenv("STRATIFY_TRUSTED_KEYS", str(tmp_path / "public.pem"))
    return path


def test_where_keys_are_set_only_signed_models_are_taken(stratify, refused, private, tmp_path):
    shutil.copytree(DEMO, tmp_path / "demo-1")
    assert "no manifest.sig" in refused(stratify("verify", tmp_path / "demo-1"))
    assert "no manifest.sig" in refused(
        stratify("screen", tmp_path / "demo-1", "x.csv", "-o", tmp_path / "o")
    )
    code, out, _ = stratify("sign", tmp_path / "demo-1", "--key", private)
    assert (code, out) == (0, f"signature: {tmp_path / 'demo-1' / 'manifest.sig'}\n")
    code, out, _ = stratify("verify", tmp_path / "demo-1")
    assert code == 0
    assert "signed by a trusted key" in out


def test_a_changed_folder_is_not_signed(stratify, refused, private, tmp_path):
    shutil.copytree(DEMO, tmp_path / "demo-1")
    (tmp_path / "demo-1" / "card.md").write_text("x", encoding="utf-8")
    assert "changed: card.md" in refused(stratify("sign", tmp_path / "demo-1", "--key", private))
    assert not (tmp_path / "demo-1" / "manifest.sig").exists()
