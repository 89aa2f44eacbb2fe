"""A log of screening runs in which every line carries the hash of the one before."""

from __future__ import annotations

import getpass
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
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
    """

    model: str
    model_digest: str
    inputs: tuple[tuple[str, str], ...]
    counts: Mapping[str, int]
    software: str

    @property
    def input_digest(self) -> str:
        """One SHA-256 over the names and digests of all inputs."""
        return _sha256(json.dumps(self.inputs))


def appended(log: str, run: Run, *, now: datetime | None = None) -> str:
    """Add the line of a run to the text of a log.

    Parameters
    ----------
    log : str
        Text so far, empty for a new log.
    run : Run
        What happened.
    now : datetime, optional
        When; the present if left out.

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
    facts = {
        "time": (now or datetime.now(UTC)).isoformat(timespec="seconds"),
        "user": _user(),
        "model": run.model,
        "model_digest": run.model_digest,
        "inputs": [list(pair) for pair in run.inputs],
        "input_digest": run.input_digest,
        "counts": dict(run.counts),
        "stratify": run.software,
        "previous": json.loads(log.splitlines()[-1])["hash"] if log else START,
    }
    return log + _line(facts, _hash(facts)) + "\n"


def verify_log(log: str) -> int:
    """Check the chain of a log.

    Parameters
    ----------
    log : str
        Text of ``audit.jsonl``.

    Returns
    -------
    int
        Number of runs.

    Raises
    ------
    ScreeningError
        Naming the first line that was changed, removed or cut.

    Examples
    --------
    >>> verify_log("")
    0
    """
    previous, lines = START, log.removesuffix("\n").split("\n") if log else []
    for number, line in enumerate(lines, start=1):
        facts = _parsed(line)
        stated = facts.pop("hash", "")
        if facts.get("previous") != previous or stated != _hash(facts) or line != _line(facts, stated):
            raise _broken(number)
        previous = stated
    if log and not log.endswith("\n"):
        raise _broken(len(lines))
    return len(lines)


def verify_audit(folder: str | Path) -> int:
    """Check the audit log of an output folder.

    Parameters
    ----------
    folder : str or Path
        Where `screen` wrote its results.

    Returns
    -------
    int
        Number of runs.

    Raises
    ------
    ScreeningError
        No log, or a broken one.
    """
    path = Path(folder) / "audit.jsonl"
    if not path.is_file():
        raise ScreeningError(
            "a folder with audit.jsonl", f"none in {path.parent.name!r}", "name the folder of a screening"
        )
    return verify_log(path.read_text(encoding="utf-8", errors="replace"))


def _broken(number: int) -> ScreeningError:
    return ScreeningError(
        "an audit log in which each line carries the hash of the one before",
        f"line {number} of audit.jsonl does not fit",
        "keep that file as evidence, and screen into a new folder",
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


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"
