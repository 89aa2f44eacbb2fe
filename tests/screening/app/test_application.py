from __future__ import annotations

import asyncio
import logging

import pytest

from stratify.screening.app import application, interface, routes
from stratify.screening.app.settings import Settings

HIDDEN = "patient-value-98765"


def test_a_fault_says_nothing_of_the_request(client, monkeypatch, capsys, caplog):
    def break_down(*_):
        raise KeyError(HIDDEN)

    monkeypatch.setattr(interface, "_scored_rows", break_down)
    monkeypatch.setattr(routes, "shared", break_down)
    with caplog.at_level(logging.DEBUG):
        answers = [client.post_json("/score", {"samples": HIDDEN}), client.get("/")]
    for answer in answers:
        assert answer.status == 500
        assert answer.refusal["found"] == "a fault of the server"
        assert "Traceback" not in answer.text
    said = capsys.readouterr().err + caplog.text + "".join(answer.text for answer in answers)
    assert "fault: KeyError in test_application.py" in said
    assert HIDDEN not in said


def test_unknown_pages_and_methods_are_told_in_three_lines(client):
    for method, path, status in (("GET", "/nothing", 404), ("DELETE", "/", 405), ("POST", "/model", 405)):
        answer = client.ask(method, path)
        assert answer.status == status
        assert set(answer.refusal) == {"expected", "found", "do"}
        assert ("allow" in answer.headers) == (status == 405)


def test_memory_is_given_back_once_after_work_was_done(demo, monkeypatch):
    given = []
    monkeypatch.setattr(application, "_SWEEP_SECONDS", 0.01)
    monkeypatch.setattr(application, "give_back", lambda: given.append(1))
    app = application.make_application(demo, Settings(("x",)))

    async def run():
        async with application._swept(app):
            await asyncio.sleep(0.05)
            assert not given
            await app.state.service.work.run(int)
            await asyncio.sleep(0.1)

    asyncio.run(run())
    assert given == [1]


def test_nothing_of_a_request_is_logged(new_client, candidates, caplog, capfd):
    client = new_client()
    with caplog.at_level(logging.DEBUG):
        client.get("/?name=" + HIDDEN)
        client.form("/screen", files={"levels": (HIDDEN + ".csv", candidates[:3000])})
        client.get("/nothing/" + HIDDEN)
    printed = capfd.readouterr()
    assert HIDDEN not in caplog.text + printed.out + printed.err


def test_idle_sessions_are_swept_while_the_server_runs(demo, taken_in, monkeypatch):
    monkeypatch.setattr(application, "_SWEEP_SECONDS", 0.01)
    app = application.make_application(demo, Settings(("x",)))
    app.state.service.sessions.put("a", taken_in())
    app.state.service.sessions._clock = lambda: 1e12

    async def run():
        async with application._swept(app):
            await asyncio.sleep(0.1)

    asyncio.run(run())
    assert len(app.state.service.sessions) == 0


def test_other_faults_than_refusals_are_not_swallowed(demo):
    with pytest.raises(ValueError, match="x"):
        asyncio.run(application._refuse(None, ValueError("x")))
