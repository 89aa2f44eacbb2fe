from __future__ import annotations

import pytest

from stratify.screening.app import about
from stratify.screening.app.login import Logins
from stratify.screening.app.settings import Settings

WORD = "correct-horse-battery-staple"


@pytest.fixture
def locked(serve, monkeypatch):
    monkeypatch.setattr(about, "WRONG_TOKEN_SECONDS", 0.0)
    return serve(tokens=(WORD, "another-token-of-somebody"))


def test_without_a_token_only_the_login_and_health_are_seen(locked):
    client, _ = locked
    for path in ("/", "/about", "/card", "/results"):
        answer = client.get(path)
        assert (answer.status, answer.headers.get("location")) == (303, "/login"), path
    for path in ("/model", "/schema"):
        answer = client.get(path)
        assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert client.post_json("/score", {}).status == 401
    assert client.get("/health").status == 200


def test_a_token_lets_in_and_changes_the_session(locked):
    client, _ = locked
    client.get("/login")
    before = dict(client.cookies)
    assert client.form("/login", {"token": "wrong-horse-battery-staple"}).status == 403
    assert client.get("/").status == 303
    assert client.form("/login", {"token": WORD}).status == 200
    assert client.cookies.keys() == before.keys()
    assert client.cookies != before  # a cookie that was planted before is worth nothing after
    assert client.get("/").status == 200
    client.form("/logout")
    assert client.get("/").status == 303


def test_programs_send_the_token_in_a_header(locked):
    client, _ = locked
    assert client.get("/model", Authorization=f"Bearer {WORD}").status == 200
    for wrong in (f"Bearer {WORD}x", f"Basic {WORD}", "Bearer", "Bearer \u00e4"):
        assert client.get("/model", Authorization=wrong.encode("utf-8").decode("latin-1")).status == 401


def test_a_made_up_cookie_is_nobody(locked):
    client, service = locked
    name = service.tickets.cookie_name
    service.logins.enter("guessed")
    client.cookies[name] = "guessed." + "0" * 64
    assert client.get("/").status == 303


def test_a_proxy_names_the_user_and_users_do_not_see_each_other(serve, candidates):
    client, _ = serve(user_header="X-Remote-User")
    assert client.get("/").status == 401
    client.get("/", X_Remote_User="ann")
    assert client.form("/screen", files={"levels": ("c.csv", candidates)}, X_Remote_User="ann").status == 401
    assert client.get("/results", X_Remote_User="ann").status == 200
    assert client.get("/results", X_Remote_User="ben").status == 404
    assert client.get("/results", X_Remote_User=" ").status == 401


def test_logins_end_and_are_few(monkeypatch):
    now = [0.0]
    logins = Logins(Settings((), tokens=(WORD,)), clock=lambda: now[0])
    logins.enter("a")
    assert logins._is_in("a")
    now[0] = 3601.0
    assert not logins._is_in("a")
    monkeypatch.setattr("stratify.screening.app.login._MOST", 2)
    for name in "abc":
        logins.enter(name)
    assert [logins._is_in(name) for name in "abc"] == [False, True, True]
