"""What every request must pass and every answer carries, whatever the route."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stratify.screening.app.refusal import RequestError
from stratify.screening.app.settings import Limits

# The page brings its own style and script, and nothing else may be loaded, framed or sent elsewhere.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
# The card of a model is a file of its own, checked by its digest, with its style inside; no script runs.
CARD_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # "no-referrer" would make browsers hide the origin of own forms
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
}
_READS = ("GET", "HEAD", "OPTIONS")
Refuse = Callable[[Scope, RequestError], ASGIApp]


class Guard:
    """Checks host and origin before anything is read, bounds the body, and adds the headers.

    Parameters
    ----------
    app : ASGI application
        What is guarded.
    hosts : tuple of str
        ``Host`` headers that are answered.
    limits : Limits
        Size and time of a body.
    refuse : callable
        Makes the answer to a refused request.
    """

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...], limits: Limits, refuse: Refuse) -> None:
        self._app, self._hosts, self._limits, self._refuse = app, hosts, limits, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _with_headers(send)
        try:
            refuse_stranger(Headers(scope=scope), str(scope["method"]), self._hosts)
            refuse_announced(Headers(scope=scope), self._limits)
        except RequestError as error:
            await self._refuse(scope, error)(scope, receive, answer)
            return
        await self._app(scope, bounded(receive, self._limits), answer)


def refuse_stranger(headers: Headers, method: str, hosts: tuple[str, ...]) -> None:
    """Refuse a request under another name (rebound addresses) and one that another site sent.

    Parameters
    ----------
    headers : Headers
        Of the request.
    method : str
        What it does.
    hosts : tuple of str
        Own names.

    Raises
    ------
    RequestError
        Status 421 for the host, 403 for the site.
    """
    known = {host.lower() for host in hosts}
    named = headers.getlist("host")
    if len(named) != 1 or named[0].lower() not in known:
        raise RequestError(
            421, "the address under which this server was started", "another one", "open that address"
        )
    if method in _READS:
        return
    origin = headers.get("origin")
    foreign = origin is not None and origin.lower().partition("://")[2] not in known
    if foreign or headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        raise RequestError(
            403,
            "a request from a page of this server",
            "one from another site",
            "open this server's own page",
        )


def refuse_announced(headers: Headers, limits: Limits) -> None:
    """Refuse a body that says itself that it is too large.

    Parameters
    ----------
    headers : Headers
        Of the request.
    limits : Limits
        How much is taken.

    Raises
    ------
    RequestError
        Status 413.
    """
    stated = headers.get("content-length", "0")
    # a length that is no number is refused by the server before it comes here
    if stated.isdigit() and (len(stated) > 15 or int(stated) > limits.upload_bytes):
        raise too_large(limits)


def bounded(
    receive: Receive, limits: Limits, clock: Callable[[], float] = time.monotonic
) -> Callable[[], Awaitable[Message]]:
    """Receive a body piece by piece, within size and time.

    Parameters
    ----------
    receive : callable
        Of the request.
    limits : Limits
        Bytes and seconds.
    clock : callable
        Seconds that only grow.

    Returns
    -------
    callable
        It raises `RequestError` with status 413 or 408.
    """
    until, seen, complete = clock() + limits.upload_seconds, 0, False

    async def receive_bounded() -> Message:
        """Receive one piece."""
        nonlocal seen, complete
        if complete:
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), min(limits.pause_seconds, max(until - clock(), 0.0)))
        except TimeoutError:
            raise _too_slow(limits) from None
        seen += len(message.get("body", b""))
        complete = not message.get("more_body", False)
        if seen > limits.upload_bytes:
            raise too_large(limits)
        return message

    return receive_bounded


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if message["status"] in (408, 413):  # the rest of the body is not read
                headers["connection"] = "close"
        await send(message)

    return send_with_headers


def too_large(limits: Limits) -> RequestError:
    """Refusal of a body beyond the bound."""
    return RequestError(
        413,
        f"at most {limits.upload_bytes // 1_000_000} MB in a request",
        "more",
        "send the plates one by one, or score the file with stratify screen",
    )


def _too_slow(limits: Limits) -> RequestError:
    return RequestError(
        408,
        f"an upload within {limits.upload_seconds:.0f} s, without a pause of {limits.pause_seconds:.0f} s",
        "a slower one",
        "try again over a better line",
    )
