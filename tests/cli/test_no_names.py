"""No verb asks the network for the address of another machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path(__file__).parents[2] / "models" / "demo-1"
RESOLVERS = ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo")


@pytest.fixture
def asked(monkeypatch):
    """Collect what resolvers are asked for; none answers."""
    names = []

    def refuse(host, *rest, **options):
        names.append(host)
        raise OSError("no names here")

    for name in RESOLVERS:
        monkeypatch.setattr(socket, name, refuse)
    return names


def test_simulating_and_training_ask_for_none(folder):
    assert (folder / "mlruns" / "mlflow.db").is_file()
    assert (folder / "asked").read_text() == ""


def test_the_guard_of_that_training_sees_a_question(folder, tmp_path):
    guarded = {"ASKED": str(tmp_path / "asked"), "PYTHONPATH": str(folder / "guard")}
    code = "import socket; socket.create_connection(('example.org', 80))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | guarded, capture_output=True, text=True
    )
    assert "no names here" in done.stderr
    assert (tmp_path / "asked").read_text() == "getaddrinfo 'example.org'\n"


def test_screening_asks_for_none(stratify, folder, tmp_path, asked):
    code, _, err = stratify(
        "screen", folder / "models" / "small-1", folder / "new.csv", "-o", tmp_path / "out"
    )
    assert (code, asked) == (0, []), err


def test_card_and_registry_ask_for_none(stratify, runs, asked):
    for verb in (["card", DEMO], ["verify", DEMO], ["register", DEMO]):
        code, _, err = stratify(*verb)
        assert (code, asked) == (0, []), err
    with pytest.raises(OSError, match="no names"):
        socket.gethostbyname("example.org")
    assert asked == ["example.org"]
