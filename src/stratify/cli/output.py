"""What a verb prints: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def tell(line: str) -> None:
    """Print a line of progress or explanation on standard error."""
    print(line, file=sys.stderr, flush=True)


class NowAndThen(logging.Handler):
    """Progress of a long step on standard error: in place on a terminal, elsewhere a line every few seconds.

    Parameters
    ----------
    seconds : float, default 10.0
        Between two lines where there is no terminal; the first comes after as many.
    """

    def __init__(self, seconds: float = 10.0) -> None:
        super().__init__(logging.INFO)
        self._seconds, self._due, self._shown = seconds, time.monotonic() + seconds, 0

    def emit(self, record: logging.LogRecord) -> None:
        """Take a line; it may stay unsaid."""
        line = record.getMessage()
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{line:{self._shown or 1}}")
            sys.stderr.flush()
            self._shown = len(line)
        elif time.monotonic() >= self._due:
            tell(line)
            self._due = time.monotonic() + self._seconds

    def close(self) -> None:
        """Take the line off a terminal."""
        if self._shown:
            sys.stderr.write(f"\r{'':{self._shown}}\r")
        self._shown = 0
        super().close()


@contextmanager
def progress_of(room: str) -> Iterator[None]:
    """Show what a room of the library logs of its progress while the block runs.

    Parameters
    ----------
    room : str
        Such as ``stratify.screening``.
    """
    log, handler = logging.getLogger(room), NowAndThen()
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(level)
        handler.close()


def require_outputs(*tables: Path | None, figure: Path | None = None) -> None:
    """Refuse a folder as a table, or a picture of no known kind, before anything is computed or written."""
    from stratify.signatures.provenance import require_file

    for table in tables:
        if table is not None:
            require_file(table)
    if figure is not None:
        from stratify.reporting.signature_figures.saving import require_suffix

        require_suffix(figure)


def print_json(content: Any) -> None:
    """Print machine-readable results on standard output."""
    print(json.dumps(content, indent=2, sort_keys=True))
