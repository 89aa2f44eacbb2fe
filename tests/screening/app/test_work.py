from __future__ import annotations

import threading
import time

import anyio
import pytest

from stratify.screening.app.refusal import RequestError
from stratify.screening.app.settings import Limits
from stratify.screening.app.work import Work


def test_one_at_a_time_in_order():
    running, most, done = [], [], []
    lock = threading.Lock()

    def job(number):
        with lock:
            running.append(number)
            most.append(len(running))
        time.sleep(0.01)
        with lock:
            running.remove(number)
            done.append(number)

    async def everybody():
        work = Work(Limits())
        async with anyio.create_task_group() as group:
            for number in range(6):
                group.start_soon(work.run, job, number)
                await anyio.sleep(0.001)
        assert work.waiting == 0

    anyio.run(everybody)
    assert max(most) == 1
    assert done == list(range(6))


@pytest.mark.parametrize("limits", [Limits(waiting=1), Limits(wait_seconds=0.05)])
def test_who_would_wait_too_long_is_refused(limits):
    refused = []

    async def ask(work):
        try:
            await work.run(time.sleep, 0.3)
        except RequestError as error:
            refused.append(error.status)

    async def everybody():
        work = Work(limits)
        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(ask, work)
        await work.run(time.sleep, 0)

    anyio.run(everybody)
    assert set(refused) == {503}


def test_a_failure_frees_the_desk():
    async def twice():
        work = Work(Limits())
        with pytest.raises(ZeroDivisionError):
            await work.run(divmod, 1, 0)
        assert await work.run(divmod, 7, 2) == (3, 1)

    anyio.run(twice)
