from __future__ import annotations

import re

import pytest

from stratify.screening.app.blinding import blinded, refuse_blind
from stratify.screening.app.refusal import RequestError
from stratify.screening.results import result_columns


@pytest.fixture
def blind(serve, rules, taken_in):
    client, service = serve(blind=True, rules=rules)
    client.get("/")
    cookie = client.cookies[service.tickets.cookie_name]
    service.sessions.put(service.tickets.session_of(cookie), taken_in())
    return client, taken_in().screening.table


def test_no_page_of_a_blind_server_holds_a_call_or_a_number_of_the_score(blind):
    client, table = blind
    paths = ["/findings", "/results", "/results?sort=probability&call=indeterminate", "/patients/1"]
    text = " ".join(client.get(path).text for path in [*paths, "/patients/1/sheet", "/download/results.csv"])
    body = re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)
    for word in ("skewed", "indeterminate", "Probability", "Magnitude", "What moves", "<svg", "resembles a"):
        assert word not in body, word
    for column in ("probability", "magnitude_z", "likelihood_ratio"):
        assert not any(f"{value:.4f}"[:6] in body for value in table[column])
    assert "Eligibility to clarify" in body
    assert client.get("/download/report.html").status == 403


def test_order_and_number_of_rows_say_nothing(blind):
    client, table = blind
    page = client.get("/results?sort=probability&order=desc&call=indeterminate").text
    assert re.findall(r'<a href="/patients/\d+">([^<]+)<', page) == table["sample_id"].tolist()


def test_only_named_columns_are_left(blind):
    left = set(blinded(blind[1]).columns)
    assert left < set(result_columns())
    assert left.isdisjoint({"call", "reason_codes", "probability", "handling", "top_reasons", "to_settle"})


def test_who_is_not_blind_sees_everything():
    assert refuse_blind(False) is None
    with pytest.raises(RequestError, match="blind"):
        refuse_blind(True)
