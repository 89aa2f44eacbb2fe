from __future__ import annotations

from stratify.screening.app.tickets import Tickets


def test_a_cookie_is_taken_by_the_server_that_made_it_only():
    one, other = Tickets(), Tickets()
    name = one.new_session()
    assert one.session_of(one.cookie(name)) == name
    assert other.session_of(one.cookie(name)) is None
    assert one.cookie_name != other.cookie_name
    for wrong in ("", ".", name, f"{name}.", one.cookie(name) + "0", "x" + one.cookie(name), "\ud800.\ud800"):
        assert one.session_of(wrong) is None


def test_a_form_belongs_to_one_session_and_its_token_is_no_cookie():
    tickets = Tickets()
    assert tickets.is_own_form("a", tickets.form_token("a"))
    assert not tickets.is_own_form("b", tickets.form_token("a"))
    assert not tickets.is_own_form("a", "")
    assert tickets.form_token("a") not in tickets.cookie("a")


def test_names_of_sessions_do_not_repeat():
    tickets = Tickets()
    assert len({tickets.new_session() for _ in range(100)}) == 100
    assert b"key" not in repr(Tickets(b"key")).encode()
