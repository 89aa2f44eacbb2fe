"""A signature of a model folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def sign(
    model: Annotated[Path, typer.Argument(help="Model folder, such as models/demo-1.")],
    key: Annotated[Path, typer.Option(help="Private Ed25519 key in PEM, without a password.")],
) -> None:
    """Sign a model folder, so that others can tell who made it (STRATIFY_TRUSTED_KEYS, docs/security.md)."""
    from stratify.reporting.signature import sign_folder
    from stratify.reporting.verified_folder import verify_contents

    verify_contents(model)
    print(f"signature: {sign_folder(model, key)}")
