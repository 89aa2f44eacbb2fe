"""The end of connections on which no request comes."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol


class ImpatientProtocol(H11Protocol):
    """HTTP that closes a connection whose request is not begun, or whose head is not finished, in time.

    The server of the library waits for a head without end: some hundreds of silent connections would keep
    everybody else out. Time and size of a body are bounded elsewhere (`guard.bounded`).
    """

    seconds: ClassVar[float] = 15.0
    _look_again: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._wait(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        if self._look_again is not None:
            self._look_again.cancel()
        super().connection_lost(exc)

    def _wait(self, before: Any) -> None:
        self._look_again = self.loop.call_later(self.seconds, self._look, before)

    def _look(self, before: Any) -> None:
        """Close where the request is the one of the last look, and was answered by now."""
        unasked = self.cycle is None or self.cycle.response_complete
        if unasked and self.cycle is before:
            self.transport.close()
        else:
            self._wait(self.cycle)


def protocol(seconds: float) -> type[ImpatientProtocol]:
    """Make a protocol that waits so long.

    Parameters
    ----------
    seconds : float
        For a head; a connection is closed after at most twice as long.

    Returns
    -------
    type
    """
    return type("Protocol", (ImpatientProtocol,), {"seconds": seconds})
