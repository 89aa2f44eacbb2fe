"""Forms and files that a request brings, in memory and bounded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import Request

from stratify.assays.files.delivered import Delivered
from stratify.screening.app.refusal import RequestError
from stratify.screening.app.settings import Limits

_FILES, _FIELDS, _LONGEST_NAME = 2, 400, 100
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")


@dataclass(frozen=True)
class Form:
    """What a form holds.

    Parameters
    ----------
    fields : dict of str to str
        Text by name; the last one where a name repeats.
    files : dict of str to Delivered
        Files by name of the field; a field without a file is left out.
    """

    fields: dict[str, str]
    files: dict[str, Delivered]


async def read_form(request: Request, limits: Limits) -> Form:
    """Read the form of a request.

    Parameters
    ----------
    request : Request
        With a body of a form.
    limits : Limits
        Bounds of a field.

    Returns
    -------
    Form

    Raises
    ------
    RequestError
        A body that is no form, or one with too many or too large parts.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if kind == "multipart/form-data":
            return await _of_parts(request, limits)
        if kind == "application/x-www-form-urlencoded":
            parsed = await FormParser(request.headers, _bounded(request, limits), max_fields=_FIELDS).parse()
            return await _collected(list(parsed.multi_items()))
    except (MultiPartException, ValueError, LookupError) as error:
        raise _no_form("one that is damaged, or has too many or too large fields") from error
    raise _no_form("another content type")


async def _of_parts(request: Request, limits: Limits) -> Form:
    parser = MultiPartParser(
        request.headers,
        request.stream(),
        max_files=_FILES,
        max_fields=_FIELDS,
        max_part_size=limits.field_bytes,
    )
    parser.spool_max_size = limits.upload_bytes + 1  # nothing is laid on disk
    try:
        return await _collected(list((await parser.parse()).multi_items()))
    finally:
        # also those whose end never came; the library closes them only where it finds a fault itself
        for file in getattr(parser, "_files_to_close_on_error", ()):
            file.close()


async def _bounded(request: Request, limits: Limits) -> Any:
    """Pieces of a small body."""
    seen = 0
    async for piece in request.stream():
        seen += len(piece)
        if seen > limits.field_bytes * 10:
            raise ValueError("too large")
        yield piece


async def _collected(items: list[tuple[str, UploadFile | str]]) -> Form:
    form = Form({}, {})
    for name, item in items:
        if isinstance(item, str):
            form.fields[name] = item
            continue
        data = await item.read()
        await item.close()
        if data or item.filename:
            form.files[name] = Delivered(shown_name(item.filename or ""), data)
    return form


def shown_name(name: str) -> str:
    r"""Name of an uploaded file as it is shown; it never becomes a path.

    Parameters
    ----------
    name : str
        As the browser sent it.

    Returns
    -------
    str
        Its last part, in characters that can be seen, at most 100.

    Examples
    --------
    >>> shown_name("../../etc/passwd"), shown_name("C:\\lab\\plate 1.csv"), shown_name("..")
    ('passwd', 'plate 1.csv', 'file')
    """
    last = re.split(r"[/\\]", _UNSEEN.sub(" ", name))[-1].strip()
    return last[:_LONGEST_NAME] if last.strip(".") else "file"


def _no_form(found: str) -> RequestError:
    return RequestError(
        400, "a form as this page sends it", found, "open the page again and send it once more"
    )
