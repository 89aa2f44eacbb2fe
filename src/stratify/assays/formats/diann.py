"""The matrix of protein groups of DIA-NN, ``report.pg_matrix.tsv``."""

from __future__ import annotations

from stratify.assays.layouts.protein_groups import GroupRows
from stratify.assays.registry import Format

_LAYOUT = GroupRows(
    needs=("Protein.Group", "Protein.Names", "Genes", "First.Protein.Description"),
    group="Protein.Group",
    gene="Genes",
    quantities=(("MaxLFQ", "(?P<sample>.+)"),),
    others=("Protein.Ids", "N.Sequences", "N.Proteotypic.Sequences"),
    never=("Precursor.Id", "Stripped.Sequence", "Run"),
)

FORMAT = Format(
    "diann", "protein groups of DIA-NN", 26, _LAYOUT.fits, lambda part: _LAYOUT.read(part, "diann")
)
