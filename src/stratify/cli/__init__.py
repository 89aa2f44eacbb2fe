"""Command line: each verb reads its arguments, makes one library call and prints."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import typer

from stratify.cli.agree import agree
from stratify.cli.associate import associate
from stratify.cli.audit import audit
from stratify.cli.card import card
from stratify.cli.check import check
from stratify.cli.compare import compare
from stratify.cli.contrast import contrast
from stratify.cli.crossspecies import crossspecies
from stratify.cli.define import define
from stratify.cli.detect import detect
from stratify.cli.drift import drift
from stratify.cli.eligibility import eligibility
from stratify.cli.estimate_measured import estimate_measured
from stratify.cli.evaluate import evaluate
from stratify.cli.fetch import fetch
from stratify.cli.import_files import import_files
from stratify.cli.overlap import overlap
from stratify.cli.override import override
from stratify.cli.panel import panel
from stratify.cli.pathways import pathways
from stratify.cli.plan_measurements import plan_measurements
from stratify.cli.prevalence import prevalence
from stratify.cli.promote import promote
from stratify.cli.register import register
from stratify.cli.reliability import reliability
from stratify.cli.reproduce import reproduce
from stratify.cli.reverse import reverse
from stratify.cli.screen import screen
from stratify.cli.serve import serve
from stratify.cli.sign import sign
from stratify.cli.simulate import simulate
from stratify.cli.train import train
from stratify.cli.verify import verify
from stratify.errors import StratifyError

VERBS: dict[str, Callable[..., None]] = {
    "fetch": fetch,
    "simulate": simulate,
    "check": check,
    "import": import_files,
    "contrast": contrast,
    "overlap": overlap,
    "pathways": pathways,
    "reverse": reverse,
    "associate": associate,
    "crossspecies": crossspecies,
    "define": define,
    "agree": agree,
    "detect": detect,
    "train": train,
    "card": card,
    "panel": panel,
    "evaluate": evaluate,
    "screen": screen,
    "serve": serve,
    "eligibility": eligibility,
    "override": override,
    "drift": drift,
    "reliability": reliability,
    "prevalence": prevalence,
    "plan-measurements": plan_measurements,
    "estimate-measured": estimate_measured,
    "compare": compare,
    "register": register,
    "promote": promote,
    "reproduce": reproduce,
    "verify": verify,
    "sign": sign,
}

app = typer.Typer(
    name="stratify",
    help="Find depressed patients whose serum proteins resemble atopic dermatitis. Research software: "
    "no output is a medical decision, and resembling atopic dermatitis is not response to a drug.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for _name, _verb in VERBS.items():
    app.command(_name)(_verb)
app.add_typer(audit, name="audit")


def main() -> None:
    """Run a verb; a refusal is three lines on standard error and exit code 1."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that no half folder is left behind
    try:
        app()
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
