"""Columns that describe assays rather than hold their levels, as lists and turned tables deliver them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from stratify.assays.proteins.columns import is_protein_name
from stratify.assays.proteins.panels import canonical_panel
from stratify.assays.schema import VAR_COLUMNS, Column, as_text, rename_columns

_MORE = tuple(
    Column(name, meaning, tuple(spellings.split()))
    for name, meaning, spellings in (
        ("assay_id", "OlinkID or SeqId", "olinkid seqid somaid aptamer aptname"),
        ("uniprot", "UniProt accession", "uniprot uniprotid uniprotaccession accession proteinaccession"),
        ("gene", "gene symbol", "gene geneid genesymbol genename genenames symbol entrezgenesymbol hgnc"),
        ("assay", "name of the protein", "protein proteinname prot analyte biomarker marker cytokine target"),
        ("panel", "panel", "explore384panel"),
        ("unit", "unit of the levels", "unit units"),
    )
)
_REMARKS = frozenset(
    (
        "description",
        "chr",
        "chromosome",
        "start",
        "end",
        "position",
        "ensemblgeneid",
        "targetfullname",
        "fullname",
    )
)
_NAMING = ("assay_id", "uniprot", "gene", "assay")
_MOST = 0.5


def assay_columns(names: Iterable[str]) -> dict[str, str]:
    """Give the columns that describe assays their canonical names.

    Parameters
    ----------
    names : iterable of str
        Columns as delivered.

    Returns
    -------
    dict of str to str
        Delivered name to canonical one, in the order of `names`; a canonical name is given once.

    Examples
    --------
    >>> assay_columns(["SeqID", "UniProt.ID", "IL6"])
    {'SeqID': 'assay_id', 'UniProt.ID': 'uniprot'}
    """
    names = list(names)
    declared = rename_columns(names, VAR_COLUMNS)
    taken = set(declared.values())
    more = {name: word for name, word in rename_columns(names, _MORE).items() if word not in taken}
    found = {**more, **declared}
    return {name: found[name] for name in names if name in found}


def is_remark(name: str) -> bool:
    """Say whether a column is a usual remark on a protein, such as its place in the genome.

    Parameters
    ----------
    name : str
        Name of a column.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_remark("chr"), is_remark("S1")
    (True, False)
    """
    return "".join(letter for letter in name.lower() if letter.isalnum()) in _REMARKS


def describe(var: pd.DataFrame, told: Mapping[str, Sequence[str]]) -> None:
    """Add what a table tells of its assays.

    Parameters
    ----------
    var : DataFrame
        One row an assay; changed in place.
    told : mapping of str to sequence of str
        Canonical names of columns, and their words; "" leaves what is known.

    Examples
    --------
    >>> var = pd.DataFrame({"gene": ["IL6", "TNF"]})
    >>> describe(var, {"gene": ["", "TNFA"], "panel": ["INF", "CVD3"]})
    >>> var.to_numpy().tolist()
    [['IL6', 'Inflammation'], ['TNFA', 'Cardiovascular III']]
    """
    for name, words in told.items():
        if name == "panel":
            words = [canonical_panel(word) for word in words]
        known = var[name] if name in var else [""] * len(var)
        var[name] = [word or before for word, before in zip(words, known, strict=True)]


def naming_column(frame: pd.DataFrame, columns: dict[str, str]) -> str | None:
    """Find a column whose cells name proteins, most of them known.

    Parameters
    ----------
    frame : DataFrame
        Cells.
    columns : dict of str to str
        Candidates with their canonical names, as from `assay_columns`.

    Returns
    -------
    str or None
    """
    for canonical in _NAMING:
        for name in [name for name, word in columns.items() if word == canonical]:
            if _names_proteins(frame[name]):
                return name
    return None


def _names_proteins(cells: pd.Series) -> bool:
    words = [word for cell in cells if (word := as_text(cell))]
    return bool(words) and sum(map(is_protein_name, words)) >= _MOST * len(words)
