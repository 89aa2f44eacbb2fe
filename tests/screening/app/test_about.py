from __future__ import annotations


def test_card_and_limits_are_one_link_away(client, demo):
    assert 'href="/about"' in client.get("/").text
    page = client.get("/about").text
    assert 'href="/card"' in page
    assert "never" in page or "nobody has observed" in page
    assert demo.digest in page
    assert (
        "resembles atopic dermatitis" in page
    )  # AD alone is an antidepressant to some, Alzheimer's to others
    assert client.get("/card").body == (demo.folder / "card.html").read_bytes()


def test_a_model_without_a_card_says_so(client, server, monkeypatch):
    monkeypatch.setitem(server[1].__dict__, "card", b"")
    assert 'href="/card"' not in client.get("/about").text
    assert client.get("/card").status == 404


def test_a_login_that_nobody_asked_for_lets_nobody_in(client, monkeypatch):
    monkeypatch.setattr("stratify.screening.app.about.WRONG_TOKEN_SECONDS", 0.0)
    client.get("/login")
    assert client.form("/login", {"token": ""}).status == 403
