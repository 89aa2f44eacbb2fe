"""The application: routes, guard and refusals put together."""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from stratify.errors import StratifyError
from stratify.reporting.bundle import LoadedModel
from stratify.reporting.manifest import software_version
from stratify.screening.app import about, interface, routes, static_files
from stratify.screening.app.guard import Guard
from stratify.screening.app.memory import give_back
from stratify.screening.app.refusal import RequestError
from stratify.screening.app.rendering import refusal_app, refused
from stratify.screening.app.service import Service
from stratify.screening.app.settings import Settings

_SWEEP_SECONDS = 30.0
_UNKNOWN = {
    404: ("a page of this server", "no such page", "begin at the first page"),
    405: ("a request as the page makes it", "another method", "begin at the first page"),
}


def make_application(loaded: LoadedModel, settings: Settings) -> FastAPI:
    """Put a server together.

    Parameters
    ----------
    loaded : LoadedModel
        A model whose folder was checked.
    settings : Settings
        How the server runs.

    Returns
    -------
    FastAPI
        An ASGI application; its description is at ``/openapi.json``, without a page that would load scripts
        from elsewhere.
    """
    app = FastAPI(
        title="stratify",
        version=software_version(),
        description="Resemblance of serum protein profiles to a reference disease. Research software.",
        docs_url=None,
        redoc_url=None,
        lifespan=_swept,
    )
    app.state.service = Service.start(loaded, settings)
    for part in (routes, about, static_files, interface):
        app.include_router(part.router)
    app.add_exception_handler(StratifyError, _refuse)
    app.add_exception_handler(HTTPException, _refuse_http)
    app.add_exception_handler(RequestValidationError, _refuse_invalid)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _fault)
    app.add_middleware(Guard, hosts=settings.hosts, limits=settings.limits, refuse=refusal_app)
    return app


@asynccontextmanager
async def _swept(app: FastAPI) -> AsyncIterator[None]:
    """Forget idle screenings while the server runs."""
    sweeping = asyncio.create_task(_sweep(app.state.service))
    yield
    sweeping.cancel()
    with suppress(asyncio.CancelledError):
        await sweeping


async def _sweep(service: Service) -> None:
    seen = 0
    while True:
        await asyncio.sleep(_SWEEP_SECONDS)
        service.sessions.forget_idle()
        if service.work.done > seen:
            await service.work.run(give_back)
            seen = service.work.done


async def _refuse(request: Request, error: Exception) -> Response:
    if not isinstance(error, StratifyError):
        raise error
    return refused(request, error)


async def _refuse_http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 400
    lines = _UNKNOWN.get(status, ("a request that this server knows", "another one", "see /openapi.json"))
    answer = refused(request, RequestError(status, *lines))
    answer.headers.update(getattr(error, "headers", None) or {})  # 405 says which methods are allowed
    return answer


async def _refuse_invalid(request: Request, _: Exception) -> Response:
    lines = ("a request as /openapi.json describes it", "another one", "compare it with /openapi.json")
    return refused(request, RequestError(422, *lines))


async def _gone(request: Request, _: Exception) -> Response:
    return Response(status_code=400)


async def _fault(request: Request, error: Exception) -> Response:
    """Say that something broke; where, on standard error, without any value of the request."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    sys.stderr.write(f"fault: {type(error).__name__} in {Path(last.filename).name}:{last.lineno}\n")
    lines = (
        "a request that is answered or refused",
        "a fault of the server",
        "tell those who run it, with the time",
    )
    return refused(request, RequestError(500, *lines))
