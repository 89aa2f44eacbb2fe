"""What a verb prints: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
from typing import Any


def tell(line: str) -> None:
    """Print a line of progress or explanation on standard error."""
    print(line, file=sys.stderr, flush=True)


def print_json(content: Any) -> None:
    """Print machine-readable results on standard output."""
    print(json.dumps(content, indent=2, sort_keys=True))
