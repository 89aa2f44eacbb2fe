"""What all routes of one server share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from stratify.reporting.bundle import LoadedModel
from stratify.screening.app.login import Logins
from stratify.screening.app.refusal import RequestError, no_screening
from stratify.screening.app.sessions import Session, Sessions
from stratify.screening.app.settings import Settings
from stratify.screening.app.tickets import Tickets
from stratify.screening.app.uploads import Form, read_form
from stratify.screening.app.work import Work


@dataclass(frozen=True, eq=False)
class Service:
    """A server's model, settings and memory.

    Parameters
    ----------
    loaded : LoadedModel
        The model.
    card : bytes
        Its card as HTML, b"" where it has none.
    settings : Settings
        How the server runs.
    tickets : Tickets
        Signs cookies and forms.
    sessions : Sessions
        Screenings.
    logins : Logins
        Who may ask.
    work : Work
        Queue of computations.
    """

    loaded: LoadedModel
    card: bytes
    settings: Settings
    tickets: Tickets
    sessions: Sessions
    logins: Logins
    work: Work

    @classmethod
    def start(cls, loaded: LoadedModel, settings: Settings) -> Service:
        """Make the memory of a new server.

        Parameters
        ----------
        loaded : LoadedModel
            The model.
        settings : Settings
            How the server runs.

        Returns
        -------
        Service
        """
        card = loaded.folder / "card.html"
        return cls(
            loaded,
            card.read_bytes() if card.is_file() else b"",
            settings,
            Tickets(),
            Sessions(settings.limits),
            Logins(settings),
            Work(settings.limits),
        )


def service_of(request: Request) -> Service:
    """Service behind a request."""
    found: Service = request.app.state.service
    return found


@dataclass(frozen=True, eq=False)
class Visit:
    """One request of a person: who, in which session.

    Parameters
    ----------
    service : Service
        The server.
    name : str
        Of the session; new where the request had no cookie of this server.
    is_new : bool
        Whether it is new.
    user : str
        Who asks.
    """

    service: Service
    name: str
    is_new: bool
    user: str

    @classmethod
    def of(cls, request: Request, *, anybody: bool = False) -> Visit:
        """Find session and user of a request.

        Parameters
        ----------
        request : Request
            With its cookies.
        anybody : bool, default False
            Whether nobody need be known, as on the page that asks for a token.

        Returns
        -------
        Visit

        Raises
        ------
        RequestError
            Status 401 where somebody must be known and is not.
        """
        service = service_of(request)
        known = service.tickets.session_of(request.cookies.get(service.tickets.cookie_name, ""))
        user = "" if anybody else service.logins.user(request, known)
        return cls(service, known or service.tickets.new_session(), known is None, user)

    @property
    def session(self) -> Session | None:
        """Screening of this visit, if there is one."""
        return None if self.is_new else self.service.sessions.get(self.name, self.user)

    @property
    def screening(self) -> Session:
        """Screening of this visit; its lack is a refusal."""
        found = self.session
        if found is None:
            raise no_screening()
        return found

    async def form(self, request: Request) -> Form:
        """Read a form that this server made for this session.

        Parameters
        ----------
        request : Request
            With a form.

        Returns
        -------
        Form

        Raises
        ------
        RequestError
            Status 403 where it carries no token, or that of another session.
        """
        form = await read_form(request, self.service.settings.limits)
        token = form.fields.get("form_token", "")
        if self.is_new or not self.service.tickets.is_own_form(self.name, token):
            raise RequestError(
                403,
                "a form of this page, sent from the browser that opened it",
                "another one, or one of an earlier run of the server",
                "open the page again",
            )
        return form

    def with_cookie(self, request: Request, response: Response) -> Response:
        """Give a new session its cookie."""
        if self.is_new:
            set_cookie(request, response, self.service.tickets, self.name)
        return response


def set_cookie(request: Request, response: Response, tickets: Tickets, session: str) -> None:
    """Put a session into a cookie that no script and no other site can use.

    Parameters
    ----------
    request : Request
        Over https, the cookie is sent over https only.
    response : Response
        Gets the cookie.
    tickets : Tickets
        Signs it.
    session : str
        Name of the session.
    """
    response.set_cookie(
        tickets.cookie_name,
        tickets.cookie(session),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path="/",
    )


def shared(visit: Visit, request: Request) -> dict[str, Any]:
    """Collect what every page of a visit is rendered with."""
    service = visit.service
    return {
        "model": service.loaded.model,
        "digest": service.loaded.digest,
        "blind": service.settings.blind,
        "kept": service.settings.folder is not None,
        "rules": service.settings.rules,
        "limits": service.settings.limits,
        "by_token": service.logins.by_token,
        "user": visit.user,
        "session": visit.session,
        "form_token": service.tickets.form_token(visit.name),
        "path": request.url.path,
    }
