"""The table ``proteinGroups.txt`` of MaxQuant."""

from __future__ import annotations

from stratify.assays.layouts.protein_groups import GroupRows
from stratify.assays.registry import Format

_LAYOUT = GroupRows(
    needs=("Protein IDs", "Majority protein IDs"),
    group="Majority protein IDs",
    gene="Gene names",
    quantities=(
        ("LFQ intensity", r"LFQ intensity (?P<sample>.+)"),
        ("reporter intensity corrected", r"Reporter intensity corrected (?P<sample>\d+ .+)"),
        ("intensity", r"Intensity (?P<sample>.+)"),
    ),
    marks=(
        ("Reverse", "decoy"),
        ("Potential contaminant", "contaminant"),
        ("Contaminant", "contaminant"),
        ("Only identified by site", "site only"),
    ),
)

FORMAT = Format(
    "maxquant",
    "protein groups of MaxQuant",
    25,
    _LAYOUT.fits,
    lambda part: _LAYOUT.read(part, "maxquant"),
)
