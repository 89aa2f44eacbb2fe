"""The model and its limits, its card, and the login: what is seen without a file."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from stratify.screening.app.guard import CARD_POLICY
from stratify.screening.app.login import WRONG_TOKEN_SECONDS
from stratify.screening.app.refusal import RequestError
from stratify.screening.app.rendering import page
from stratify.screening.app.service import Visit, set_cookie, shared
from stratify.screening.report import magnitude_scale

router = APIRouter(include_in_schema=False)


@router.get("/about")
async def about(request: Request) -> Response:
    """Say in a page what the model is, what a call needs, and what it can not say."""
    visit = Visit.of(request)
    model = visit.service.loaded.model
    values = {"scale": magnitude_scale(model), "has_card": bool(visit.service.card)}
    return visit.with_cookie(request, page("about", shared(visit, request) | values))


@router.get("/card")
async def card(request: Request) -> Response:
    """Give the card of the model as it was delivered with it."""
    content = Visit.of(request).service.card
    if not content:
        raise RequestError(404, "a model with a card", "this one has none", "ask those who trained it")
    headers = {"content-security-policy": CARD_POLICY}
    return Response(content, media_type="text/html; charset=utf-8", headers=headers)


@router.get("/login")
async def login(request: Request) -> Response:
    """Ask for a token."""
    visit = Visit.of(request, anybody=True)
    return visit.with_cookie(request, page("login", shared(visit, request) | {"wrong": False}))


@router.post("/login")
async def enter(request: Request) -> Response:
    """Let in who has a token, in a session that did not exist before."""
    visit = Visit.of(request, anybody=True)
    form = await visit.form(request)
    logins, tickets = visit.service.logins, visit.service.tickets
    if not logins.by_token or not logins.is_token(form.fields.get("token", "").strip()):
        await asyncio.sleep(WRONG_TOKEN_SECONDS)
        return page("login", shared(visit, request) | {"wrong": True}, 403)
    name = tickets.new_session()
    logins.enter(name)
    response = RedirectResponse("/", 303)
    set_cookie(request, response, tickets, name)
    return response


@router.post("/logout")
async def leave(request: Request) -> Response:
    """Forget the session and its screening."""
    visit = Visit.of(request, anybody=True)
    await visit.form(request)
    visit.service.logins.leave(visit.name)
    visit.service.sessions.drop(visit.name)
    return RedirectResponse("/login", 303)
