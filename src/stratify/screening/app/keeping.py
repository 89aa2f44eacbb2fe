"""Screenings of the page delivered into a folder, as `stratify screen` delivers them."""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import UTC, datetime
from pathlib import Path

from stratify.screening.app.sessions import Session
from stratify.screening.score import deliver


def keep(session: Session, folder: Path, *, now: datetime | None = None) -> Path:
    """Deliver a screening with its line in the audit log; a later one of the same session replaces it.

    Parameters
    ----------
    session : Session
        What was screened; it notes where it lies.
    folder : Path
        Where screenings are kept, each in a folder of its own.
    now : datetime, optional
        When; the present if left out.

    Returns
    -------
    Path
        Folder of this screening.
    """
    if session.folder is None:
        stamp = (now or datetime.now(UTC)).strftime("%Y%m%d-%H%M%S")
        session.folder = folder / f"{stamp}-{secrets.token_hex(4)}"
    inputs = session.inputs
    if session.answers:
        answers = sorted([*key, cell] for key, cell in session.answers.items())
        inputs = (*inputs, ("answers on the page", hashlib.sha256(json.dumps(answers).encode()).hexdigest()))
    deliver(session.screening, session.folder, inputs, user=session.user)
    session.unsaved = False
    return session.folder
