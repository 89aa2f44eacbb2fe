from __future__ import annotations

import pytest

from stratify.screening.app.service import Service
from stratify.screening.app.settings import Settings


def test_a_cookie_can_not_be_read_by_scripts_or_sent_by_other_sites(client):
    cookie = client.get("/").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie  # plain http on loopback
    assert "set-cookie" not in client.get("/").headers


def test_over_https_the_cookie_stays_there(client):
    assert "secure" in client.get("/", X_Forwarded_Proto="https").headers["set-cookie"].lower()


def test_a_form_needs_the_cookie_of_its_page(client):
    client.get("/")
    client.cookies.clear()
    answer = client.form("/close")
    assert answer.status == 403
    assert answer.refusal["do"] == "open the page again"


def test_a_cookie_of_another_server_is_exchanged(client, server):
    name = server[1].tickets.cookie_name
    client.cookies[name] = "x." + "0" * 64
    assert name in client.get("/").headers["set-cookie"]


@pytest.mark.parametrize("path", ["/", "/about"])
def test_pages_say_resemblance_and_never_response(client, path):
    text = client.get(path).text
    assert "<strong>resembles</strong>" in text
    assert "nothing about response" in text


def test_a_server_begins_with_nothing(demo):
    service = Service.start(demo, Settings(("x",)))
    assert (len(service.sessions), service.work.waiting, bool(service.card)) == (0, 0, True)
