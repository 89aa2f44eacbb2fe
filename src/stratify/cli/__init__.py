"""Command line: each verb reads its arguments, makes one library call and prints."""

from __future__ import annotations

import atexit
import gc
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import typer

from stratify.errors import StratifyError

VERBS = (
    "fetch",
    "simulate",
    "check",
    "import",
    "contrast",
    "overlap",
    "pathways",
    "reverse",
    "associate",
    "crossspecies",
    "define",
    "agree",
    "detect",
    "train",
    "card",
    "panel",
    "evaluate",
    "screen",
    "serve",
    "eligibility",
    "override",
    "drift",
    "reliability",
    "prevalence",
    "plan-measurements",
    "estimate-measured",
    "compare",
    "register",
    "promote",
    "reproduce",
    "verify",
    "sign",
    "audit",
)
_MODULES = {"import": "import_files"}  # a word of the language can not be a module


def application(verbs: Sequence[str] = VERBS) -> typer.Typer:
    """Build the command line of some verbs; a verb's module is loaded when it is built.

    Parameters
    ----------
    verbs : sequence of str
        Of ``VERBS``, in the order of the help page.

    Returns
    -------
    Typer
    """
    app = typer.Typer(
        name="stratify",
        help="Find depressed patients whose serum proteins resemble atopic dermatitis. Research software: "
        "no output is a medical decision, and resembling atopic dermatitis is not response to a drug.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_nothing)  # one verb too is named
    for name in verbs:
        verb = _verb(name)
        if isinstance(verb, typer.Typer):
            app.add_typer(verb, name=name)
        else:
            app.command(name)(verb)
    return app


def _nothing() -> None:
    pass


def _verb(name: str) -> Callable[..., None] | typer.Typer:
    module = _MODULES.get(name, name.replace("-", "_"))
    found: Callable[..., None] | typer.Typer = getattr(import_module(f"stratify.cli.{module}"), module)
    return found


def main() -> None:
    """Run a verb; a refusal is three lines on standard error and exit code 1."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that no half folder is left behind
    atexit.register(gc.freeze)  # what is left dies with the process: no search for garbage at its end
    asked = [word for word in sys.argv[1:2] if word in VERBS]
    try:
        application(asked or VERBS)()
    except StratifyError as error:
        _refuse(error)
    except OSError as error:
        name = Path(error.filename).name if isinstance(error.filename, str) else "a file"
        _refuse(
            StratifyError(
                "files and folders that can be read and written",
                f"{name}: {error.strerror or 'the system refuses'}",
                "check the path, its permissions and the space on the disk",
            )
        )


def _refuse(error: StratifyError) -> NoReturn:
    sys.stderr.write(f"{error}\n")
    raise SystemExit(1) from None
