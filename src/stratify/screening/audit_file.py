"""Audit logs on the disk: one of each folder, and one that several screenings share."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from stratify.assays.files.container import digest
from stratify.errors import ScreeningError
from stratify.screening.audit import Record, appended, first_break, head_of, records, verify_log
from stratify.screening.delivery import AUDIT, OVERRIDES, RESULTS

UNLOCKED = ScreeningError(
    "a system on which processes can lock files",
    "one without such locks",
    "leave out the shared log; every folder has one of its own",
)


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """Hold a file or folder for this process alone; the system lets go of it when the process ends.

    Parameters
    ----------
    path : Path
        A folder, or a file that is made where there is none.

    Yields
    ------
    int
        Descriptor, of a file for reading and appending.

    Raises
    ------
    ScreeningError
        On a system without such locks.
    """
    try:
        import fcntl
    except ImportError:
        raise UNLOCKED from None
    way = os.O_RDONLY if path.is_dir() else os.O_RDWR | os.O_CREAT | os.O_APPEND
    held = os.open(path, way, 0o666)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield held
    finally:
        os.close(held)


@contextmanager
def locked_where_possible(folder: Path) -> Iterator[None]:
    """Hold a folder for this process alone on systems that have such locks.

    Parameters
    ----------
    folder : Path
        Where another process could deliver too.

    Yields
    ------
    None
    """
    if find_spec("fcntl") is None:
        yield
        return
    with locked(folder):
        yield


def append_shared(path: str | Path, record: Record, *, now: datetime | None = None) -> str:
    """Add a line to a log that several processes write.

    Parameters
    ----------
    path : str or Path
        The log; made where there is none.
    record : Run or Overruling
        What happened.
    now : datetime, optional
        When; the present if left out.

    Returns
    -------
    str
        Digest of the new last line.

    Raises
    ------
    ScreeningError
        A broken log. A half last line, whose writer was stopped, is no break: it is moved to
        ``<log>.torn``, and the new line says so.

    Notes
    -----
    Lines are added at the end under a lock and forced to the disk before the lock is let go; nothing that
    was written whole is ever rewritten.
    """
    path = Path(path)
    with locked(path) as held:
        content = _content(held)
        whole = content[: content.rfind(b"\n") + 1]
        torn = content[len(whole) :]
        log = _text(whole)
        verify_log(log)
        if torn and first_break([_text(torn)], previous=head_of(log)) is None:  # only its end is missing
            _append(held, b"\n", len(content))
            log, whole, torn = _text(content) + "\n", content + b"\n", b""
        facts = {"bytes": len(torn), "sha256": hashlib.sha256(torn).hexdigest()} if torn else None
        longer = appended(log, record, now=now, repaired=facts)
        if torn:
            _keep_torn(path.with_name(path.name + ".torn"), torn)
            os.ftruncate(held, len(whole))
        _append(held, longer[len(log) :].encode(), len(whole))
    return head_of(longer)


def _content(held: int) -> bytes:
    with os.fdopen(os.dup(held), "rb") as file:
        file.seek(0)
        return file.read()


def _append(held: int, line: bytes, length: int) -> None:
    try:
        while line:
            line = line[os.write(held, line) :]
        os.fsync(held)
    except OSError:  # a full disk: half a line is worse than none
        os.ftruncate(held, length)
        raise


def _keep_torn(path: Path, torn: bytes) -> None:
    with path.open("ab") as file:
        file.write(torn + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _text(content: bytes) -> str:
    return content.decode("utf-8", errors="replace")


def folder_log(folder: str | Path) -> str:
    """Read the audit log of an output folder.

    Parameters
    ----------
    folder : str or Path
        Where `screen` wrote its results.

    Returns
    -------
    str
        "" where it has none.
    """
    path = Path(folder) / AUDIT
    return _text(path.read_bytes()) if path.is_file() else ""


def verify_audit(place: str | Path, *, head: str = "") -> tuple[int, str]:
    """Check the audit log of an output folder, or a log by itself.

    Parameters
    ----------
    place : str or Path
        Where `screen` wrote its results: then ``results.csv`` and ``overrides.csv`` must be those of the log
        too. Or a log.
    head : str, optional
        Digest that a report printed.

    Returns
    -------
    lines : int
        Number of lines.
    head : str
        Digest of the last one.

    Raises
    ------
    ScreeningError
        No log, or a broken one, or tables that are not those of the log.
    """
    path = Path(place)
    folder = path.is_dir()
    path = path / AUDIT if folder else path
    if not path.is_file():
        raise ScreeningError(
            f"a folder with {AUDIT}, or a log",
            f"none in {Path(place).name!r}",
            "name the folder of a screening",
        )
    log = _text(path.read_bytes())
    lines = verify_log(log, head=head)
    if folder:
        _refuse_other_tables(path.parent, log)
    return lines, head_of(log)


def _refuse_other_tables(folder: Path, log: str) -> None:
    told = {RESULTS: "", OVERRIDES: ""}
    for facts in records(log):
        told |= {RESULTS: facts["results"], OVERRIDES: ""} if facts.get("results") else {}
        told |= {OVERRIDES: facts["overrides"]} if facts.get("event") == "override" else {}
    for name, stated in told.items():
        there = digest(folder / name) if (folder / name).is_file() else ""
        if stated != there and (stated or name == OVERRIDES):
            raise ScreeningError(
                f"{name} as the log says",
                "another content" if there and stated else "a table that no line names" if there else "none",
                "keep the folder as evidence, and screen the file again into a new one",
            )
