from __future__ import annotations

import json
import logging
import sys

from stratify.cli.output import NowAndThen, print_json, progress_of, tell


def test_results_go_to_standard_output_and_progress_to_standard_error(capsys):
    tell("reading")
    print_json({"b": 1, "a": [2]})
    printed = capsys.readouterr()
    assert printed.err == "reading\n"
    assert json.loads(printed.out) == {"a": [2], "b": 1}
    assert printed.out.index('"a"') < printed.out.index('"b"')


def say(handler, text):
    handler.emit(logging.makeLogRecord({"msg": text}))


def test_progress_is_a_line_every_few_seconds_and_in_place_on_a_terminal(capsys, monkeypatch):
    seldom, often = NowAndThen(60.0), NowAndThen(0.0)
    for n in range(3):
        say(seldom, f"scored {n}")
        say(often, f"scored {n}")
    assert capsys.readouterr().err == "scored 0\nscored 1\nscored 2\n"
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    say(seldom, "scored 10")
    say(seldom, "done")
    seldom.close()
    assert capsys.readouterr().err == "\rscored 10\rdone     \r    \r"


def test_progress_is_shown_while_a_verb_works_only(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    log = logging.getLogger("stratify.somewhere")
    with progress_of("stratify.somewhere"):
        log.info("half way")
    log.info("later")
    assert capsys.readouterr().err == "\rhalf way\r        \r"
