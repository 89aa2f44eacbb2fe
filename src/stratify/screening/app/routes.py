"""The pages: drop a file, findings, results, one patient, the print sheet."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlencode

import numpy as np
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from stratify.errors import StratifyError
from stratify.learning.decision import INDETERMINATE
from stratify.screening.alignment import missing_panels
from stratify.screening.app.answers import answered, mended, questions
from stratify.screening.app.blinding import blinded
from stratify.screening.app.downloads import KINDS, download
from stratify.screening.app.intake import take_in
from stratify.screening.app.keeping import keep
from stratify.screening.app.listing import SORTABLE, listing
from stratify.screening.app.refusal import RequestError, status_of
from stratify.screening.app.rendering import page
from stratify.screening.app.service import Visit, shared
from stratify.screening.app.sessions import Session
from stratify.screening.eligible_patients import eligible_by_call
from stratify.screening.obstacles import forbids_call, obstacles
from stratify.screening.outcome import Screening
from stratify.screening.report import (
    ANCHORED,
    BIOLOGY,
    HANDLING,
    QUALITY,
    magnitude_scale,
    patient_view,
    worded_findings,
)

router = APIRouter(include_in_schema=False)
WORDS = {"handling": HANDLING, "known_biology": BIOLOGY, "quality": QUALITY, "anchored": ANCHORED}
ELIGIBLE = {"yes": "eligible", "no": "not eligible", "unknown": "to clarify"}


@router.get("/")
async def start(request: Request) -> Response:
    """Ask for a file."""
    visit = Visit.of(request)
    return visit.with_cookie(request, page("start", shared(visit, request) | {"error": None}))


@router.post("/screen")
async def screen(request: Request) -> Response:
    """Take a file in; what is refused is told on the first page."""
    visit = Visit.of(request)
    service = visit.service
    service.sessions.refuse_full(visit.name)
    form = await visit.form(request)
    try:
        if "levels" not in form.files:
            raise RequestError(422, "a file of protein levels", "no file was chosen", "choose or drop one")
        levels, clinical = form.files["levels"], form.files.get("clinical")
        session = await service.work.run(take_in, service.loaded, service.settings, levels, clinical)
    except StratifyError as error:
        values = shared(visit, request) | {"error": error}
        return page("start", values, status_of(error))
    session.user = visit.user
    service.sessions.put(visit.name, session)
    if service.settings.folder is not None:
        await service.work.run(keep, session, service.settings.folder)
    return RedirectResponse("/findings", 303)


@router.get("/findings")
async def findings(request: Request) -> Response:
    """Tell what is in the file and what the check found."""
    visit = Visit.of(request)
    screening = visit.screening.screening
    found = worded_findings(screening)
    values = {
        "facts": screening.facts,
        "findings": [one for one in found if one[2].severity != "info"],
        "notes": [one for one in found if one[2].severity == "info"],
        **_open(screening, blind=visit.service.settings.blind),
        "anchors": [
            (ANCHORED[str(kind)], int(n)) for kind, n in screening.table["anchored"].value_counts().items()
        ],
        "tubes": Counter(screening.facts.tubes).most_common(),
    }
    return page("findings", shared(visit, request) | values)


def _open(screening: Screening, *, blind: bool) -> dict[str, Any]:
    """Say which panels are missing and what stands against calls; to the blinded nothing of calls."""
    return {
        "missing_panels": _missing_panels(screening),
        "obstacles": [] if blind else obstacles(screening),
    }


def _missing_panels(screening: Screening) -> list[str]:
    """Name the panels of which the file has nothing."""
    return missing_panels(screening.model, ~np.isin(screening.protein_names, screening.facts.missing))


@router.get("/results")
async def results(request: Request) -> Response:
    """Show everybody in a table."""
    visit = Visit.of(request)
    session, blind = visit.screening, visit.service.settings.blind
    screening = session.screening
    table = blinded(screening.table) if blind else screening.table
    shown = listing(table, request.query_params)
    values = {
        "listing": shown,
        "rows": [(row, patient_view(screening, row, pictured=False)) for row in shown.rows],
        "columns": {name: title for name, title in SORTABLE.items() if name in table},
        "counts": screening.counts,
        "scale": magnitude_scale(screening.model),
        "words": WORDS,
        "eligible_words": ELIGIBLE,
        "forbids_call": forbids_call,
        "urlencode": urlencode,
    }
    return page("results", shared(visit, request) | values | _trial(session, blind))


def _trial(session: Session, blind: bool) -> dict[str, Any]:
    found = session.screening.eligibility
    if found is None:
        return {"flow": None}
    return {"flow": found.flow(), "by_call": [] if blind else eligible_by_call(session.screening)}


def _row(session: Session, number: str) -> int:
    """Position of a patient, counted from 1 in addresses."""
    total = len(session.screening.table)
    if not (number.isascii() and number.isdigit() and len(number) < 9 and 1 <= int(number) <= total):
        raise RequestError(404, f"a patient from 1 to {total}", "another one", "choose one from the results")
    return int(number) - 1


def _of_patient(visit: Visit, request: Request, number: str, wrong: list[Any]) -> dict[str, Any]:
    session, row = visit.screening, _row(visit.screening, number)
    sample = str(session.screening.table["sample_id"].iloc[row])
    asked, settled = questions(session, sample)
    values = {
        "number": row + 1,
        "total": len(session.screening.table),
        "patient": patient_view(session.screening, row, pictured=not visit.service.settings.blind),
        "scale": magnitude_scale(session.screening.model),
        "asked": mended(asked, wrong),
        "settled": settled,
        "wrong": wrong,
        "words": WORDS,
        "files": session.screening.facts.files,
        "tube": session.screening.facts.tubes[row],
        "missing_panels": _missing_panels(session.screening),
        "forbids_call": forbids_call,
        "indeterminate": INDETERMINATE,
    }
    return shared(visit, request) | values


@router.get("/patients/{number}")
async def patient(request: Request, number: str) -> Response:
    """Show one patient."""
    visit = Visit.of(request)
    return page("patient", _of_patient(visit, request, number, []))


@router.post("/patients/{number}")
async def answer(request: Request, number: str) -> Response:
    """Take answers to open questions, and judge again."""
    visit = Visit.of(request)
    form = await visit.form(request)
    session, row = visit.screening, _row(visit.screening, number)
    sample = str(session.screening.table["sample_id"].iloc[row])
    wrong = await visit.service.work.run(answered, session, sample, form.fields)
    if wrong:
        return page("patient", _of_patient(visit, request, number, wrong), 422)
    return RedirectResponse(f"/patients/{number}?answered=1#eligibility", 303)


@router.get("/patients/{number}/sheet")
async def sheet(request: Request, number: str) -> Response:
    """Lay one patient out on one page of paper."""
    visit = Visit.of(request)
    return page("sheet", _of_patient(visit, request, number, []))


@router.get("/download/{name}")
async def download_file(request: Request, name: str) -> Response:
    """Give a file as `stratify screen` writes it."""
    visit = Visit.of(request)
    session = visit.screening
    content = await visit.service.work.run(_made, session, name, visit.service.settings.blind)
    kind = next(kind for ending, kind in KINDS.items() if name.endswith(ending))
    if name in ("results.csv", "report.html"):
        session.unsaved = False
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)


def _made(session: Session, name: str, blind: bool) -> bytes:
    return download(session, name, blind=blind)


@router.post("/save")
async def save(request: Request) -> Response:
    """Deliver the screening into the folder again, with what was answered since."""
    visit = Visit.of(request)
    await visit.form(request)
    folder = visit.service.settings.folder
    if folder is None:
        raise RequestError(404, "a server that keeps screenings", "none", "download the files instead")
    await visit.service.work.run(keep, visit.screening, folder)
    return RedirectResponse("/results", 303)


@router.post("/close")
async def close(request: Request) -> Response:
    """Forget the screening of this session."""
    visit = Visit.of(request)
    await visit.form(request)
    if visit.session is not None:
        visit.service.sessions.drop(visit.name)
    return RedirectResponse("/", 303)
