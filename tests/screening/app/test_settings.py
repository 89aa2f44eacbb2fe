from __future__ import annotations

import pytest

from stratify.errors import ScreeningError
from stratify.screening.app.settings import (
    SHORTEST_TOKEN,
    Settings,
    allowed_hosts,
    read_tokens,
    refuse_open_door,
)


def token_file(folder, text, mode=0o600):
    path = folder / "tokens"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_tokens_are_read_one_a_line(tmp_path):
    tokens = read_tokens(token_file(tmp_path, f"{'a' * SHORTEST_TOKEN}\n\n  {'b' * 30} \n"))
    assert tokens == ("a" * SHORTEST_TOKEN, "b" * 30)
    assert "a" * SHORTEST_TOKEN not in repr(Settings((), tokens=tokens))


@pytest.mark.parametrize(
    ("text", "mode", "found"),
    [
        ("a" * 30, 0o644, "read by others"),
        ("", 0o600, "none"),
        ("a" * 30 + "\nshort\n", 0o600, "a shorter one"),
    ],
)
def test_tokens_that_protect_nothing_are_refused(tmp_path, text, mode, found):
    with pytest.raises(ScreeningError, match=found) as caught:
        read_tokens(token_file(tmp_path, text, mode))
    assert "aaaa" not in str(caught.value)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ScreeningError, match="no file"):
        read_tokens(tmp_path / "tokens")


def test_hosts_are_those_of_the_address_and_of_the_proxy():
    assert allowed_hosts("::1", 80)[-1] == "[::1]:80"
    assert allowed_hosts("10.0.0.5", 80, ("screen.example",)) == ("10.0.0.5:80", "screen.example")


@pytest.mark.parametrize(
    ("host", "tokens", "header"),
    [("10.0.0.5", False, ""), ("10.0.0.5", False, "X-User"), ("127.0.0.1", True, "X")],
)
def test_a_door_that_is_open_to_others_is_refused(host, tokens, header):
    with pytest.raises(ScreeningError):
        refuse_open_door(host, tokens=tokens, user_header=header)


def test_loopback_needs_no_login_and_other_addresses_a_token():
    assert refuse_open_door("127.0.0.1", tokens=False, user_header="X-User") is None
    assert refuse_open_door("10.0.0.5", tokens=True, user_header="") is None
