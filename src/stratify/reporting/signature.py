"""Detached Ed25519 signatures of a model folder's manifest."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from stratify.errors import ModelError
from stratify.reporting.manifest import MANIFEST, SIGNATURE

TRUSTED = "STRATIFY_TRUSTED_KEYS"
_CONTEXT = b"stratify model manifest 1\n"
_LENGTH = 64


def sign_folder(folder: Path, key: Path) -> Path:
    """Sign the manifest of a model folder; an earlier signature is replaced.

    Parameters
    ----------
    folder : Path
        A verified model folder.
    key : Path
        Private Ed25519 key, PEM, without a password.

    Returns
    -------
    Path
        ``manifest.sig``: 64 bytes over the bytes of the manifest, which lists all other files.

    Raises
    ------
    ModelError
        When the key is of another kind.

    References
    ----------
    Josefsson & Liusvaara, Edwards-curve digital signature algorithm, RFC 8032, doi:10.17487/RFC8032.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        private: Any = load_pem_private_key(_pem(key), password=None)
    except (ValueError, TypeError) as error:
        raise _bad_key(key, "private") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise _bad_key(key, "private")
    written = folder / f".{SIGNATURE}.part"
    written.write_bytes(private.sign(_message(folder)))
    return written.replace(folder / SIGNATURE)


def trusted_keys() -> list[Path]:
    """Public keys, PEM, that ``STRATIFY_TRUSTED_KEYS`` names, separated as in ``PATH``."""
    return [Path(name) for name in os.environ.get(TRUSTED, "").split(os.pathsep) if name]


def refuse_unsigned(folder: Path) -> None:
    """Refuse a folder that no trusted key signed, where ``STRATIFY_TRUSTED_KEYS`` names keys.

    Parameters
    ----------
    folder : Path
        The model folder, its manifest already compared with its files.

    Raises
    ------
    ModelError
        No signature, or of none of these keys; a key that cannot be read.
    """
    named = trusted_keys()
    if named and not any(_signed_by(folder, key) for key in named):
        there = os.path.lexists(folder / SIGNATURE)
        raise ModelError(
            f"a model folder that a key of {TRUSTED} signed",
            f"{SIGNATURE} of another key or of other files" if there else f"no {SIGNATURE}",
            "ask whoever made the model for a signed folder, or add the maker's public key",
        )


def _signed_by(folder: Path, key: Path) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        public: Any = load_pem_public_key(_pem(key))
    except ValueError as error:
        raise _bad_key(key, "public") from error
    if not isinstance(public, Ed25519PublicKey):
        raise _bad_key(key, "public")
    place = folder / SIGNATURE
    if place.is_symlink() or not place.is_file() or place.stat().st_size != _LENGTH:
        return False
    try:
        public.verify(place.read_bytes(), _message(folder))
    except InvalidSignature:
        return False
    return True


def _message(folder: Path) -> bytes:
    return _CONTEXT + (folder / MANIFEST).read_bytes()


def _pem(key: Path) -> bytes:
    try:
        return key.read_bytes()
    except OSError as error:
        raise _bad_key(key, "readable") from error


def _bad_key(key: Path, kind: str) -> ModelError:
    return ModelError(
        f"a {kind} Ed25519 key in PEM without a password",
        f"{key.name}: something else",
        "make one by `openssl genpkey -algorithm ed25519`, its public half by `openssl pkey -pubout`",
    )
