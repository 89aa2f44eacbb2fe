"""The screening page on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stratify.cli.option_groups import with_options
from stratify.cli.output import tell

if TYPE_CHECKING:
    from stratify.screening.eligibility.rules import Rules


@dataclass(frozen=True)
class Door:
    """Where the server listens, and who may come in."""

    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port; 0 takes any that is free, and names it.")
    ] = 8765
    host: Annotated[str, typer.Option(help="Address; any but a loopback address needs --token-file.")] = (
        "127.0.0.1"
    )
    name: Annotated[
        list[str] | None,
        typer.Option(
            help="Further name that browsers ask for, such as a reverse proxy's (host or host:port)."
        ),
    ] = None
    token_file: Annotated[
        Path | None,
        typer.Option(help="Ask for a token; a file of tokens, one a line, that only you may read."),
    ] = None
    user_header: Annotated[
        str, typer.Option(help="Header in which a reverse proxy on this machine names the user it let in.")
    ] = ""


@with_options("door", Door)
def serve(
    model: Annotated[Path, typer.Argument(help="Model folder, such as models/demo-1.")],
    door: Door,
    folder: Annotated[
        Path | None,
        typer.Option(
            help="Also deliver each screening into a folder of its own in this one, with audit line."
        ),
    ] = None,
    eligibility: Annotated[
        str | None,
        typer.Option(help="Rules of a trial (shipped name such as dupilumab-mdd, or a TOML file)."),
    ] = None,
    blind: Annotated[
        bool,
        typer.Option("--blind", help="Hide calls and all that depends on the score, for outcome raters."),
    ] = False,
) -> None:
    """Serve the screening page and its REST interface on this machine; what is dropped stays in memory."""
    from stratify.screening.app.memory import settle, take_from_one_heap

    take_from_one_heap()
    from stratify.reporting.bundle import load_model
    from stratify.screening.app.server import listening
    from stratify.screening.app.server import serve as serve_page
    from stratify.screening.app.settings import Settings, allowed_hosts, read_tokens, refuse_open_door

    refuse_open_door(door.host, tokens=door.token_file is not None, user_header=door.user_header)
    tokens = () if door.token_file is None else read_tokens(door.token_file)
    rules, digests = _rules(eligibility)
    loaded = load_model(model)
    settle()
    with listening(door.host, door.port) as found:
        port = found.getsockname()[1]
        settings = Settings(
            allowed_hosts(door.host, port, tuple(door.name or ())),
            rules=rules,
            rules_input=digests,
            folder=folder,
            blind=blind,
            tokens=tokens,
            user_header=door.user_header,
        )
        address = f"[{door.host}]" if ":" in door.host else door.host
        serve_page(loaded, settings, found, lambda: tell(f"open: http://{address}:{port}/ (Ctrl-C ends)"))


def _rules(eligibility: str | None) -> tuple[Rules | None, tuple[tuple[str, str], ...]]:
    """Rules of a trial, and name and digest of their file for the audit log."""
    from stratify.assays.files.container import digest
    from stratify.screening.eligibility.rules import read_rules

    if eligibility is None:
        return None, ()
    path = Path(eligibility)
    return read_rules(eligibility), ((path.name, digest(path)),) if path.is_file() else ()
