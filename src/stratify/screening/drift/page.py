"""A page on recent runs, in one file, without scripts or requests."""

from __future__ import annotations

import os
from pathlib import Path

from stratify.screening.drift.verdict import IN_CONTROL, KINDS, LOOK_BELOW, OFF_BELOW, Drift
from stratify.screening.page_templates import page_templates


def write_page(found: Drift, path: Path) -> None:
    """Write the page, all of it or nothing.

    Parameters
    ----------
    found : Drift
        What was found.
    path : Path
        File to write.
    """
    part = path.with_name(path.name + ".part")
    part.write_text(render_page(found), encoding="utf-8", newline="\n")
    os.replace(part, path)


def render_page(found: Drift) -> str:
    """Write the page as text.

    Parameters
    ----------
    found : Drift
        What was found.

    Returns
    -------
    str
        HTML; the same runs give the same text.
    """
    template = page_templates("templates").get_template("drift.html")
    return template.render(
        found=found,
        runs=found.runs.to_dict("records"),
        figures=found.table.to_dict("records"),
        kinds=KINDS,
        alarms=alarms(found),
        bounds=(LOOK_BELOW, OFF_BELOW),
    )


def alarms(found: Drift) -> list[str]:
    """Word what is not in control, with what to do.

    Parameters
    ----------
    found : Drift
        What was found.

    Returns
    -------
    list of str
    """
    said = []
    for row in found.table[found.table["level"] != IN_CONTROL].to_dict("records"):
        kind = KINDS[row["figure"]]
        detail = f" ({row['detail']})" if row["detail"] else ""
        title = kind.title[0].lower() + kind.title[1:]
        said.append(
            f"{row['run']}: {title} {row['value']:.2f} {kind.unit}{detail}, adjusted p "
            f"{row['adjusted_p']:.2g}: {kind.do}"
        )
    return said + [
        f"{row['run']}: the batch offset is not known, so no call is made: send bridge samples with the plate"
        for row in found.runs.to_dict("records")
        if "none" in row["anchored"]
    ]
