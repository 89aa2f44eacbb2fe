from __future__ import annotations

import re

import pytest

from stratify.screening.app.static_files import KINDS


@pytest.mark.parametrize("name", KINDS)
def test_files_that_pages_name_are_given(client, name):
    answer = client.get(f"/static/{name}")
    assert (answer.status, answer.headers["content-type"]) == (200, KINDS[name])
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", answer.text)


@pytest.mark.parametrize(
    "name", ["", "..", "../app.py", "..%2f..%2fscore.py", "%2e%2e/x", "....//etc/passwd", "page.css%00", "x"]
)
def test_nothing_else_is(client, name):
    answer = client.get(f"/static/{name}")
    assert answer.status == 404
    assert "import" not in answer.text
