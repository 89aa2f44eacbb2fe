"""The table ``combined_protein.tsv`` of FragPipe."""

from __future__ import annotations

from stratify.assays.layouts.protein_groups import GroupRows
from stratify.assays.registry import Format

_LAYOUT = GroupRows(
    needs=("Protein ID", "Gene", "Protein Probability"),
    group="Protein ID",
    gene="Gene",
    quantities=(
        ("MaxLFQ intensity", r"(?P<sample>.+) MaxLFQ Intensity"),
        ("razor intensity", r"(?P<sample>.+) Razor Intensity"),
        ("intensity", r"(?P<sample>.+)(?<! Total)(?<! Unique) Intensity"),
    ),
)

FORMAT = Format(
    "fragpipe", "proteins of FragPipe", 29, _LAYOUT.fits, lambda part: _LAYOUT.read(part, "fragpipe")
)
