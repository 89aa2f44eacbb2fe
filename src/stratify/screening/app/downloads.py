"""Files of a screening as `stratify screen` writes them, byte by byte."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from stratify.screening.app.blinding import blinded, refuse_blind
from stratify.screening.app.refusal import RequestError
from stratify.screening.app.sessions import Session
from stratify.screening.delivery import ELIGIBILITY, PATIENTS, REPORT, RESULTS
from stratify.screening.report import render_report
from stratify.screening.results import TEXT_COLUMNS, csv_bytes

KINDS = {".csv": "text/csv; charset=utf-8", ".html": "text/html; charset=utf-8"}


def download(session: Session, name: str, *, blind: bool = False) -> bytes:
    """Make a file of a screening.

    Parameters
    ----------
    session : Session
        What was screened.
    name : str
        ``results.csv``, ``patients.csv``, ``eligibility.csv`` or ``report.html``.
    blind : bool
        Whether calls are hidden: then results have fewer columns, and there is no report.

    Returns
    -------
    bytes

    Raises
    ------
    RequestError
        A file that there is not, or that shows calls to the blinded.
    """
    make = _MAKERS.get(name)
    content = None if make is None else make(session, blind)
    if content is None:
        raise RequestError(
            404, "a file of this screening", "another name", "choose one from the page of results"
        )
    return content


def _results(session: Session, blind: bool) -> bytes:
    table = session.screening.table
    if blind:
        open_table = blinded(table)
        return csv_bytes(open_table, [name for name in TEXT_COLUMNS if name in open_table])
    return csv_bytes(table, TEXT_COLUMNS)


def _patients(session: Session, blind: bool) -> bytes | None:
    refuse_blind(blind)
    patients = session.screening.patients
    return None if patients is None else csv_bytes(patients, TEXT_COLUMNS)


def _eligibility(session: Session, blind: bool) -> bytes | None:
    found = session.screening.eligibility
    return None if found is None else csv_bytes(found.table())


def _report(session: Session, blind: bool) -> bytes:
    refuse_blind(blind)
    if session.report is None:
        session.report = render_report(session.screening).encode("utf-8")
    return session.report


_MAKERS: Mapping[str, Callable[[Session, bool], bytes | None]] = {
    RESULTS: _results,
    PATIENTS: _patients,
    ELIGIBILITY: _eligibility,
    REPORT: _report,
}
