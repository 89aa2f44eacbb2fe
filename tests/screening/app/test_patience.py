from __future__ import annotations

import contextlib
import http.client
import socket
import time

import pytest

from stratify.screening.app.settings import Limits

HEAD = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"


@pytest.fixture
def port(serve):
    return serve(limits=Limits(pause_seconds=0.3))[0].port


def connected(port):
    return socket.create_connection(("127.0.0.1", port), timeout=5)


@pytest.mark.parametrize("head", [b"", HEAD], ids=["silent", "unfinished head"])
def test_a_connection_without_a_request_is_closed(port, head):
    with connected(port) as connection:
        connection.sendall(head % port if head else b"")
        assert connection.recv(10) == b""


def drip(connection):
    for _ in range(30):
        connection.sendall(b"a")
        time.sleep(0.1)


def test_a_head_that_drips_is_not_waited_for(port):
    with connected(port) as connection:
        connection.sendall(HEAD % port + b"X-Long: ")
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            drip(connection)


def test_who_asks_again_is_answered_on_the_same_connection(port):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        connection.connect()
        first = connection.sock
        for _ in range(4):
            connection.request("GET", "/health")
            assert connection.getresponse().read().startswith(b'{"status":"ok"')
            time.sleep(0.2)
        assert connection.sock is first
