from __future__ import annotations

from starlette.requests import Request

from stratify.errors import ScreeningError
from stratify.screening.app.refusal import RequestError
from stratify.screening.app.rendering import page, refusal_app, refused


def request(path):
    return Request({"type": "http", "path": path, "headers": [], "method": "GET", "query_string": b""})


def test_programs_get_json_and_people_a_page_with_the_same_lines():
    error = ScreeningError("one <b>", "two & three", "mend it")
    as_json, as_page = refused(request("/score"), error), refused(request("/results"), error)
    assert as_json.body == b'{"expected":"one <b>","found":"two & three","do":"mend it"}'
    assert b"one &lt;b&gt;" in as_page.body
    assert b"two &amp; three" in as_page.body
    assert (as_json.status_code, as_page.status_code) == (422, 422)


def test_what_is_refused_before_a_route_gets_the_same_answer():
    app = refusal_app(request("/").scope, RequestError(421, "a", "b", "c"))
    assert app.status_code == 421


def test_every_value_of_a_page_is_escaped():
    error = RequestError(400, "<script>", "'\"", "x")
    assert b"<script>" not in page("refusal", {"error": error, "status": 400}).body
