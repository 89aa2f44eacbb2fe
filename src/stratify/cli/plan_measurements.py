"""Whom to measure next."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from stratify.cli.option_groups import with_options
from stratify.cli.options import AsJson, AssayFiles, Clinical
from stratify.cli.output import print_json, require_outputs, tell
from stratify.cli.prevalence import People

WHY = "the plan fixes whom to measure: labels of people outside it have no known chance, and do not count"


@with_options("people", People)
def plan_measurements(
    model: Annotated[Path, typer.Argument(help="Model folder, such as models/demo-1.")],
    files: AssayFiles,
    people: People,
    budget: Annotated[int, typer.Option(help="People who can be measured.", min=1)],
    output: Annotated[Path, typer.Option("-o", "--output", help="Plan to write (CSV), one row a person.")],
    clinical: Clinical = None,
    seed: Annotated[int, typer.Option(help="Of the draw.", min=0)] = 0,
    as_json: AsJson = False,
) -> None:
    """Say whose IgE, eosinophils or ELISA would teach most about a model's flags, with known chances."""
    from stratify.assays.files.container import digest
    from stratify.screening.measurements import plan_cohort
    from stratify.screening.target_scores import target_scores
    from stratify.signatures.provenance import write_table

    require_outputs(output)
    scored = target_scores(
        model,
        files,
        clinical=clinical,
        group=people.group,
        target=people.target or (),
        offset=people.offset,
    )
    plan = plan_cohort(scored, budget=budget, seed=seed)
    sources = {path.name: digest(path) for path in (*files, clinical, people.offset) if path is not None}
    strata = _strata(plan)
    facts = {
        "model": model.name,
        "model_digest": scored.loaded.digest,
        "budget": budget,
        "seed": seed,
        "strata": strata,
    }
    asked = {"group": people.group, "target": people.target}
    account = {"verb": "plan-measurements", "sources": sources, "asked": asked, **facts}
    write_table(plan, output, provenance=account)
    tell(WHY)
    if as_json:
        print_json(facts | {"table": str(output)})
        return
    for one in strata:
        who = f"stratum {one['stratum']} ({one['who']})"
        print(f"{who}: {one['chosen']} of {one['people']}, chance {one['chance']:.2f}")
    print(f"plan: {output}")


def _strata(plan: Any) -> list[dict[str, Any]]:
    return [
        {
            "stratum": int(number),
            "who": "flagged" if (part["flagged"] == "yes").all() else "not flagged",
            "people": len(part),
            "chosen": int((part["chosen"] == "yes").sum()),
            "chance": float(part["inclusion_probability"].iloc[0]),
        }
        for number, part in plan.groupby("stratum", sort=True)
    ]
