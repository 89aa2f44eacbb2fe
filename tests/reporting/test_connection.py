from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytest.importorskip("mlflow")


def test_new_store_is_silent_sends_nothing_and_resolves_no_name(tmp_path):
    code = """
import socket, sys
def refuse(*arguments, **options):
    sys.exit(f"looked up {arguments}")
socket.getaddrinfo = refuse
from pathlib import Path
from stratify.reporting.connection import experiment_of, opened
with opened(Path("mlruns")) as client:
    experiment = experiment_of(client, "a name/with signs", Path("mlruns"))
    place = client.get_experiment(experiment).artifact_location
assert place.endswith("/mlruns/artifacts/a%20name%2Fwith%20signs"), place
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "mlruns" / "mlflow.db").is_file()
