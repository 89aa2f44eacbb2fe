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
