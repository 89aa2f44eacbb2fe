"""Libraries loaded without a search for garbage among what stays, which takes long in a cold start."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

OBJECTS_BEFORE_COLLECTING = 50_000  # a small screening makes as many


@contextmanager
def loading() -> Iterator[None]:
    """Load libraries in the block; what was loaded is never looked through again, and new objects seldom.

    Where they are loaded already, nothing is changed.
    """
    if "pandas" in sys.modules:
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(OBJECTS_BEFORE_COLLECTING, 10, 10)
        gc.enable()
