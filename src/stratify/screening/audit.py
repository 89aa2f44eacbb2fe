"""A log of screening runs in which every line carries the hash of the one before."""

from __future__ import annotations

import getpass
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from stratify.errors import ScreeningError

START = "0" * 64


@dataclass(frozen=True)
class Run:
    """One screening run; no patient's value is among its facts.

    Parameters
    ----------
    model : str
        Name and version.
    model_digest : str
        Content digest of the model folder.
    inputs : tuple of (str, str)
        Name and SHA-256 of each input file.
    counts : mapping of str to int
        Number of patients by call.
    software : str
        Version of the package.
    results : str, default ""
        SHA-256 of ``results.csv``, which ties the table to the line.
    user : str, default ""
        Who asked for it, where a login named somebody; else the account is the user.
    """

    model: str
    model_digest: str
    inputs: tuple[tuple[str, str], ...]
    counts: Mapping[str, int]
    software: str
    results: str = ""
    user: str = ""

    @property
    def input_digest(self) -> str:
        """One SHA-256 over the names and digests of all inputs."""
        return _sha256(json.dumps(self.inputs))

    def facts(self) -> dict[str, Any]:
        """List what its line says."""
        return {
            "event": "screening",
            "model": self.model,
            "model_digest": self.model_digest,
            "inputs": [list(pair) for pair in self.inputs],
            "input_digest": self.input_digest,
            "counts": dict(self.counts),
            "results": self.results,
            "stratify": self.software,
        }


@dataclass(frozen=True)
class Overruling:
    """A call that a clinician overruled; neither call nor reason is among its facts.

    Parameters
    ----------
    sample : str
        Sample id.
    model, model_digest : str
        As of the run whose call is overruled.
    overrides : str
        SHA-256 of ``overrides.csv``, which has the calls and the reason.
    software : str
        Version of the package.
    """

    sample: str
    model: str
    model_digest: str
    overrides: str
    software: str

    def facts(self) -> dict[str, Any]:
        """List what its line says."""
        return {
            "event": "override",
            "model": self.model,
            "model_digest": self.model_digest,
            "sample_id": self.sample,
            "overrides": self.overrides,
            "stratify": self.software,
        }


Record = Run | Overruling


def appended(
    log: str, record: Record, *, now: datetime | None = None, repaired: Mapping[str, Any] | None = None
) -> str:
    """Add a line to the text of a log.

    Parameters
    ----------
    log : str
        Text so far, empty for a new log.
    record : Run or Overruling
        What happened.
    now : datetime, optional
        When; the present if left out.
    repaired : mapping, optional
        What was cut off the end of the log because its writer had been stopped; the line says so.

    Returns
    -------
    str
        The longer text.

    Raises
    ------
    ScreeningError
        When the log so far is broken: a chain that is continued would hide it.
    """
    verify_log(log)
    facts = record.facts() | {
        "time": (now or datetime.now(UTC)).isoformat(timespec="seconds"),
        **_who(record),
        "previous": head_of(log),
    }
    facts |= {} if repaired is None else {"repaired": dict(repaired)}
    return log + _line(facts, _hash(facts)) + "\n"


def _who(record: Record) -> dict[str, str]:
    """Name the user: whom a login named, beside the account that the server runs under, else the account."""
    if isinstance(record, Run) and record.user:
        return {"user": record.user, "account": user_name()}
    return {"user": user_name()}


def head_of(log: str) -> str:
    """Digest of the last line of a log that was verified; it stands for all lines up to there.

    Parameters
    ----------
    log : str
        Text of the log.

    Returns
    -------
    str
        64 zeros for an empty log.
    """
    return str(json.loads(log[log.rstrip("\n").rfind("\n") + 1 :])["hash"]) if log else START


def records(log: str) -> list[dict[str, Any]]:
    """Read the facts of each line of a log that was verified.

    Parameters
    ----------
    log : str
        Text of the log.

    Returns
    -------
    list of dict
    """
    return [_parsed(line) for line in _lines(log)]


def verify_log(log: str, *, head: str = "") -> int:
    """Check the chain of a log.

    Parameters
    ----------
    log : str
        Text of ``audit.jsonl``.
    head : str, optional
        Digest that a report printed: one line must carry it. Only this finds lines that were cut off the end,
        or a log that was written anew.

    Returns
    -------
    int
        Number of lines.

    Raises
    ------
    ScreeningError
        Naming the first line that was changed, removed, added, moved or cut.

    Examples
    --------
    >>> verify_log("")
    0
    """
    lines = _lines(log)
    whole = lines if log.endswith("\n") else lines[:-1]
    if found := first_break(whole):
        raise _broken(*found)
    if len(whole) < len(lines):
        raise _broken(len(lines), "has no end: its writer was stopped, or the file was cut")
    if head and not any(_parsed(line)["hash"] == head.strip().lower() for line in lines):
        raise ScreeningError(
            f"an audit log that holds the line with digest {head[:12]}...",
            f"{len(lines)} lines without it: line {len(lines) + 1} and on were cut off, or all is new",
            "look for the log as it was when that digest was printed",
        )
    return len(lines)


def first_break(lines: Sequence[str], *, previous: str = START, number: int = 1) -> tuple[int, str] | None:
    """Find the first line that does not fit.

    Parameters
    ----------
    lines : sequence of str
        Lines without their ends.
    previous : str
        Digest of the line before them.
    number : int, default 1
        Number of the first of them.

    Returns
    -------
    (int, str) or None
        Its number and what is wrong; None where all fit.
    """
    for place, line in enumerate(lines):
        facts = _parsed(line)
        stated = facts.pop("hash", "")
        if stated != _hash(facts) or line != _line(facts, stated):
            return number + place, "does not have the digest of its content: it was edited"
        if facts.get("previous") != previous:
            return number + place, _misplaced(lines, facts.get("previous"), number)
        previous = stated
    return None


def _misplaced(lines: Sequence[str], wanted: object, number: int) -> str:
    moved = "not the line before it: lines were swapped, added or repeated"
    if wanted == START:
        return "begins a log and stands inside one: it was moved, added or repeated"
    for place, line in enumerate(lines):
        if _parsed(line).get("hash") == wanted:
            return f"follows line {place + number}, {moved}"
    return "follows a line that is gone: the line before it was removed or written anew"


def _lines(log: str) -> list[str]:
    return log.removesuffix("\n").split("\n") if log else []


def _broken(number: int, what: str) -> ScreeningError:
    return ScreeningError(
        "an audit log in which each line carries the hash of the one before",
        f"line {number} of the log {what}",
        "keep that file as evidence, and begin a new folder or log",
    )


def _parsed(line: str) -> dict[str, Any]:
    try:
        facts = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _line(facts: Mapping[str, Any], hashed: str) -> str:
    return json.dumps({**facts, "hash": hashed}, sort_keys=True)


def _hash(facts: Mapping[str, Any]) -> str:
    return _sha256(json.dumps(facts, sort_keys=True))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def user_name() -> str:
    """Who runs this, as the system says."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"
