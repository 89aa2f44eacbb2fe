"""What a verb prints: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any


def tell(line: str) -> None:
    """Print a line of progress or explanation on standard error."""
    print(line, file=sys.stderr, flush=True)


class NowAndThen:
    """Progress of a long step on standard error: in place on a terminal, elsewhere a line every few seconds.

    Parameters
    ----------
    seconds : float, default 10.0
        Between two lines where there is no terminal; the first comes after as many.
    """

    def __init__(self, seconds: float = 10.0) -> None:
        self._seconds, self._due, self._shown = seconds, time.monotonic() + seconds, 0

    def __call__(self, line: str) -> None:
        """Take a line; it may stay unsaid."""
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{line:{self._shown or 1}}")
            sys.stderr.flush()
            self._shown = len(line)
        elif time.monotonic() >= self._due:
            tell(line)
            self._due = time.monotonic() + self._seconds

    def done(self) -> None:
        """Take the line off a terminal."""
        if self._shown:
            sys.stderr.write(f"\r{'':{self._shown}}\r")


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
