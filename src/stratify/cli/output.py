"""What a verb prints: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def tell(line: str) -> None:
    """Print a line of progress or explanation on standard error."""
    print(line, file=sys.stderr, flush=True)


def require_picture(figure: Path | None) -> None:
    """Refuse the name of a picture of no known kind, before anything is computed."""
    if figure is not None:
        from stratify.reporting.signature_figures.saving import require_suffix

        require_suffix(figure)


def print_json(content: Any) -> None:
    """Print machine-readable results on standard output."""
    print(json.dumps(content, indent=2, sort_keys=True))
