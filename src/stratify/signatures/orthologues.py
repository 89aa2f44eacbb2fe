"""Mouse genes and the human genes that they stand for, one to one or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from importlib import resources

import pandas as pd

from stratify.assays.schema import as_text


@cache
def orthologue_table() -> pd.DataFrame:
    """Human genes with their mouse gene(s), kind and source, as shipped in ``data/orthologues.csv``."""
    with resources.files("stratify.data").joinpath("orthologues.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False)


def to_human(mouse_genes: Iterable[object]) -> pd.DataFrame:
    """Map mouse symbols onto human ones.

    Upper and lower case and surrounding blanks play no part. Only pairs that are one-to-one are mapped; for
    each other symbol the reason is given.

    Parameters
    ----------
    mouse_genes : iterable of str
        Symbols.

    Returns
    -------
    DataFrame
        One row a symbol, in the order given: ``mouse_gene`` as the table spells it (as given where unknown),
        ``human_gene`` ("" where not mapped) and ``reason`` ("" where mapped).

    References
    ----------
    Herrero et al., Database 2016, doi:10.1093/database/bav096 (Ensembl Compara); Eyre et al., Brief Bioinform
    2007, doi:10.1093/bib/bbl030 (HCOP).

    Examples
    --------
    >>> to_human(["CCL17", "Il4ra", "Ccl3", "Cxcl15"])["human_gene"].tolist()
    ['CCL17', 'IL4R', '', '']
    """
    rows = [_mapped(as_text(gene)) for gene in mouse_genes]
    return pd.DataFrame(rows, columns=["mouse_gene", "human_gene", "reason"])


def to_mouse(human_genes: Iterable[object]) -> pd.DataFrame:
    """Say of human symbols which mouse gene stands for them, or why none does.

    Parameters
    ----------
    human_genes : iterable of str
        Symbols.

    Returns
    -------
    DataFrame
        One row a symbol: ``human_gene``, ``mouse_gene`` ("" where none) and ``reason``.

    Examples
    --------
    >>> to_mouse(["CXCL8"])["reason"].item()
    'no mouse gene stands for CXCL8'
    """
    table = _by_human()
    rows = []
    for gene in map(as_text, human_genes):
        mouse, kind = table.get(gene.upper(), ("", ""))
        if kind == "one2one":
            rows.append((gene, mouse, ""))
        else:
            rows.append(
                (gene, "", _why(gene, mouse, kind) if kind else f"{gene or 'no symbol'} is not listed")
            )
    return pd.DataFrame(rows, columns=["human_gene", "mouse_gene", "reason"])


@cache
def _by_human() -> dict[str, tuple[str, str]]:
    table = orthologue_table()
    rows = zip(table["human_gene"], table["mouse_gene"], table["kind"], strict=True)
    return {human.upper(): (mouse, kind) for human, mouse, kind in rows}


@cache
def _by_mouse() -> dict[str, list[tuple[str, str, str, str]]]:
    found: dict[str, list[tuple[str, str, str, str]]] = defaultdict(list)
    table = orthologue_table()
    for human, mice, kind in zip(table["human_gene"], table["mouse_gene"], table["kind"], strict=True):
        for mouse in filter(None, mice.split("|")):
            found[mouse.lower()].append((mouse, human, mice, kind))
    return dict(found)


def _mapped(gene: str) -> tuple[str, str, str]:
    rows = _by_mouse().get(gene.lower(), [])
    if single := [row for row in rows if row[3] == "one2one"]:
        return single[0][0], single[0][1], ""
    if rows:
        mouse, human, mice, kind = min(rows, key=lambda row: row[0].upper() != row[1].upper())
        return mouse, "", _why(human, mice, kind)
    mice, kind = _by_human().get(gene.upper(), ("", ""))
    if kind == "one2one":
        return gene, "", f"{gene} is a human symbol: write {mice}"
    return gene, "", _why(gene, mice, kind) if kind else "no human protein of the table is paired with it"


def _why(human: str, mice: str, kind: str) -> str:
    names = mice.replace("|", ", ")
    return {
        "none": f"no mouse gene stands for {human}",
        "many": f"{human} and {names} are not one to one",
        "disputed": f"sources disagree whether {names} stands for {human}",
    }[kind]
