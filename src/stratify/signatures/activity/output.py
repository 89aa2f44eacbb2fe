"""Tables of pathway activity on disk: scores, sets and members, each with its provenance."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from stratify.assays.files.container import digest
from stratify.signatures.activity.scores import Activity
from stratify.signatures.provenance import write_table


def write_activity(
    activity: Activity,
    out: str | Path,
    *,
    settings: Mapping[str, Any],
    sources: Mapping[str, str],
    removed: Sequence[str] = (),
    sets_file: Path | None = None,
) -> dict[str, Any]:
    """Write the scores, and beside them what they stand on.

    Parameters
    ----------
    activity : Activity
        From `pathway_activity`.
    out : str or Path
        Table of scores; ``<stem>-sets.csv`` and ``<stem>-members.csv`` are written beside it.
    settings, sources : mapping
        What was asked for, and the SHA-256 of each file.
    removed : sequence of str
        One line a row or assay that cleaning took out.
    sets_file : Path, optional
        The user's own sets.

    Returns
    -------
    dict
        What JSON can hold: ``scores``, ``sets``, ``members`` (paths), ``method``, ``form``, ``samples``,
        ``scored``, ``pathways`` (the table of sets) and ``notes``.

    Raises
    ------
    StratifyError
        When the output is a folder.
    """
    out = Path(out)
    beside = {part: out.with_name(f"{out.stem}-{part}.csv") for part in ("sets", "members")}
    digests = {**sources, **({sets_file.name: digest(sets_file)} if sets_file else {})}
    account = {
        "verb": "pathways",
        "settings": {**settings, "form": activity.form},
        "method": {"title": activity.method.title, "doi": activity.method.doi},
        "sources": digests,
        "warnings": [*activity.notes, *(f"removed {line}" for line in removed)],
    }
    members = activity.members.rename_axis(index="sample_id").reset_index()
    write_table(activity.table(), out, provenance=account)
    write_table(activity.sets, beside["sets"], provenance=account)
    write_table(members, beside["members"], provenance=account)
    return {
        "scores": str(out),
        **{part: str(path) for part, path in beside.items()},
        "method": activity.method.name,
        "form": activity.form,
        "samples": len(activity.scores),
        "scored": int((activity.sets["used"] > 0).sum()),
        "pathways": json.loads(activity.sets.to_json(orient="records")),
        "notes": list(activity.notes),
    }
