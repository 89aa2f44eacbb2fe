"""The page that retells the base study: each of its commands runs, and its figures are what they print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2].joinpath("docs", "base-study.md").read_text(encoding="utf-8")
COMMANDS = [
    shlex.split(line)[1:]
    for block in re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
    for line in block.splitlines()
]
FIGURES = {  # what the page says, and the verb that prints it
    "contrast": [
        "4 of 363 proteins at FDR 0.05",
        "log2 fold change 0.54 (median protein)",
        "1 of 363 proteins",
    ],
    "overlap": ["correlate at 0.46 by construction", "errors and all: 0.33", "interval -1.00 to 1.00"],
    "associate": ["Th2: -0.30 (-0.63 to 0.13)", "a correlation of 0.55 would be seen"],
    "reverse": [
        "dupilumab: not shown; shares 15 proteins, reverses 73%, normalises - (no percentage), p 0.052"
    ],
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("base-study")


def test_all_commands_of_the_page_run_and_print_its_figures(stratify, place, monkeypatch):
    monkeypatch.chdir(place)
    printed: dict[str, str] = {}
    for verb, *rest in COMMANDS:
        code, out, err = stratify(verb, *rest)
        assert code == 0, err
        printed[verb] = printed.get(verb, "") + out + err
    written = {word for command in COMMANDS for word in command if word.endswith((".svg", ".csv", ".h5ad"))}
    assert {name for name in written if not (place / name).is_file()} == set()
    missing = [
        (verb, said) for verb, sayings in FIGURES.items() for said in sayings if said not in printed[verb]
    ]
    assert missing == []
