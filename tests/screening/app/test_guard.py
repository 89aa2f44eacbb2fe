from __future__ import annotations

import asyncio
import socket
import time

import pytest
from starlette.datastructures import Headers

from stratify.screening.app.guard import (
    CARD_POLICY,
    POLICY,
    bounded,
    refuse_announced,
    refuse_stranger,
    too_large,
)
from stratify.screening.app.refusal import RequestError
from stratify.screening.app.settings import Limits

SMALL = Limits(upload_bytes=20_000, pause_seconds=0.3, upload_seconds=1.0)


def raw(port, head, body=b"", pause=0.0):
    """Send bytes as they are, and read the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(head)
        time.sleep(pause)
        connection.sendall(body)
        return connection.makefile("rb").read().decode("utf-8", "replace")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1.evil.example", "", "[::2]:80"])
def test_a_forged_host_is_not_answered(client, host):
    for path in ("/", "/results", "/health", "/static/page.css"):
        answer = client.get(path, Host=host)
        assert answer.status == 421
        assert "stratify" not in answer.headers.get("set-cookie", "")


def test_two_hosts_are_none(server):
    port = server[0]
    head = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    assert raw(port, head.encode()).split()[1] in ("400", "421")


def test_two_hosts_are_none_even_where_the_library_lets_them_through():
    two = Headers(raw=[(b"host", b"127.0.0.1:1"), (b"host", b"evil.example")])
    with pytest.raises(RequestError) as refused:
        refuse_stranger(two, "GET", ("127.0.0.1:1",))
    assert refused.value.status == 421


@pytest.mark.parametrize(
    "sent",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_a_post_of_another_site_is_refused_even_with_cookie_and_token(screened, sent):
    screened.get("/")
    assert screened.form("/close", **sent).status == 403
    assert screened.post_json("/score", {}, **sent).status == 403
    assert screened.get("/results").status == 200


def test_the_own_origin_is_answered(server):
    hosts = (f"127.0.0.1:{server[0]}",)
    own = Headers({"host": hosts[0], "origin": f"http://{hosts[0]}", "sec-fetch-site": "same-origin"})
    assert refuse_stranger(own, "POST", hosts) is None


def test_every_answer_carries_the_policy(client):
    for path, status in (("/", 200), ("/nothing", 404), ("/health", 200), ("/static/page.js", 200)):
        answer = client.get(path)
        assert answer.status == status
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
    assert "unsafe" not in POLICY
    assert client.get("/x", Host="evil").headers["content-security-policy"] == POLICY
    assert client.get("/card").headers["content-security-policy"] == CARD_POLICY


def test_a_body_that_is_too_large_is_not_read(serve):
    client, _ = serve(limits=SMALL)
    announced = (
        f"POST /score HTTP/1.1\r\nHost: 127.0.0.1:{client.port}\r\nContent-Length: 99999999999\r\n\r\n"
    )
    assert raw(client.port, announced.encode()).split()[1] == "413"
    answer = client.post_json("/score", b" " * 20_001)
    assert answer.status == 413
    assert answer.headers["connection"] == "close"


def test_a_body_that_hides_its_size_is_cut_off(serve):
    client, _ = serve(limits=SMALL)
    head = (
        f"POST /score HTTP/1.1\r\nHost: 127.0.0.1:{client.port}\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n"
    )
    chunk = b"4e20\r\n" + b" " * 0x4E20 + b"\r\n"
    assert raw(client.port, head.encode(), chunk * 2).split()[1] == "413"


def test_an_upload_that_pauses_is_ended(serve):
    client, _ = serve(limits=SMALL)
    head = (
        f"POST /score HTTP/1.1\r\nHost: 127.0.0.1:{client.port}\r\nContent-Type: application/json\r\n"
        "Content-Length: 100\r\n\r\n{"
    )
    start = time.monotonic()
    assert raw(client.port, head.encode()).split()[1] == "408"
    assert time.monotonic() - start < 5


def test_an_upload_that_drips_is_ended_as_a_whole():
    now = iter([0.0, 0.1, 2.0, 2.0])

    async def drip():
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def read():
        receive = bounded(drip, SMALL, clock=lambda: next(now))
        await receive()
        await receive()

    with pytest.raises(RequestError, match="slower"):
        asyncio.run(read())


def test_lengths_that_are_no_small_number_are_too_large():
    with pytest.raises(RequestError, match="MB"):
        refuse_announced(Headers({"content-length": "9" * 40}), SMALL)
    assert refuse_announced(Headers({"content-length": "20000"}), SMALL) is None
    assert too_large(SMALL).status == 413
