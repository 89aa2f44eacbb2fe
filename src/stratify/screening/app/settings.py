"""What a server was started with, and how much it takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from stratify.errors import ScreeningError
from stratify.screening.eligibility.rules import Rules

LOOPBACK = ("127.0.0.1", "localhost", "::1")
SHORTEST_TOKEN = 20


@dataclass(frozen=True)
class Limits:
    """Bounds of everything that a client can ask for.

    Parameters
    ----------
    upload_bytes : int
        Of one request.
    field_bytes : int
        Of one field of a form that is no file.
    unpacked_bytes : int
        What an upload may unpack to.
    cells : int
        Rows times columns of a packed table (parquet).
    samples : int
        Rows of one screening.
    upload_seconds, pause_seconds : float
        For a whole upload, and between two of its pieces.
    waiting : int
        Requests that may wait to be scored.
    wait_seconds : float
        How long one waits.
    sessions : int
        Screenings that are kept in memory at a time.
    idle_seconds : float
        After which a screening that nobody looks at is forgotten.
    """

    upload_bytes: int = 100_000_000
    field_bytes: int = 10_000
    unpacked_bytes: int = 300_000_000
    cells: int = 50_000_000
    samples: int = 20_000
    upload_seconds: float = 120.0
    pause_seconds: float = 15.0
    waiting: int = 128
    wait_seconds: float = 300.0
    sessions: int = 24
    idle_seconds: float = 3600.0


@dataclass(frozen=True)
class Settings:
    """How a server runs.

    Parameters
    ----------
    hosts : tuple of str
        Names under which it may be asked for, with ports, as browsers write them.
    rules : Rules, optional
        Of a trial.
    rules_input : tuple of (str, str)
        Name and SHA-256 of the file of rules, for the audit log; empty for shipped rules.
    folder : Path, optional
        Where screenings are delivered; they stay in memory if left out.
    blind : bool
        Whether calls are hidden.
    tokens : tuple of str
        Any of them lets in; nobody is asked if empty.
    user_header : str
        Header in which a reverse proxy names the user; "" for none.
    limits : Limits
        Bounds.
    """

    hosts: tuple[str, ...]
    rules: Rules | None = None
    rules_input: tuple[tuple[str, str], ...] = ()
    folder: Path | None = None
    blind: bool = False
    tokens: tuple[str, ...] = field(default=(), repr=False)
    user_header: str = ""
    limits: Limits = field(default_factory=Limits)


def allowed_hosts(host: str, port: int, names: tuple[str, ...] = ()) -> tuple[str, ...]:
    """List the ``Host`` headers that a server answers to.

    Parameters
    ----------
    host : str
        Address that it listens on.
    port : int
        Its port.
    names : tuple of str
        Further names, such as that of a reverse proxy, with a port where it is not the usual one.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> allowed_hosts("127.0.0.1", 8765)
    ('127.0.0.1:8765', 'localhost:8765', '[::1]:8765')
    """
    own = LOOPBACK if host in LOOPBACK else (host,)
    return (*(f"[{name}]:{port}" if ":" in name else f"{name}:{port}" for name in own), *names)


def read_tokens(path: Path) -> tuple[str, ...]:
    """Read the tokens that let in, one a line.

    Parameters
    ----------
    path : Path
        Text file that nobody else may read.

    Returns
    -------
    tuple of str

    Raises
    ------
    ScreeningError
        No such file, one that others may read, or a token that is short enough to be guessed.
    """
    if not path.is_file():
        raise ScreeningError("a file of tokens, one a line", f"no file {path.name!r}", "check its path")
    if path.stat().st_mode & 0o077:
        raise ScreeningError(
            "a file of tokens that its owner alone may read",
            f"{path.name!r} may be read by others",
            f"run chmod 600 {path.name}",
        )
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    tokens = tuple(line.strip() for line in lines if line.strip())
    if not tokens or min(map(len, tokens)) < SHORTEST_TOKEN:
        raise ScreeningError(
            f"tokens of at least {SHORTEST_TOKEN} characters, one a line",
            f"{path.name!r} has {'a shorter one' if tokens else 'none'}",
            'make one with: python -c "import secrets; print(secrets.token_urlsafe())"',
        )
    return tokens


def refuse_open_door(host: str, *, tokens: bool, user_header: str) -> None:
    """Refuse to listen beyond this machine without a login, or to believe a header that anybody may send.

    Parameters
    ----------
    host : str
        Address to listen on.
    tokens : bool
        Whether tokens are asked for.
    user_header : str
        Header of a reverse proxy, "" for none.

    Raises
    ------
    ScreeningError
        When other machines could reach the page unasked.
    """
    if tokens and user_header:
        raise ScreeningError("one kind of login", "tokens and a header", "name one of them")
    if host in LOOPBACK:
        return
    if user_header:
        raise ScreeningError(
            "a loopback address with --user-header, so that only a proxy on this machine is believed",
            f"host {host}",
            "leave --host out and let the proxy ask 127.0.0.1",
        )
    if not tokens:
        raise ScreeningError(
            "a loopback address, or a login",
            f"host {host}, which other machines can reach, and no login",
            "leave --host out, or name a --token-file",
        )
