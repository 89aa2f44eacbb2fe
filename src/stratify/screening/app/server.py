"""A server on one address, quiet: no line of its log names a file, a person or a value."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn

from stratify.errors import ScreeningError
from stratify.reporting.bundle import LoadedModel
from stratify.screening.app.application import make_application
from stratify.screening.app.patience import protocol
from stratify.screening.app.settings import Settings

_MOST_CONNECTIONS = 512
_LARGEST_HEAD = 32_768  # bytes


def listening(host: str, port: int) -> socket.socket:
    """Open the address, before anything is loaded.

    Parameters
    ----------
    host : str
        Address.
    port : int
        Port; 0 for any that is free.

    Returns
    -------
    socket
        Bound; its port is that of ``getsockname``.

    Raises
    ------
    ScreeningError
        An address that is in use, or not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        found.listen(_MOST_CONNECTIONS)  # who asks before the server runs waits for it
    except (OSError, OverflowError) as error:
        found.close()
        raise ScreeningError(
            "an address of this machine and a port that is free",
            f"{host} port {port}: {getattr(error, 'strerror', None) or 'no such port'}",
            "name another --port, or end the server that uses it",
        ) from None
    return found


def make_server(loaded: LoadedModel, settings: Settings) -> uvicorn.Server:
    """Make a server that waits to be run.

    Parameters
    ----------
    loaded : LoadedModel
        The model.
    settings : Settings
        How the server runs.

    Returns
    -------
    uvicorn.Server
    """
    return uvicorn.Server(
        uvicorn.Config(
            make_application(loaded, settings),
            http=protocol(settings.limits.pause_seconds),
            ws="none",
            loop="asyncio",
            access_log=False,
            log_level="critical",
            server_header=False,
            date_header=False,
            limit_concurrency=_MOST_CONNECTIONS,
            h11_max_incomplete_event_size=_LARGEST_HEAD,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=5,
        )
    )


def serve(
    loaded: LoadedModel, settings: Settings, found: socket.socket, ready: Callable[[], None] | None = None
) -> None:
    """Serve until the process is told to end.

    Parameters
    ----------
    loaded : LoadedModel
        The model.
    settings : Settings
        How the server runs.
    found : socket
        From `listening`.
    ready : callable, optional
        Called before requests are taken.
    """
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)  # it tells of damaged forms
    server = make_server(loaded, settings)
    if ready is not None:
        ready()
    with suppress(KeyboardInterrupt):  # the signal that ended it is raised again when it has ended
        server.run(sockets=[found])
