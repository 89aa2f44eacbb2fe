"""The table of proteins of Proteome Discoverer."""

from __future__ import annotations

from stratify.assays.layouts.protein_groups import GroupRows
from stratify.assays.registry import Format

_SAMPLE = r"(?P<sample>F\d+: .+)"
_LAYOUT = GroupRows(
    needs=("Accession",),
    group="Accession",
    gene="Gene Symbol",
    quantities=(
        ("normalized abundance", rf"Abundances? \(Normalized\): {_SAMPLE}"),
        ("abundance", rf"Abundances?: {_SAMPLE}"),
    ),
    marks=(("Contaminant", "contaminant"),),
)

FORMAT = Format(
    "proteome-discoverer",
    "proteins of Proteome Discoverer",
    28,
    _LAYOUT.fits,
    lambda part: _LAYOUT.read(part, "proteome-discoverer"),
)
