"""What a verb prints: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def tell(line: str) -> None:
    """Print a line of progress or explanation on standard error."""
    print(line, file=sys.stderr, flush=True)


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
