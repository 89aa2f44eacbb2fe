"""Pages out of templates, and refusals as pages or as JSON."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Scope

from stratify.errors import StratifyError
from stratify.screening.app.refusal import RequestError, status_of
from stratify.screening.page_templates import page_templates

INTERFACE = ("/score", "/schema", "/model", "/health", "/openapi.json")


@cache
def _pages() -> Environment:
    return page_templates("app/pages", "templates")


def page(name: str, values: dict[str, Any], status: int = 200) -> HTMLResponse:
    """Render a page.

    Parameters
    ----------
    name : str
        Of the template, without its ending.
    values : dict
        What it shows.
    status : int, default 200
        Of the answer.

    Returns
    -------
    HTMLResponse
    """
    return HTMLResponse(_pages().get_template(f"{name}.html").render(values), status)


def refused(request: Request, error: StratifyError) -> Response:
    """Answer a refusal: JSON for programs, else a page with its three lines.

    Parameters
    ----------
    request : Request
        What was asked.
    error : StratifyError
        Why not.

    Returns
    -------
    Response
        Somebody unknown who asks for a page is sent to the login.
    """
    status = status_of(error)
    if request.url.path in INTERFACE:
        headers = {"www-authenticate": "Bearer"} if status == 401 else None
        body = {"expected": error.expected, "found": error.found, "do": error.do}
        return JSONResponse(body, status, headers)
    service = getattr(request.app.state, "service", None) if "app" in request.scope else None
    if status == 401 and service is not None and service.logins.by_token:
        return RedirectResponse("/login", 303)
    return page("refusal", {"error": error, "status": status}, status)


def refusal_app(scope: Scope, error: RequestError) -> ASGIApp:
    """Answer a refusal where no route was reached yet."""
    return refused(Request(scope), error)
