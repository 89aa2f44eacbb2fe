"""A call that a clinician overrules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stratify.cli.options import AsJson
from stratify.cli.output import print_json


def override(
    folder: Annotated[Path, typer.Argument(help="Folder that `stratify screen` wrote.")],
    sample: Annotated[str, typer.Argument(help="Sample id, as in results.csv.")],
    call: Annotated[str, typer.Option(help="The clinician's call, in the words of the results.")],
    reason: Annotated[str, typer.Option(help="Why; it stands in overrides.csv and in the report.")],
    audit_log: Annotated[
        Path | None, typer.Option(help="Log that several screenings share; it gets the line too.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write down that a clinician calls a sample otherwise; the model's answer stays in results.csv."""
    from stratify.screening.audit_file import verify_audit
    from stratify.screening.overrides import override as overrule

    made = overrule(folder, sample, call=call, reason=reason, audit_log=audit_log)
    last = made.iloc[-1]
    table, head = folder / "overrides.csv", verify_audit(folder)[1]
    if as_json:
        print_json(
            {"sample_id": sample, "model_call": last["model_call"], "call": last["call"], "head": head}
        )
        return
    print(f"{sample}: {last['call']}; the model says {last['model_call']}")
    print(f"overrides: {len(made)}, in {table}")
    print(f"audit: audit.jsonl {head}")
