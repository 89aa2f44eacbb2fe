from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Annotated

import pytest
import typer

from stratify.cli.option_groups import with_options


@dataclass(frozen=True)
class Tone:
    loud: Annotated[bool, typer.Option("--loud")] = False
    times: int = 1


def test_fields_become_options_and_arrive_filled():
    seen = []

    @with_options("tone", Tone)
    def greet(who: str, tone: Tone, end: str = "!") -> None:
        """Greet."""
        seen.append((who, tone, end))

    app = typer.Typer()
    app.command()(greet)
    with pytest.raises(SystemExit):
        app(["ann", "--loud", "--times", "3"])
    assert seen == [("ann", Tone(True, 3), "!")]
    assert list(inspect.signature(greet).parameters) == ["who", "end", "loud", "times"]
    assert greet.__doc__ == "Greet."
