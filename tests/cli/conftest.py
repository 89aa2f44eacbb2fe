"""A study, a small model and the verbs, for all tests of the command line."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from stratify.cli import main

EXPERIMENT = """
name = "small"
question = "Which simulated MDD patients resemble atopic dermatitis?"
definition = "th2-v1"
[data]
files = ["cohort.csv"]
clinical = "cohort-clinical.csv"
simulated = true
positive = ["AD"]
negative = ["PSO", "HC"]
reference = ["HC"]
target = ["MDD"]
matrix = "matrix"
site = "unknown"
[learning]
families = ["composite"]
controls = []
repeats = 2
trials = 0
permutations = 19
workers = 1
"""


@pytest.fixture
def stratify(monkeypatch, capsys):
    """Run a verb and give back its exit code, output and error text."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["stratify", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            main()
        printed = capsys.readouterr()
        return int(caught.value.code or 0), printed.out, printed.err

    return run


@pytest.fixture(scope="session")
def experiment():
    return EXPERIMENT


# Whoever asks for an address is written down; a name of another machine is not answered.
NO_NAMES = """
import os, socket
def asked(name):
    def ask(host, *rest, **options):
        with open(os.environ["ASKED"], "a") as log:
            log.write(f"{name} {host!r}\\n")
        raise OSError("no names here")
    return ask
for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo"):
    setattr(socket, name, asked(name))
"""


def _study_and_model(path):
    (path / "guard").mkdir()
    (path / "guard" / "sitecustomize.py").write_text(NO_NAMES, encoding="utf-8")
    (path / "asked").touch()
    guarded = os.environ | {
        "ASKED": str(path / "asked"),
        "PYTHONPATH": os.pathsep.join([str(path / "guard"), *sys.path]),
    }
    (path / "small.toml").write_text(EXPERIMENT, encoding="utf-8")
    for verb in (
        ["simulate", "-o", "cohort.csv", "--candidates", "new.csv", "--seed", "1"],
        ["train", "small.toml", "--json"],
    ):
        command = [sys.executable, "-c", "from stratify.cli import main; main()", *verb]
        done = subprocess.run(command, cwd=path, env=guarded, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        (path / f"{verb[0]}.out").write_text(done.stdout, encoding="utf-8")


@pytest.fixture(scope="session")
def folder(once):
    """A study, candidates, and a model trained on the study where no name is resolved."""
    return once("cli", _study_and_model)


@pytest.fixture
def refused():
    """Read a refusal: exit code 1, nothing on standard output, three lines on standard error."""

    def read(answer):
        code, out, err = answer
        assert code == 1
        assert out == ""
        lines = err.strip().splitlines()
        assert [line.partition(":")[0] for line in lines] == ["expected", "found", "do"]
        return err

    return read
