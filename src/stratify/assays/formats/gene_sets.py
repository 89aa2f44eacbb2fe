"""Gene sets in the GMT layout of MSigDB: one line a set, its name, a remark, its genes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.files.part import Part
from stratify.assays.proteins.identity import identify
from stratify.assays.refusal import refuse
from stratify.assays.registry import Format

_SHOWN = 20  # lines from which the layout is recognised
_MOST = 0.5


def is_gene_sets(part: Part) -> bool:
    """Say whether a part is a list of gene sets.

    Parameters
    ----------
    part : Part
        Any part of a file.

    Returns
    -------
    bool
    """
    if part.kind != "text":
        return False
    with part.open() as stream:
        head = stream.read(100_000).decode(part.encoding, errors="replace")
    lines = [line.split("\t") for line in head.splitlines()[:_SHOWN] if line.strip()]
    genes = [gene for line in lines for gene in line[2:] if gene]
    empty = sum(not any(line[2:]) for line in lines)
    if not genes or empty >= _MOST * len(lines) or any(len(line) < 3 for line in lines[:-1]):
        return False
    if any(gene.strip()[:1] in "0123456789+-." for gene in genes):
        return False  # a table of levels
    return sum(any(identify(gene)) for gene in genes) >= _MOST * len(genes)


def read_gene_sets(part: Part) -> AnnData:
    """Read gene sets.

    Parameters
    ----------
    part : Part
        The text.

    Returns
    -------
    AnnData of shape (0, distinct genes)
        ``var["gene"]``; names of the sets in ``uns["stratify"]["sets"]``.

    Raises
    ------
    AssayFileError
        A line without a gene.
    """
    lines = [line.split("\t") for line in part.text.splitlines() if line.strip()]
    if any(len(line) < 3 for line in lines):
        raise refuse(part.where, "gene sets, and a line that names no gene")
    genes = list(dict.fromkeys(gene.strip() for line in lines for gene in line[2:] if gene.strip()))
    columns = {"uniprot": [identify(gene)[0] for gene in genes], "gene": genes, "panel": "", "assay": genes}
    sets = AnnData(np.empty((0, len(genes))), var=pd.DataFrame(columns, pd.Index(genes, dtype=object)))
    facts = {"platform": "", "scale": "", "format": "gene-sets", "normalization": "", "removed": []}
    sets.uns["stratify"] = facts | {"sets": [line[0] for line in lines]}
    return sets


FORMAT = Format("gene-sets", "gene sets (GMT)", 35, is_gene_sets, read_gene_sets, has_levels=False)
