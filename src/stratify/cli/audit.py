"""The audit log of screenings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from stratify.cli.options import AsJson
from stratify.cli.output import print_json

audit = typer.Typer(no_args_is_help=True, help="Audit logs of screenings.")


@audit.callback()
def _group() -> None:
    """Keep `verify` a word of its own."""


@audit.command()
def verify(
    place: Annotated[Path, typer.Argument(help="Folder of a screening, or an audit log.")],
    head: Annotated[
        str | None,
        typer.Option(help="Digest (64 characters) that a report or a verb printed: one line must carry it."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check that no line was edited, removed, added or moved; with --head also that none was cut off."""
    from stratify.screening.audit_file import verify_audit

    if head is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", head.strip()):
        raise typer.BadParameter("--head is a digest of 64 hexadecimal characters")
    lines, last = verify_audit(place, head=head or "")
    if as_json:
        print_json({"lines": lines, "head": last, "asked": head})
        return
    print(f"lines: {lines}, each with the digest of the one before")
    print(f"head: {last}")
    if head is None:
        print("without --head, lines that were cut off the end are not missed")
