"""The same function over many tasks, in this process or in several; the results do not differ."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, suppress
from multiprocessing.connection import wait as wait_for
from typing import Any

Send = Callable[[Any], None]
Work = Callable[[Any, Send], Any]

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
LOOK_EVERY = 0.1  # seconds between looks at what workers send
_WORK: dict[str, Any] = {}  # in a worker: its function and its way to send


def spread(work: Work, tasks: Sequence[Any], *, workers: int, receive: Send) -> list[Any]:
    """Do all tasks.

    Where worker processes cannot be started, or one of them is ended from outside, this process does what is
    left. Workers end when this process does, however it ends.

    Parameters
    ----------
    work : callable
        From a task, and a function that sends messages, to a result; of a module, so that a worker finds it.
    tasks : sequence
        What is done.
    workers : int
        Processes; with 1 nothing is started. Each uses one thread for its arithmetic.
    receive : callable
        Gets the messages, in this process, before the results are returned.

    Returns
    -------
    list
        Results in the order of the tasks.
    """
    results: dict[int, Any] = {}
    if min(workers, len(tasks)) > 1:
        _in_processes(work, tasks, min(workers, len(tasks)), receive, results)
    with one_thread():
        for place, task in enumerate(tasks):
            if place not in results:
                results[place] = work(task, receive)
    return [results[place] for place in range(len(tasks))]


def one_thread() -> AbstractContextManager[Any]:
    """Linear algebra in one thread: sums of several threads differ in their last bits."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1)


def _in_processes(
    work: Work, tasks: Sequence[Any], workers: int, receive: Send, results: dict[int, Any]
) -> None:
    context = multiprocessing.get_context("spawn")
    inbox, mailbox = context.SimpleQueue(), context.SimpleQueue()
    handing = threading.Thread(target=_hand_out, args=(work, workers, inbox), daemon=True)
    with ProcessPoolExecutor(workers, context, _start, (inbox, mailbox)) as pool:
        handing.start()
        futures: dict[Future[Any], int] = {}
        with suppress(BrokenProcessPool):
            for place, task in enumerate(tasks):
                futures[pool.submit(_do, task)] = place
        try:
            for future in _finished(futures, mailbox, receive):
                with suppress(BrokenProcessPool):
                    results[futures[future]] = future.result()
        finally:
            for future in futures:
                future.cancel()
            for _ in _finished(futures, mailbox, lambda message: None):
                pass  # whoever waits to send may finish
    while handing.is_alive():
        if not inbox.empty():
            inbox.get()  # of a worker that never came for it
        handing.join(LOOK_EVERY)


def _hand_out(work: Work, workers: int, inbox: Any) -> None:
    """Give each worker the work; not at its start, which would wait for ever for one that died early."""
    for _ in range(workers):
        inbox.put(work)


def _finished(futures: Collection[Future[Any]], mailbox: Any, receive: Send) -> Iterator[Future[Any]]:
    waiting = set(futures)
    while waiting:
        done, waiting = wait(waiting, timeout=LOOK_EVERY)
        while not mailbox.empty():
            receive(mailbox.get())
        yield from done


def _start(inbox: Any, mailbox: Any) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.update(dict.fromkeys(THREADS, "1"))  # for libraries that are loaded later
    one_thread()  # of those that are, for as long as the process lives
    _WORK.update(work=inbox.get(), send=mailbox.put)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)


def _do(task: Any) -> Any:
    return _WORK["work"](task, _WORK["send"])
