"""Cookies that only this run of the server can make, and the tokens that its own forms carry."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field

_BYTES = 24


@dataclass(frozen=True)
class Tickets:
    """Signs the names of sessions with a key that lives as long as the process.

    Parameters
    ----------
    key : bytes
        Random if left out.

    Examples
    --------
    >>> tickets = Tickets(b"key")
    >>> cookie = tickets.cookie("abc")
    >>> tickets.session_of(cookie), tickets.session_of("abc." + "0" * 64)
    ('abc', None)
    """

    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    @property
    def cookie_name(self) -> str:
        """Name of the cookie; two servers on one machine do not take each other's."""
        return f"stratify-{self._mac('name')[:8]}"

    def new_session(self) -> str:
        """Name a session that nobody can guess."""
        return secrets.token_urlsafe(_BYTES)

    def cookie(self, session: str) -> str:
        """Content of the cookie of a session."""
        return f"{session}.{self._mac('cookie:' + session)}"

    def session_of(self, cookie: str) -> str | None:
        """Session that a cookie names; None where this server did not make it."""
        session, _, mac = cookie.rpartition(".")
        return session if session and _equal(mac, self._mac("cookie:" + session)) else None

    def form_token(self, session: str) -> str:
        """Make what a form of this session carries."""
        return self._mac("form:" + session)

    def is_own_form(self, session: str, token: str) -> bool:
        """Whether a form was made by this server for this session."""
        return _equal(token, self.form_token(session))

    def _mac(self, text: str) -> str:
        return hmac.new(self.key, text.encode("utf-8", "replace"), "sha256").hexdigest()


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))
