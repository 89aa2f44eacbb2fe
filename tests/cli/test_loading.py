from __future__ import annotations

import gc
import subprocess
import sys

from stratify.cli.loading import loading

COLD = """
import gc
from stratify.cli.loading import loading
with loading():
    assert not gc.isenabled()
    import decimal
assert gc.isenabled()
print(gc.get_freeze_count())
"""


def test_what_was_loaded_is_set_aside_and_collecting_goes_on():
    told = subprocess.run([sys.executable, "-c", COLD], capture_output=True, text=True, check=True).stdout
    assert int(told) > 1000


def test_nothing_changes_where_libraries_are_loaded():
    import pandas  # noqa: F401

    before = gc.get_freeze_count()
    with loading():
        assert gc.isenabled()
    assert gc.get_freeze_count() == before
