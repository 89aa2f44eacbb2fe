"""The pivot table of protein groups of Spectronaut."""

from __future__ import annotations

from stratify.assays.layouts.protein_groups import GroupRows
from stratify.assays.registry import Format

_LAYOUT = GroupRows(
    needs=("PG.ProteinGroups",),
    group="PG.ProteinGroups",
    gene="PG.Genes",
    quantities=(("quantity", r"(\[\d+\] )?(?P<sample>.+?)\.PG\.(Log2)?Quantity"),),
)

FORMAT = Format(
    "spectronaut",
    "protein groups of Spectronaut",
    27,
    _LAYOUT.fits,
    lambda part: _LAYOUT.read(part, "spectronaut"),
)
