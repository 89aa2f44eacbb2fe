"""How many worker processes fit into memory."""

from __future__ import annotations

import os
from pathlib import Path

from stratify.learning.problem import Problem

# Peak of a worker, by `python benchmarks/nested.py --memory`: what it loads, and copies of the profiles.
WORKER_BYTES = 400 * 2**20
COPIES = 12
LIMIT = Path("/sys/fs/cgroup/memory.max")
USED = Path("/sys/fs/cgroup/memory.current")
MEMINFO = Path("/proc/meminfo")


def worker_bound(problem: Problem) -> int:
    """Bytes that one worker needs at most.

    Parameters
    ----------
    problem : Problem
        People and proteins.

    Returns
    -------
    int
    """
    limits = 0 if problem.limits is None else problem.limits.nbytes
    return WORKER_BYTES + COPIES * (problem.profiles.nbytes + limits)


def workers_that_fit(asked: int, problem: Problem, available: int | None) -> int:
    """Cut the number of workers to what memory allows.

    Parameters
    ----------
    asked : int
        Workers that were asked for.
    problem : Problem
        People and proteins.
    available : int or None
        Bytes; None where that is not known, and then nothing is cut.

    Returns
    -------
    int
        At least 1.
    """
    if available is None:
        return asked
    return max(1, min(asked, available // worker_bound(problem)))


def available_memory() -> int | None:
    """Bytes that may still be used here: of the machine, or of the container where it has less.

    Returns
    -------
    int or None
        None where the system does not say.
    """
    free = [value for value in (_of_the_machine(), _of_the_container()) if value is not None]
    return min(free) if free else None


def _of_the_machine() -> int | None:
    if MEMINFO.is_file():
        rows = (line.split() for line in MEMINFO.read_text(encoding="ascii").splitlines())
        return next((int(row[1]) * 1024 for row in rows if row[0] == "MemAvailable:"), None)
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def _of_the_container() -> int | None:
    try:
        limit = LIMIT.read_text(encoding="ascii").strip()
        return None if limit == "max" else max(int(limit) - int(USED.read_text(encoding="ascii")), 0)
    except (OSError, ValueError):
        return None
