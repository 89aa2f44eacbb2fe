"""Style and script of the page, read once; nothing else of the package can be asked for."""

from __future__ import annotations

from functools import cache
from importlib import resources

from fastapi import APIRouter
from starlette.responses import Response

from stratify.screening.app.refusal import RequestError

router = APIRouter(include_in_schema=False)
KINDS = {
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


@router.get("/static/{name}")
async def static(name: str) -> Response:
    """Give one of the files that pages name."""
    if name not in KINDS:
        raise RequestError(404, "a file that a page names", "another one", "begin at the first page")
    return Response(_content(name), media_type=KINDS[name])


@cache
def _content(name: str) -> bytes:
    return resources.files("stratify.screening").joinpath("app", "static", name).read_bytes()
