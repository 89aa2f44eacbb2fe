from __future__ import annotations

import logging
import socket

import pytest

from stratify.errors import ScreeningError
from stratify.screening.app.server import listening, make_server, serve
from stratify.screening.app.settings import Settings, allowed_hosts


def test_an_address_in_use_is_refused():
    with listening("127.0.0.1", 0) as found:
        port = found.getsockname()[1]
        with pytest.raises(ScreeningError, match=f"127.0.0.1 port {port}"):
            listening("127.0.0.1", port)


@pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 0), ("127.0.0.1", 99999), ("no such host", 0)])
def test_an_address_of_another_machine_is_refused(host, port):
    with pytest.raises(ScreeningError, match="an address of this machine"):
        listening(host, port)


def test_the_log_is_silent_and_the_server_does_not_name_itself(demo):
    config = make_server(demo, Settings(("x",))).config
    assert (config.access_log, config.log_level, config.server_header) == (False, "critical", False)


def test_it_serves_until_it_is_told_to_end(demo, monkeypatch):
    import uvicorn

    said = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: said.append(sockets))
    with listening("127.0.0.1", 0) as found:
        serve(demo, Settings(allowed_hosts("127.0.0.1", 1)), found, lambda: said.append("ready"))
        assert said == ["ready", [found]]
        assert isinstance(found, socket.socket)
    assert not logging.getLogger("python_multipart.multipart").isEnabledFor(logging.ERROR)
