from __future__ import annotations

import pytest
from typer.main import get_command

from stratify.cli import VERBS, application


@pytest.mark.parametrize("verb", VERBS)
def test_shared_options_read_the_same_in_every_verb(verb):
    parameters = {option.name: option for option in get_command(application()).commands[verb].params}
    if "as_json" in parameters:
        assert parameters["as_json"].opts == ["--json"]
    if "clinical" in parameters:
        assert "sample ids" in parameters["clinical"].help
