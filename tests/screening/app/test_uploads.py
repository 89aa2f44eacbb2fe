from __future__ import annotations

import asyncio
import contextlib

import pytest
from starlette import formparsers
from starlette.requests import Request

from stratify.screening.app.refusal import RequestError
from stratify.screening.app.settings import Limits
from stratify.screening.app.uploads import read_form, shown_name


def form_of(body, kind):
    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", kind.encode("latin-1"))]}
    return asyncio.run(read_form(Request(scope, receive), Limits()))


def test_fields_and_files_are_read(multipart):
    form = form_of(*multipart({"a": "1"}, {"levels": ("../x.csv", b"y" * 2_000_000)}))
    assert form.fields == {"a": "1"}
    assert form.files["levels"].name == "x.csv"
    assert form.files["levels"].data == b"y" * 2_000_000


def test_a_large_file_is_not_laid_on_disk(multipart, monkeypatch):
    def refuse(*_, **__):
        raise OSError("a file on disk")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    monkeypatch.setattr("tempfile._TemporaryFileWrapper", refuse)
    assert len(form_of(*multipart((), {"levels": ("x", b"y" * 3_000_000)})).files["levels"].data) == 3_000_000


def test_a_file_whose_end_never_came_is_closed(multipart, monkeypatch):
    made, make = [], formparsers.SpooledTemporaryFile
    monkeypatch.setattr(
        formparsers, "SpooledTemporaryFile", lambda *a, **k: made.append(make(*a, **k)) or made[-1]
    )
    body, kind = multipart((), {"levels": ("x", b"y" * 3000)})
    with contextlib.suppress(RequestError):
        form_of(body[:2000], kind)
    assert [file.closed for file in made] == [True]


def test_an_empty_field_of_a_file_is_no_file(multipart):
    assert form_of(*multipart((), {"levels": ("", b"")})).files == {}


def test_plain_forms_are_read():
    assert form_of(b"a=1&b=%C3%A4", "application/x-www-form-urlencoded").fields == {"a": "1", "b": "\u00e4"}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"x", "multipart/form-data"),
        (b"x", "multipart/form-data; boundary="),
        (b"x", "multipart/form-data; boundary=\xff"),
        (b"x", "multipart/form-data; boundary=a; charset=nonsense"),
        (b"x", "text/plain"),
        (b"x", ""),
        (b"a=" + b"x" * 200_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % i for i in range(500)), "application/x-www-form-urlencoded"),
    ],
)
def test_what_is_no_form_is_refused(body, kind):
    with pytest.raises(RequestError) as caught:
        form_of(body, kind)
    assert caught.value.status == 400


def test_too_many_or_too_large_parts_are_refused(multipart):
    for fields, files in (
        ({"a": "x" * 20_000}, {}),
        ({f"a{i}": "" for i in range(500)}, {}),
        ({}, {f"f{i}": ("x", b"") for i in range(3)}),
    ):
        with pytest.raises(RequestError):
            form_of(*multipart(fields, files))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("/etc/passwd", "passwd"),
        ("..\\..\\x.csv", "x.csv"),
        ("a\x00b\u202e.csv", "a b .csv"),
        ("", "file"),
        ("...", "file"),
        ("x" * 500, "x" * 100),
    ],
)
def test_names_are_shown_and_never_paths(name, shown):
    assert shown_name(name) == shown
