"""Texts whose last line has no end, as a file has that was cut while it was copied."""

from __future__ import annotations

from anndata import AnnData

from stratify.assays.files.part import Part


def tell_unfinished(adata: AnnData, part: Part) -> AnnData:
    """Note that the last line of a text has no end; some programs write it so, a cut file has it too.

    Parameters
    ----------
    adata : AnnData
        The table that was read; ``uns["stratify"]["notes"]`` gains the note.
    part : Part
        Where it was read from.

    Returns
    -------
    AnnData
        The same table.
    """
    if part.kind == "text" and not part.text.endswith(("\n", "\r")):
        line = f"unfinished-line: {part.where}: the last line has no end; is the last sample complete?"
        facts = adata.uns["stratify"]
        facts["notes"] = [*facts.get("notes", []), line]
    return adata
