from __future__ import annotations

import json

from stratify.cli.output import print_json, tell


def test_results_go_to_standard_output_and_progress_to_standard_error(capsys):
    tell("reading")
    print_json({"b": 1, "a": [2]})
    printed = capsys.readouterr()
    assert printed.err == "reading\n"
    assert json.loads(printed.out) == {"a": [2], "b": 1}
    assert printed.out.index('"a"') < printed.out.index('"b"')
