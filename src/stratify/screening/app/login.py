"""Who asks: nobody in particular, whoever has a token, or whom a reverse proxy names."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from starlette.requests import Request

from stratify.screening.app.refusal import RequestError
from stratify.screening.app.settings import Settings

_MOST = 1000  # sessions that are logged in at a time
_LONGEST_NAME = 200
WRONG_TOKEN_SECONDS = 1.0


class Logins:
    """Sessions in which a token was shown.

    Parameters
    ----------
    settings : Settings
        With the tokens, or the header of a proxy.
    clock : callable
        Seconds that only grow.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._digests = [_digest(token) for token in settings.tokens]
        self._header, self._clock = settings.user_header, clock
        self._idle = settings.limits.idle_seconds
        self._seen: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    @property
    def by_token(self) -> bool:
        """Whether a token is asked for."""
        return bool(self._digests)

    def is_token(self, text: str) -> bool:
        """Whether a text is one of the tokens; takes as long for any other."""
        found = _digest(text)
        return sum(hmac.compare_digest(found, known) for known in self._digests) > 0

    def enter(self, session: str) -> None:
        """Let a session in; where there are too many, the one longest unused is let go."""
        with self._lock:
            self._seen[session] = self._clock()
            self._seen.move_to_end(session)
            while len(self._seen) > _MOST:
                self._seen.popitem(last=False)

    def leave(self, session: str | None) -> None:
        """Let a session in no longer."""
        with self._lock:
            self._seen.pop(session or "", None)

    def user(self, request: Request, session: str | None) -> str:
        """Who asks.

        Parameters
        ----------
        request : Request
            With its headers.
        session : str or None
            Its session.

        Returns
        -------
        str
            Name that the proxy gives; "" where nobody is named.

        Raises
        ------
        RequestError
            Status 401 where somebody must be.
        """
        if self._header:
            named = request.headers.getlist(self._header)
            if len(named) == 1 and named[0].strip():
                return named[0].strip()[:_LONGEST_NAME]
            raise _unknown(f"exactly one {self._header} header from the reverse proxy")
        if not self._digests or self._is_in(session) or self._bears_token(request):
            return ""
        raise _unknown("a login, or a token in the Authorization header")

    def _is_in(self, session: str | None) -> bool:
        with self._lock:
            seen = self._seen.get(session or "")
            if seen is None or seen < self._clock() - self._idle:
                return False
            self._seen[str(session)] = self._clock()
            return True

    def _bears_token(self, request: Request) -> bool:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        return kind.lower() == "bearer" and self.is_token(token.strip())


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _unknown(expected: str) -> RequestError:
    return RequestError(401, expected, "none", "log in first")
