"""What the measured people of a plan say of all."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from stratify.cli.options import AsJson
from stratify.cli.output import print_json, tell

NAMES = {
    "prevalence": "share with the label",
    "given_flag": "share of flagged people who have it",
    "sensitivity": "share of people with it who are flagged",
    "intercept": "log-odds of the label at the mean score",
    "slope": "change of the log-odds by one SD of the score",
}


def estimate_measured(
    plan: Annotated[Path, typer.Argument(help="Plan that `stratify plan-measurements` wrote.")],
    labels: Annotated[Path, typer.Argument(help="Table of the measured samples (CSV, xlsx).")],
    label: Annotated[str, typer.Option(help="Its column of the outside label: 1 and 0, or a level.")],
    above: Annotated[float | None, typer.Option(help="A level above it is a positive label.")] = None,
    as_json: AsJson = False,
) -> None:
    """Estimate what an outside label says of everybody in a plan, from those who were measured."""
    from stratify.screening.measurements import estimate_measured as estimate

    found = estimate(plan, labels, label=label, above=above)
    if found.missing:
        tell(f"{found.missing} chosen people have no label; they are taken as missing at random in a stratum")
    if found.unplanned or found.unknown:
        outside = f"{found.unplanned} labels outside the plan's choice, {found.unknown} unknown samples"
        tell(f"not counted: {outside}")
    told = {key: value for key, value in asdict(found.estimates).items() if key in NAMES}
    tell(f"of {label}: resemblance is not response, and a marker is no outcome of treatment")
    if as_json:
        limits = {key: [None if x != x else x for x in value] for key, value in told.items()}
        counts = {"people": found.estimates.people, "measured": found.estimates.measured}
        left = {"missing": found.missing, "unplanned": found.unplanned, "unknown": found.unknown}
        print_json(counts | left | limits)
        return
    print(f"{found.estimates.measured} measured stand for {found.estimates.people} scored people")
    for key, name in NAMES.items():
        value, low, high = told[key]
        print(f"{name}: " + ("not known" if value != value else f"{value:.2f} ({low:.2f} to {high:.2f})"))
