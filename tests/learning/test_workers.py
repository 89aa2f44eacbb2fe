import multiprocessing
import os
import signal
import subprocess
import sys
import time

import pytest
from threadpoolctl import threadpool_limits

from stratify.learning.workers import one_thread, spread


def square(task, send):
    send(f"begun {task}")
    return task * task, os.getpid()


def threads(task, send):
    import scipy.linalg  # noqa: F401
    from threadpoolctl import threadpool_info

    return [pool["num_threads"] for pool in threadpool_info()]


def fail(task, send):
    raise ValueError(f"task {task}")


def chatter(task, send):
    for _ in range(50):
        send("x" * 4000)
    if task == 0:
        raise ValueError("after all that")


def end_itself_in_a_worker(task, send):
    if multiprocessing.parent_process() is not None:
        os.kill(os.getpid(), signal.SIGKILL)
    return task


@pytest.mark.parametrize("workers", [1, 2])
def test_results_are_in_the_order_of_the_tasks_and_messages_arrive(workers):
    told = []
    results = spread(square, range(6), workers=workers, receive=told.append)
    assert [value for value, _ in results] == [0, 1, 4, 9, 16, 25]
    assert sorted(told) == [f"begun {task}" for task in range(6)]
    here = {process == os.getpid() for _, process in results}
    assert here == {workers == 1}


def test_one_task_starts_no_process():
    assert spread(square, [3], workers=4, receive=print) == [(9, os.getpid())]


@pytest.mark.parametrize("workers", [1, 2])
def test_arithmetic_runs_in_one_thread_whatever_is_asked_for(workers, monkeypatch):
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.setenv(name, "2")
    with threadpool_limits(2):
        assert set(threads(0, print)) == {2}
        for pools in spread(threads, range(2), workers=workers, receive=print):
            assert pools
            assert set(pools) == {1}


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_a_task_is_raised(workers):
    with pytest.raises(ValueError, match="task"):
        spread(fail, range(3), workers=workers, receive=print)


def test_an_error_does_not_leave_a_worker_waiting_to_send():
    with pytest.raises(ValueError, match="after all that"):
        spread(chatter, range(4), workers=2, receive=lambda message: None)


def test_where_workers_are_ended_this_process_does_the_rest():
    assert spread(end_itself_in_a_worker, range(3), workers=2, receive=print) == [0, 1, 2]


SLEEPER = """
import sys, time, os
sys.path.insert(0, sys.argv[1])
from stratify.learning.workers import spread
import sleeping
if __name__ == "__main__":
    spread(sleeping.sleep, range(2), workers=2, receive=lambda pid: print(pid, flush=True))
"""


def test_workers_end_with_a_parent_that_is_killed(tmp_path):
    (tmp_path / "sleeping.py").write_text(
        "import os, time\ndef sleep(task, send):\n    send(os.getpid())\n    time.sleep(120)\n"
    )
    (tmp_path / "main.py").write_text(SLEEPER)
    parent = subprocess.Popen(
        [sys.executable, str(tmp_path / "main.py"), str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    workers = [int(parent.stdout.readline()) for _ in range(2)]
    parent.kill()
    parent.wait()
    for _ in range(100):
        if not any(alive(worker) for worker in workers):
            break
        time.sleep(0.1)
    assert not any(alive(worker) for worker in workers)
    parent.stdout.close()


UNGUARDED = """
import sys
from functools import partial
sys.path.insert(0, sys.argv[1])
from stratify.learning.workers import spread
import heavy
print(spread(partial(heavy.weigh, "x" * 10**6), range(3), workers=2, receive=print), flush=True)
"""


def test_a_script_without_guard_gets_its_results_without_workers(tmp_path):
    (tmp_path / "heavy.py").write_text("def weigh(load, task, send):\n    return task + len(load)\n")
    (tmp_path / "main.py").write_text(UNGUARDED)
    command = [sys.executable, str(tmp_path / "main.py"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=True)
    assert done.stdout == "[1000000, 1000001, 1000002]\n"


def alive(process):
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().split(") ")[1][0] != "Z"
    except OSError:
        return False


def test_the_limit_of_threads_is_given_back():
    from threadpoolctl import threadpool_info

    before = [pool["num_threads"] for pool in threadpool_info()]
    with one_thread():
        pass
    assert [pool["num_threads"] for pool in threadpool_info()] == before
