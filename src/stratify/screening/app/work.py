"""One computation at a time, first come first served, with a bounded queue before it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread

from stratify.screening.app.refusal import RequestError
from stratify.screening.app.settings import Limits

Result = TypeVar("Result")


class Work:
    """The desk at which files are read and people scored; everything else is answered meanwhile.

    Parameters
    ----------
    limits : Limits
        Length of the queue, and how long one waits in it.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._desk: anyio.CapacityLimiter | None = None
        self.waiting = self.done = 0

    async def run(self, function: Callable[..., Result], *arguments: object) -> Result:
        """Wait for the turn, then compute in a thread.

        Parameters
        ----------
        function : callable
            What to compute.
        *arguments : object
            What it is given.

        Returns
        -------
        object
            What the function gives.

        Raises
        ------
        RequestError
            When too many wait already, or the turn does not come in time.
        """
        if self._desk is None:
            self._desk = anyio.CapacityLimiter(1)
        if self.waiting >= self._limits.waiting:
            raise _busy()
        # each turn has a holder of its own: several requests may wait in one task
        holder = object()
        self.waiting += 1
        try:
            with anyio.fail_after(self._limits.wait_seconds):
                await self._desk.acquire_on_behalf_of(holder)
        except TimeoutError:
            raise _busy() from None
        finally:
            self.waiting -= 1
        try:
            return await anyio.to_thread.run_sync(function, *arguments)
        finally:
            self.done += 1
            self._desk.release_on_behalf_of(holder)


def _busy() -> RequestError:
    return RequestError(
        503, "fewer requests at a time", "too many wait to be scored", "try again in a minute"
    )
