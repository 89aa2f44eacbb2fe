"""Memory that was taken for uploads goes back to the system, so that a server stays as large as it began."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable
from functools import cache

_ARENA_MAX = -8  # parameter of mallopt


def take_from_one_heap() -> None:
    """Take all memory from one heap, before anything is loaded that starts a thread.

    Heaps of several threads and Arrow's own pool keep pages that the others can not use and that are not
    handed back. One computation runs at a time, so nobody waits for the one heap.
    """
    if limit := _libc("mallopt"):
        limit(_ARENA_MAX, 1)
    import pyarrow

    pyarrow.set_memory_pool(pyarrow.system_memory_pool())


def settle() -> None:
    """Set aside what was loaded before requests come: it stays, and need not be looked through again."""
    gc.collect()
    gc.freeze()


def give_back() -> None:
    """Free what nothing leads to any more, and hand free pages to the system."""
    gc.collect()
    if trim := _libc("malloc_trim"):
        trim(0)


@cache
def _libc(name: str) -> Callable[..., int] | None:
    """Find a function of the GNU C library; other systems have none."""
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None), name, None)
