"""Screenings that people are looking at: in memory, few, and forgotten when nobody looks."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import pandas as pd

from stratify.screening.app.refusal import RequestError
from stratify.screening.app.settings import Limits
from stratify.screening.outcome import Screening


@dataclass(eq=False)
class Session:
    """One screening on the page.

    Parameters
    ----------
    screening : Screening
        What was found.
    clinical : DataFrame or None
        Clinical table, cells as delivered.
    inputs : tuple of (str, str)
        Name and SHA-256 of each file, for the audit log.
    user : str
        Who dropped the file; "" where nobody is asked.
    answers : dict of (str, str) to str
        What was answered on the page, by sample and column of the rules.
    unsaved : bool
        Whether something would be lost if the session ended now.
    folder : Path or None
        Where it was delivered.
    report : bytes or None
        Its report, once it was asked for.
    """

    screening: Screening
    clinical: pd.DataFrame | None
    inputs: tuple[tuple[str, str], ...]
    user: str = ""
    answers: dict[tuple[str, str], str] = field(default_factory=dict)
    unsaved: bool = True
    folder: Path | None = None
    report: bytes | None = None


class Sessions:
    """All screenings of a server.

    Parameters
    ----------
    limits : Limits
        How many, and for how long.
    clock : callable
        Seconds that only grow.
    """

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits, self._clock = limits, clock
        self._kept: dict[str, tuple[float, Session]] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, name: str | None, user: str = "") -> Session | None:
        """Screening of a session, which is then looked at; that of another user is none."""
        with self._lock:
            self._forget_idle()
            _, session = self._kept.get(name or "", (0.0, None))
            if session is None or session.user != user:
                return None
            self._kept[str(name)] = (self._clock(), session)
            return session

    def put(self, name: str, session: Session) -> None:
        """Keep a screening in the place of an earlier one of the same session.

        Parameters
        ----------
        name : str
            Of the session.
        session : Session
            The screening.

        Raises
        ------
        RequestError
            When as many as are allowed are in use.
        """
        with self._lock:
            self._forget_idle()
            if name not in self._kept and len(self._kept) >= self._limits.sessions:
                raise _full(self._limits)
            self._kept[name] = (self._clock(), session)

    def refuse_full(self, name: str | None) -> None:
        """Refuse before anything is read where `put` would refuse after.

        Parameters
        ----------
        name : str or None
            Of the session.

        Raises
        ------
        RequestError
            When as many as are allowed are in use.
        """
        with self._lock:
            self._forget_idle()
            if name not in self._kept and len(self._kept) >= self._limits.sessions:
                raise _full(self._limits)

    def drop(self, name: str | None) -> None:
        """Forget a screening now."""
        with self._lock:
            self._kept.pop(name or "", None)

    def forget_idle(self) -> None:
        """Forget what nobody has looked at for long."""
        with self._lock:
            self._forget_idle()

    def _forget_idle(self) -> None:
        oldest = self._clock() - self._limits.idle_seconds
        for name in [name for name, (seen, _) in self._kept.items() if seen < oldest]:
            del self._kept[name]


def _full(limits: Limits) -> RequestError:
    return RequestError(
        503,
        f"at most {limits.sessions} screenings at a time",
        "as many are in use",
        "end one that is done, or try again later",
    )
