from __future__ import annotations

import pytest

from stratify.screening.app.refusal import RequestError
from stratify.screening.app.sessions import Session, Sessions
from stratify.screening.app.settings import Limits


def session(user=""):
    return Session(None, None, (), user)  # type: ignore[arg-type]


def test_a_session_is_forgotten_when_nobody_looks():
    now = [0.0]
    sessions = Sessions(Limits(idle_seconds=10), clock=lambda: now[0])
    sessions.put("a", session())
    now[0] = 9.0
    assert sessions.get("a") is not None
    now[0] = 18.0
    assert sessions.get("a") is not None  # it was looked at
    now[0] = 30.0
    sessions.forget_idle()
    assert len(sessions) == 0


def test_they_are_few_and_nobody_loses_theirs():
    sessions = Sessions(Limits(sessions=2))
    for name in "ab":
        sessions.put(name, session())
    for refuse in (sessions.refuse_full, lambda name: sessions.put(name, session())):
        with pytest.raises(RequestError, match="at most 2") as caught:
            refuse("c")
        assert caught.value.status == 503
    sessions.put("a", session())
    assert sessions.refuse_full("a") is None
    sessions.drop("b")
    sessions.put("c", session())
    assert [sessions.get(name) is not None for name in "abc"] == [True, False, True]


def test_a_session_belongs_to_its_user():
    sessions = Sessions(Limits())
    sessions.put("a", session("ann"))
    assert sessions.get("a", "ben") is None
    assert sessions.get("a", "ann") is not None
    assert sessions.get(None) is None


def test_a_full_server_says_so_before_it_reads(serve, taken_in, candidates):
    client, service = serve(limits=Limits(sessions=1))
    service.sessions.put("somebody", taken_in())
    client.get("/")
    assert client.form("/screen", files={"levels": ("c.csv", candidates)}).status == 503
