from __future__ import annotations

import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

MODEL = Path(__file__).parents[2] / "models" / "demo-1"


def test_it_names_its_address_answers_and_ends_quietly(tmp_path):
    command = [sys.executable, "-c", "from stratify.cli import main; main()", "serve", MODEL, "--port", "0"]
    with subprocess.Popen(
        [*command, "--eligibility", "dupilumab-mdd"], cwd=tmp_path, stderr=subprocess.PIPE, text=True
    ) as running:
        line = running.stderr.readline()
        address = re.search(r"open: (http://127\.0\.0\.1:\d+/)", line)
        try:
            with urllib.request.urlopen(f"{address[1]}health", timeout=20) as answer:  # noqa: S310
                assert answer.status == 200
            running.send_signal(signal.SIGTERM)
            assert running.wait(20) == 0
            assert running.stderr.read() == ""
        finally:
            running.kill()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--host", "10.0.0.5"], "no login"),
        (["--host", "10.0.0.5", "--user-header", "X-User"], "proxy"),
        (["--token-file", "nowhere"], "no file"),
        (["--eligibility", "nonsense"], "eligibility rules"),
    ],
)
def test_a_door_that_is_open_and_files_that_are_absent_are_refused(stratify, refused, options, words):
    assert words in refused(stratify("serve", MODEL, *options))


def test_a_model_that_is_none_is_refused(stratify, refused, tmp_path):
    refused(stratify("serve", tmp_path))
