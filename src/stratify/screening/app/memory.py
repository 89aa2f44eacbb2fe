"""Memory that was taken for uploads goes back to the system, so that a server stays as large as it began."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable
from functools import cache


def settle() -> None:
    """Set aside what was loaded before requests come: it stays, and need not be looked through again."""
    gc.collect()
    gc.freeze()


def give_back() -> None:
    """Free what nothing leads to any more, and hand free pages to the system."""
    gc.collect()
    if arrow := sys.modules.get("pyarrow"):
        arrow.default_memory_pool().release_unused()
    _trim_heap()


def _trim_heap() -> None:
    if trim := _trimmer():
        trim(0)


@cache
def _trimmer() -> Callable[[int], int] | None:
    """Find ``malloc_trim`` of the GNU C library; other systems have none."""
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
