from __future__ import annotations

import gc
import subprocess
import sys
import weakref

from stratify.screening.app.memory import give_back

PROBE = """
import sys
from stratify.screening.app.memory import give_back
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
if not sys.platform.startswith("linux"):
    sys.exit(0)
before = resident()
taken = [bytes(1000) for _ in range(100_000)]
kept = taken[::50]
del taken
held = resident() - before
give_back()
print(held, resident() - before)
"""

HEAPS = """
import ctypes, sys, threading
from stratify.screening.app.memory import take_from_one_heap
take_from_one_heap()
libc = ctypes.CDLL(None)
if not hasattr(libc, "malloc_info"):
    sys.exit(0)
libc.malloc.restype, libc.fopen.restype = ctypes.c_void_p, ctypes.c_void_p
libc.fclose.argtypes, libc.malloc_info.argtypes = [ctypes.c_void_p], [ctypes.c_int, ctypes.c_void_p]
together = threading.Barrier(4)
def take():
    together.wait()
    for size in range(1000, 3000):
        libc.malloc(size)
threads = [threading.Thread(target=take) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
written = libc.fopen(sys.argv[1].encode(), b"w")
libc.malloc_info(0, written)
libc.fclose(written)
import pyarrow
print(open(sys.argv[1]).read().count("<heap nr="), pyarrow.default_memory_pool().backend_name)
"""


class Node:
    pass


def test_what_leads_to_itself_only_is_freed():
    node = Node()
    node.own, seen = node, weakref.ref(node)
    gc.disable()
    try:
        del node
        assert seen() is not None
        give_back()
        assert seen() is None
    finally:
        gc.enable()


def test_pages_between_what_is_kept_go_back_to_the_system():
    told = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True).stdout
    if told:
        held, after = map(int, told.split())
        assert held > 90e6
        assert after < held / 2


def test_a_server_takes_memory_from_one_heap(tmp_path):
    command = [sys.executable, "-c", HEAPS, str(tmp_path / "heaps.xml")]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if told:
        assert told.split() == ["1", "system"]
